use http::StatusCode;
use http_event::{Invocation, Request, Response};
use lambda_runtime::{Diagnostic, LambdaEvent};
use reply::{Error, PAYLOAD_LIMIT, Received, check_text};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::message::{Echo, invalid, within_limit};

/// The response, in the format of the request.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Reply {
    Direct(Echo),
    Http(Response),
}

/// Echoes the message of an HTTP API event, or of a direct invocation with any other payload.
///
/// # Errors
/// `InvalidMessage` or `MessageTooLarge` of a direct invocation; over HTTP these are responses.
pub async fn handle(event: LambdaEvent<Received<Box<RawValue>>>) -> Result<Reply, Diagnostic> {
    let LambdaEvent { payload: Received(received), context } = event;
    let json = received.map_err(|reason| http_service::refused(invalid(reason)))?;
    match serde_json::from_str(json.get()) {
        Ok(Invocation::WarmUp) => Ok(Reply::Http(Response::no_content())),
        Ok(Invocation::Request(request)) => {
            Ok(Reply::Http(http_service::answer_by(*request, &context, async |request| over_http(request)).await))
        }
        Err(_) => directly(&json).map(Reply::Direct).map_err(http_service::refused),
    }
}

fn directly(json: &RawValue) -> Result<Echo, Error> {
    within_limit(Echo::parse(json.get().as_bytes())?)
}

fn over_http(request: Request) -> Result<Response, Error> {
    let body = request.body.into_bytes(PAYLOAD_LIMIT)?;
    check_text(&request.headers, &body)?;
    let echo = within_limit(Echo::parse(&body)?)?;
    within_limit(Response::json(StatusCode::OK, &echo).map_err(Error::internal)?)
}

#[cfg(test)]
mod tests;
