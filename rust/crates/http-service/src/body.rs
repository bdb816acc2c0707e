use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use reply::{Error, check_text};

use crate::app::BodyLimit;

/// Reads a body whose content type is one of those that are JSON here.
///
/// # Errors
/// `NotJson`, `BodyTooLarge`, `UnreadableBody`, `UnsupportedCharset` and `ByteOrderMark` are the client's.
pub async fn json_bytes(request: Request, media_types: &[&str]) -> Result<Bytes, Error> {
    let media_type = media_type(request.headers());
    if !media_types.iter().any(|taken| media_type.eq_ignore_ascii_case(taken)) {
        let detail = format!("Content-Type must be {}, and the body JSON.", media_types.join(" or "));
        return Err(Error::client(StatusCode::UNSUPPORTED_MEDIA_TYPE, "NotJson", detail));
    }
    text_bytes(request).await
}

/// Reads a body of UTF-8 text, as long as the service takes them at most.
///
/// # Errors
/// `BodyTooLarge`, `UnreadableBody`, `UnsupportedCharset` and `ByteOrderMark` are the client's.
pub async fn text_bytes(request: Request) -> Result<Bytes, Error> {
    let headers = request.headers().clone();
    let limit = request.extensions().get().map(|&BodyLimit(limit)| limit);
    let bytes = Bytes::from_request(request, &()).await.map_err(|rejection| unread(rejection.status(), limit))?;
    check_text(&headers, &bytes)?;
    Ok(bytes)
}

/// Returns the media type of a body, without parameters; empty when it has none.
#[must_use]
pub fn media_type(headers: &HeaderMap) -> &str {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().unwrap_or_default().trim()
}

fn unread(status: StatusCode, limit: Option<usize>) -> Error {
    match limit {
        Some(limit) if status == StatusCode::PAYLOAD_TOO_LARGE => {
            let detail = format!("The body is too long; at most {limit} bytes are taken. Send a smaller one.");
            Error::too_large("BodyTooLarge", detail)
        }
        _ => Error::bad_request("UnreadableBody", "The body did not arrive whole. Send it again."),
    }
}
