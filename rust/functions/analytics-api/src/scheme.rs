use http::{HeaderMap, HeaderName};

/// API Gateway's, and always `https` there.
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The scheme that a client called.
pub fn scheme(headers: &HeaderMap) -> &str {
    headers.get(X_FORWARDED_PROTO).and_then(|value| value.to_str().ok()).unwrap_or("http")
}
