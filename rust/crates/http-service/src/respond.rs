use std::convert::Infallible;
use std::future::poll_fn;

use http::{Extensions, HeaderMap, HeaderValue, header};
use http_body_util::BodyExt as _;
use http_event::{Invocation, Response};
use lambda_runtime::{Diagnostic, LambdaEvent};
use reply::{Error, Received};
use tower_service::Service;

use crate::http_request::http_request;
use crate::take_failure;

/// The id of an invocation, which its log lines have, as an extension of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// The id among the extensions of a request; empty for one that [`respond`] did not bring.
    #[must_use]
    pub fn of(extensions: &Extensions) -> &str {
        extensions.get().map_or("", |Self(id)| id)
    }
}

/// Serve one invocation with a service, which gets bodies of at most `body_limit` bytes, and the [`RequestId`].
///
/// # Errors
/// `NotAnHttpEvent` when anything but an HTTP API invokes the function. Whatever goes wrong with a request is a response.
pub async fn respond<S, B, R>(
    event: LambdaEvent<Received<Invocation>>,
    service: S,
    body_limit: usize,
) -> Result<Response, Diagnostic>
where
    S: Service<http::Request<B>, Response = http::Response<R>, Error = Infallible>,
    B: From<Vec<u8>>,
    R: http_body::Body,
    R::Error: Into<lambda_runtime::Error>,
{
    let request_id = event.context.request_id.clone();
    reply::respond(event, async |request| {
        let mut request = http_request(request, body_limit)?;
        request.extensions_mut().insert(RequestId(request_id.clone()));
        let mut response = call(service, request).await;
        match take_failure(&mut response) {
            Some(error) => Ok(with_headers_of(&response, error.into_response(&request_id))),
            None => into_event(response).await,
        }
    })
    .await
}

async fn call<S, B, R>(mut service: S, request: http::Request<B>) -> http::Response<R>
where
    S: Service<http::Request<B>, Response = http::Response<R>, Error = Infallible>,
{
    let Ok(()) = poll_fn(|context| service.poll_ready(context)).await;
    let Ok(response) = service.call(request).await;
    response
}

/// The problem, with what the framework says beside it, such as `allow` for a method that is not.
fn with_headers_of<R>(response: &http::Response<R>, mut problem: Response) -> Response {
    let mut headers = one_value_each(response.headers());
    headers.extend(problem.headers);
    problem.headers = headers;
    problem
}

async fn into_event<R>(response: http::Response<R>) -> Result<Response, Error>
where
    R: http_body::Body,
    R::Error: Into<lambda_runtime::Error>,
{
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.map_err(Error::internal)?.to_bytes();
    Ok(Response::with_headers(parts.status, one_value_each(&parts.headers), bytes.into()))
}

/// API Gateway reads one value of a header, and counts the content's length itself. Cookies are beside the headers.
fn one_value_each(headers: &HeaderMap) -> HeaderMap {
    let mut single = HeaderMap::with_capacity(headers.keys_len());
    for cookie in headers.get_all(header::SET_COOKIE) {
        single.append(header::SET_COOKIE, cookie.clone());
    }
    for name in headers.keys().filter(|name| ![header::CONTENT_LENGTH, header::SET_COOKIE].contains(name)) {
        let values: Vec<&[u8]> = headers.get_all(name).iter().map(HeaderValue::as_bytes).collect();
        // Values joined by a comma are a value.
        if let Ok(value) = HeaderValue::from_bytes(&values.join(b", ".as_slice())) {
            single.insert(name, value);
        }
    }
    single
}

#[cfg(test)]
mod tests;
