use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Extensions, HeaderName, HeaderValue, StatusCode};
use http_service::{Problem, RequestId, with_error};
use maud::html;
use reply::Error;

use crate::html;

/// Message of `InvalidSession` in HTML documents.
pub const SESSION_ENDED: &str = "Your session has ended. Sign in again.";

/// Reason why a request is rejected.
#[derive(Debug)]
pub enum Refusal {
    /// The user does not exist or the password is wrong.
    WrongCredentials,
    /// The token is missing or invalid, or its session has ended; the response does not say which.
    InvalidSession,
    TooManyAttempts {
        /// Seconds until the next attempt is accepted.
        retry_after: u64,
    },
    /// A form or request with the session cookie comes from another origin.
    ForeignForm,
    Other(Error),
}

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

/// An error for an HTML document.
pub struct DocumentError {
    error: Error,
    /// The message for the user.
    pub message: String,
    header: Option<(HeaderName, HeaderValue)>,
}

impl DocumentError {
    pub fn status(&self) -> StatusCode {
        self.error.status()
    }

    /// Adds the header of the error's status to a document, and the error for the log.
    pub fn complete(self, mut page: Response) -> Response {
        page.headers_mut().extend(self.header);
        with_error(page, self.error)
    }
}

impl Refusal {
    /// Returns the error for an HTML response to a request with these extensions.
    pub fn for_document(self, extensions: &Extensions) -> DocumentError {
        let message = match &self {
            Self::InvalidSession => Some(SESSION_ENDED.to_owned()),
            Self::TooManyAttempts { retry_after } => {
                let minutes = retry_after.div_ceil(60);
                let unit = if minutes == 1 { "minute" } else { "minutes" };
                Some(format!("Too many attempts to sign in. Try again in {minutes} {unit}."))
            }
            _ => None,
        };
        let (error, header) = self.into_error();
        let message = message.unwrap_or_else(|| error.message(RequestId::get(extensions)));
        DocumentError { error, message, header }
    }

    /// Returns a document that contains only the message.
    pub fn page(self, extensions: &Extensions) -> Response {
        let shown = self.for_document(extensions);
        let body = html! {
            main.sign-in {
                h1 { "Analytics" }
                p.error role="alert" { (shown.message) }
            }
        };
        let page = html::page(shown.status(), "Analytics", &body);
        shown.complete(page)
    }

    /// Returns the reason of a rejected attempt, for the metric.
    pub fn reason(&self) -> Option<&'static str> {
        match self {
            Self::WrongCredentials => Some("WrongCredentials"),
            Self::TooManyAttempts { .. } => Some("TooManyAttempts"),
            Self::InvalidSession | Self::ForeignForm | Self::Other(_) => None,
        }
    }

    fn into_error(self) -> (Error, Option<(HeaderName, HeaderValue)>) {
        let bearer = (WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        match self {
            Self::WrongCredentials => {
                let detail = "Wrong user or password. Check both.";
                (Error::client(StatusCode::UNAUTHORIZED, "WrongCredentials", detail), Some(bearer))
            }
            Self::InvalidSession => {
                let detail = "Sign in again: POST to analytics/sign-in, and send the token as authorization: Bearer.";
                (Error::client(StatusCode::UNAUTHORIZED, "InvalidSession", detail), Some(bearer))
            }
            Self::TooManyAttempts { retry_after } => {
                let detail = format!("Too many attempts to sign in. Try again in {retry_after} seconds.");
                let error = Error::client(StatusCode::TOO_MANY_REQUESTS, "TooManyAttempts", detail);
                (error, Some((RETRY_AFTER, HeaderValue::from(retry_after))))
            }
            Self::ForeignForm => {
                let detail = "The request was not sent from a page of this service and was rejected. Use this form.";
                (Error::client(StatusCode::FORBIDDEN, "ForeignForm", detail), None)
            }
            Self::Other(error) => (error, None),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (error, header) = self.into_error();
        let mut response = Problem::from(error).into_response();
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response.headers_mut().extend(header);
        response
    }
}
