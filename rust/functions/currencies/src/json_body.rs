use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use http_service::Problem;
use reply::Error;

use crate::router::BODY_LIMIT;

/// The bytes of a body that is said to be JSON.
pub struct JsonBody(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            let detail = "The body is not said to be JSON. Send JSON, with content-type: application/json.";
            return Err(Error::client(StatusCode::UNSUPPORTED_MEDIA_TYPE, "NotJson", detail).into());
        }
        let bytes = Bytes::from_request(request, state).await;
        Ok(Self(bytes.map_err(|rejection| unread(rejection.status()))?))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/json")
}

fn unread(status: StatusCode) -> Error {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        let detail = format!("The body is too long; at most {BODY_LIMIT} bytes are taken. Send a smaller one.");
        return Error::too_large("BodyTooLarge", detail);
    }
    Error::bad_request("UnreadableBody", "The body did not arrive whole. Send it again.")
}
