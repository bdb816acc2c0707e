//! Runs services on Lambda.

use axum::response::Response as HttpResponse;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body_util::BodyExt as _;
use http_event::{Invocation, Request, Response};
use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use powertools::Outcome;
use reply::{Error, Received, check_coding};

use crate::http_request::http_request;
use crate::{App, RequestId, edge};

/// Header by which an operator asks for the debug lines of one request; `python -m operations debug-header` signs it.
const DEBUG_HEADER: &str = "x-debug";

/// Runs a service until Lambda ends the environment.
///
/// # Errors
/// The Runtime API cannot be reached.
pub async fn run(app: App) -> Result<(), lambda_runtime::Error> {
    powertools::serve(|event| respond(event, &app)).await
}

/// Runs a handler without a router until Lambda ends the environment.
///
/// # Errors
/// The Runtime API cannot be reached.
pub async fn run_handler<H>(handle: H) -> Result<(), lambda_runtime::Error>
where
    H: AsyncFn(Request) -> Result<Response, Error>,
{
    powertools::serve(|event| respond_by(event, &handle)).await
}

/// Handles one invocation with a service.
///
/// # Errors
/// `NotAnHttpEvent` for events that are not from an HTTP API. Errors of a request are responses.
pub async fn respond(event: LambdaEvent<Received<Invocation>>, app: &App) -> Result<Response, Diagnostic> {
    respond_with(event, async |request, context| {
        let mut request = http_request(request, app.body_limit())?;
        request.extensions_mut().insert(RequestId(context.request_id.clone()));
        into_event(app.respond(request).await).await
    })
    .await
}

/// Handles one invocation with a handler.
///
/// # Errors
/// `NotAnHttpEvent` for events that are not from an HTTP API. Errors of a request are responses.
pub async fn respond_by(
    event: LambdaEvent<Received<Invocation>>,
    handle: impl AsyncFn(Request) -> Result<Response, Error>,
) -> Result<Response, Diagnostic> {
    respond_with(event, by(handle)).await
}

/// Handles one request with a handler.
pub async fn answer_by(
    request: Request,
    context: &Context,
    handle: impl AsyncFn(Request) -> Result<Response, Error>,
) -> Response {
    answer(request, context, by(handle)).await
}

fn by(
    handle: impl AsyncFn(Request) -> Result<Response, Error>,
) -> impl AsyncFnOnce(Request, &Context) -> Result<Response, Error> {
    async move |request: Request, _: &Context| {
        if !request.body.is_empty() {
            check_coding(&request.headers)?;
        }
        handle(request).await
    }
}

/// Returns an empty response to a warm-up.
async fn respond_with(
    event: LambdaEvent<Received<Invocation>>,
    handle: impl AsyncFnOnce(Request, &Context) -> Result<Response, Error>,
) -> Result<Response, Diagnostic> {
    let LambdaEvent { payload: Received(received), context } = event;
    match received {
        Ok(Invocation::WarmUp) => Ok(Response::no_content()),
        Ok(Invocation::Request(request)) => Ok(answer(*request, &context, handle).await),
        Err(reason) => {
            let detail = format!(
                "This function takes HTTP API events of payload format 2.0 ({reason}). Call it through the API."
            );
            Err(edge::refused(Error::bad_request("NotAnHttpEvent", detail)))
        }
    }
}

/// Renders an error as a problem, and removes the body of a response to HEAD.
async fn answer(
    request: Request,
    context: &Context,
    handle: impl AsyncFnOnce(Request, &Context) -> Result<Response, Error>,
) -> Response {
    let is_head = request.method == Method::HEAD;
    // Never the path of an unmatched request, because its values are unbounded.
    powertools::record("route", request.route_key.as_deref().unwrap_or(request.method.as_str()));
    if let Some(id) = &request.request_id {
        powertools::correlate(id.as_str());
    }
    if let Some(header) = request.headers.get(DEBUG_HEADER) {
        powertools::debug_if_signed(header.as_bytes());
    }
    tracing::debug!(
        method = request.method.as_str(),
        headers = request.headers.len(),
        query_bytes = request.raw_query().len(),
        body_bytes = request.body.len(),
        "request"
    );
    let mut response = handle(request, context).await.unwrap_or_else(|error| {
        let (parts, body) =
            edge::rendered(error, HeaderMap::new(), &RequestId(context.request_id.clone())).into_parts();
        Response::with_headers(parts.status, parts.headers, body.into_bytes())
    });
    edge::add_security_headers(&mut response.headers);
    powertools::record("status", response.status.as_u16());
    powertools::record("outcome", outcome(response.status));
    if is_head { response.without_body() } else { response }
}

fn outcome(status: StatusCode) -> Outcome {
    if status.is_server_error() {
        Outcome::Error
    } else if status.is_client_error() {
        Outcome::ClientError
    } else {
        Outcome::Success
    }
}

async fn into_event(response: HttpResponse) -> Result<Response, Error> {
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.map_err(Error::internal)?.to_bytes();
    Ok(Response::with_headers(parts.status, one_value_each(&parts.headers), bytes.into()))
}

/// API Gateway reads one value per header, and computes the content length itself. Cookies are separate from the
/// headers.
fn one_value_each(headers: &HeaderMap) -> HeaderMap {
    let mut single = HeaderMap::with_capacity(headers.keys_len());
    for cookie in headers.get_all(header::SET_COOKIE) {
        single.append(header::SET_COOKIE, cookie.clone());
    }
    for name in headers.keys().filter(|name| ![header::CONTENT_LENGTH, header::SET_COOKIE].contains(name)) {
        let values: Vec<&[u8]> = headers.get_all(name).iter().map(HeaderValue::as_bytes).collect();
        // Values joined by commas are one valid value.
        if let Ok(value) = HeaderValue::from_bytes(&values.join(b", ".as_slice())) {
            single.insert(name, value);
        }
    }
    single
}

#[cfg(test)]
mod tests;
