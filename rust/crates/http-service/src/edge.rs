//! The layer around every service, and the only place that renders and logs errors.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::response::Response;
use http::header::{ALLOW, CONTENT_LENGTH, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS};
use http::{Extensions, HeaderMap, HeaderValue};
use lambda_runtime::Diagnostic;
use powertools::Outcome;
use reply::{Error, check_coding};

use crate::failure::Failure;

/// The id of a request, as a request extension: on Lambda, the invocation's id, which is in its log lines too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub(crate) String);

impl RequestId {
    /// Returns the id in a request's extensions; every request that an [`App`](crate::App) handles has one.
    #[must_use]
    pub fn get(extensions: &Extensions) -> &str {
        extensions.get().map_or("", |Self(id)| id)
    }

    /// Generates an id for a request that the host gave none.
    fn next() -> Self {
        static REQUESTS: AtomicU64 = AtomicU64::new(1);
        Self(format!("local-{}", REQUESTS.fetch_add(1, Ordering::Relaxed)))
    }
}

/// Handles one request of an app.
pub(crate) async fn serve(mut request: Request, handle: impl AsyncFnOnce(Request) -> Response) -> Response {
    let extensions = request.extensions_mut();
    let id = extensions.get().cloned().unwrap_or_else(RequestId::next);
    extensions.insert(id.clone());
    let coding = if request.body().is_end_stream() { Ok(()) } else { check_coding(request.headers()) };
    let mut response = match coding {
        Ok(()) => conclude(handle(request).await, &id),
        Err(error) => rendered(error, HeaderMap::new(), &id).map(Body::from),
    };
    add_security_headers(response.headers_mut());
    response
}

fn conclude(mut response: Response, id: &RequestId) -> Response {
    match Failure::take(response.extensions_mut()) {
        None => response,
        Some((error, true)) => {
            report(&error);
            response
        }
        Some((error, false)) => rendered(error, std::mem::take(response.headers_mut()), id).map(Body::from),
    }
}

/// Logs a server error, and returns the problem response with the framework's headers, such as `allow`.
pub(crate) fn rendered(error: Error, mut headers: HeaderMap, RequestId(id): &RequestId) -> http::Response<String> {
    report(&error);
    let error = match (error, headers.get(ALLOW).and_then(|allow| allow.to_str().ok())) {
        (Error::MethodNotAllowed { .. }, Some(allow)) => {
            Error::MethodNotAllowed { allow: allow.split(',').map(str::trim).collect::<Vec<_>>().join(", ").into() }
        }
        (error, _) => error,
    };
    headers.remove(CONTENT_LENGTH);
    let mut response = error.into_http(id);
    headers.extend(std::mem::take(response.headers_mut()));
    *response.headers_mut() = headers;
    response
}

/// Logs a server error, and returns the reply to a direct invocation.
#[must_use]
pub fn refused(error: Error) -> Diagnostic {
    report(&error);
    if error.status().is_client_error() {
        powertools::record("outcome", Outcome::ClientError);
    }
    error.into_diagnostic()
}

/// Logs a server error with its causes. A client error has no line of its own; the closing line names it.
pub(crate) fn report(error: &Error) {
    powertools::record("error_type", error.error_type());
    match error {
        Error::Internal(_) => tracing::error!(error = error.causes(), "request failed"),
        Error::Unavailable(_) => tracing::error!(error = error.causes(), "dependency unavailable"),
        _ => {}
    }
}

/// Disables content sniffing, and makes browsers use only HTTPS for this host and its subdomains for a year,
/// <https://www.rfc-editor.org/rfc/rfc6797#section-6.1>.
pub(crate) fn add_security_headers(headers: &mut HeaderMap) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains"));
}
