use axum::Router;
use axum::response::Response;
use http::HeaderValue;
use http::header::{STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS};

/// Bytes of a request's body that are taken: more than the longest addresses that browsers send.
pub const BODY_LIMIT: usize = 8192;

/// The service of the routes of its parts. What it answers with an error is told by `http-service`.
pub fn router(parts: impl IntoIterator<Item = Router>) -> Router {
    parts
        .into_iter()
        .fold(Router::new(), Router::merge)
        .fallback(http_service::no_route)
        .method_not_allowed_fallback(http_service::no_method)
        .layer(axum::middleware::map_response(with_security_headers))
}

/// No response may be taken for another type than it says, or be asked for over HTTP the next time.
async fn with_security_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(STRICT_TRANSPORT_SECURITY, page::HTTPS_FOR_A_YEAR);
    response
}
