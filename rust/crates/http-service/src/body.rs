use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use reply::{Error, check_text};

use crate::app::BodyLimit;

/// Reads a body whose content type is one of `media_types`.
///
/// # Errors
/// The client's errors: `NotJson`, `BodyTooLarge`, `UnreadableBody`, `UnsupportedCharset` and `ByteOrderMark`.
pub async fn json_bytes(request: Request, media_types: &[&str]) -> Result<Bytes, Error> {
    let media_type = media_type(request.headers());
    if !media_types.iter().any(|taken| media_type.eq_ignore_ascii_case(taken)) {
        let detail = format!("Content-Type must be {}.", media_types.join(" or "));
        return Err(Error::client(StatusCode::UNSUPPORTED_MEDIA_TYPE, "NotJson", detail));
    }
    text_bytes(request).await
}

/// Reads a body of UTF-8 text, up to the service's limit.
///
/// # Errors
/// The client's errors: `BodyTooLarge`, `UnreadableBody`, `UnsupportedCharset` and `ByteOrderMark`.
pub async fn text_bytes(request: Request) -> Result<Bytes, Error> {
    let headers = request.headers().clone();
    let limit = request.extensions().get().map(|&BodyLimit(limit)| limit);
    let bytes = Bytes::from_request(request, &()).await.map_err(|rejection| unread(rejection.status(), limit))?;
    check_text(&headers, &bytes)?;
    Ok(bytes)
}

/// Returns the media type without parameters; empty without a content type.
#[must_use]
pub fn media_type(headers: &HeaderMap) -> &str {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().unwrap_or_default().trim()
}

fn unread(status: StatusCode, limit: Option<usize>) -> Error {
    match limit {
        Some(limit) if status == StatusCode::PAYLOAD_TOO_LARGE => {
            let detail = format!("The body is too large; the limit is {limit} bytes. Send a smaller body.");
            Error::too_large("BodyTooLarge", detail)
        }
        _ => Error::bad_request("UnreadableBody", "The body is incomplete. Send it again."),
    }
}
