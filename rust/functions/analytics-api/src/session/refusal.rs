use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use reply::Error;

/// Why a request is not carried out for whoever asks.
#[derive(Debug)]
pub enum Refusal {
    /// User and password are not those of an account.
    WrongCredentials,
    /// There is no token, or not one of a session that counts. Which it is, is not told.
    InvalidSession,
    /// Too many have tried to sign in.
    TooManyAttempts {
        /// Seconds until the next attempt is taken.
        retry_after: u64,
    },
    /// Any other error.
    Other(Error),
}

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let bearer = (WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        let (error, header) = match self {
            Self::WrongCredentials => {
                let detail = "There is no account with this user and password. Check both.";
                (Error::client(StatusCode::UNAUTHORIZED, "WrongCredentials", detail), Some(bearer))
            }
            Self::InvalidSession => {
                let detail = "Sign in again: POST to analytics/sign-in, and send the token as authorization: Bearer.";
                (Error::client(StatusCode::UNAUTHORIZED, "InvalidSession", detail), Some(bearer))
            }
            Self::TooManyAttempts { retry_after } => {
                let detail =
                    format!("Too many have tried to sign in as this user. Try again in {retry_after} seconds.");
                let error = Error::client(StatusCode::TOO_MANY_REQUESTS, "TooManyAttempts", detail);
                (error, Some((RETRY_AFTER, HeaderValue::from(retry_after))))
            }
            Self::Other(error) => (error, None),
        };
        let mut response = http_service::failure::<Body>(error);
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response.headers_mut().extend(header);
        response
    }
}
