use http::{HeaderMap, HeaderName};

/// API Gateway always sets it to `https`.
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Returns the scheme of the client's request.
pub fn scheme(headers: &HeaderMap) -> &str {
    headers.get(X_FORWARDED_PROTO).and_then(|value| value.to_str().ok()).unwrap_or("http")
}
