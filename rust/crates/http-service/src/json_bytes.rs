use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use reply::{Error, check_text};

/// The bytes of a body that is said to be JSON, of which the router takes at most `limit`.
///
/// # Errors
/// `NotJson`, `BodyTooLarge`, `UnreadableBody`, `UnsupportedCharset` and `ByteOrderMark` are the client's.
pub async fn json_bytes<S: Send + Sync>(request: Request, state: &S, limit: usize) -> Result<Bytes, Error> {
    if !media_type(request.headers()).eq_ignore_ascii_case("application/json") {
        let detail = "Content-Type must be application/json, and the body JSON.";
        return Err(Error::client(StatusCode::UNSUPPORTED_MEDIA_TYPE, "NotJson", detail));
    }
    text_bytes(request, state, limit).await
}

/// The bytes of a body of text, of which the router takes at most `limit`.
///
/// # Errors
/// `BodyTooLarge`, `UnreadableBody`, `UnsupportedCharset` and `ByteOrderMark` are the client's.
pub async fn text_bytes<S: Send + Sync>(request: Request, state: &S, limit: usize) -> Result<Bytes, Error> {
    let headers = request.headers().clone();
    let bytes = Bytes::from_request(request, state).await.map_err(|rejection| unread(rejection.status(), limit))?;
    check_text(&headers, &bytes)?;
    Ok(bytes)
}

/// The media type of a body, without parameters; empty when it has none.
#[must_use]
pub fn media_type(headers: &HeaderMap) -> &str {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().unwrap_or_default().trim()
}

fn unread(status: StatusCode, limit: usize) -> Error {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        let detail = format!("The body is too long; at most {limit} bytes are taken. Send a smaller one.");
        return Error::too_large("BodyTooLarge", detail);
    }
    Error::bad_request("UnreadableBody", "The body did not arrive whole. Send it again.")
}
