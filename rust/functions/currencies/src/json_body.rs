use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http_service::{Problem, json_bytes};

/// Bytes of a request's body that are taken; a currency in JSON has at most some 1,500, with every character escaped.
pub const BODY_LIMIT: usize = 16_384;

/// The bytes of a body that is said to be JSON.
pub struct JsonBody(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        Ok(Self(json_bytes(request, state, BODY_LIMIT).await?))
    }
}
