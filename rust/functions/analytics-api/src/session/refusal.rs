use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Extensions, HeaderName, HeaderValue, StatusCode};
use http_service::{Problem, RequestId, with_error};
use maud::html;
use reply::Error;

use crate::html::Html;

/// What people are told of `InvalidSession`.
pub const SESSION_ENDED: &str = "Your session has ended. Sign in again.";

/// Why a request is not carried out for whoever asks.
#[derive(Debug)]
pub enum Refusal {
    /// User and password are not those of an account.
    WrongCredentials,
    /// There is no token, or not one of a session that counts. Which it is, is not told.
    InvalidSession,
    /// Too many attempts to sign in.
    TooManyAttempts {
        /// Seconds until the next attempt is taken.
        retry_after: u64,
    },
    /// A browser would do with its cookie what no page of ours asks for.
    ForeignForm,
    /// Any other error.
    Other(Error),
}

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

/// A refusal as a page shows it.
pub struct Sentence {
    /// The error behind it.
    pub error: Error,
    /// The text for people.
    pub text: String,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Sentence {
    /// Returns the page that shows the sentence with the header of its status, and the error for the log.
    pub fn complete(self, mut page: Response) -> Response {
        page.headers_mut().extend(self.header);
        with_error(page, self.error)
    }
}

impl Refusal {
    /// Returns the refusal for people, in answer to a request with these extensions.
    pub fn for_people(self, extensions: &Extensions) -> Sentence {
        let said = match &self {
            Self::InvalidSession => Some(SESSION_ENDED.to_owned()),
            Self::TooManyAttempts { retry_after } => {
                let minutes = retry_after.div_ceil(60);
                let unit = if minutes == 1 { "minute" } else { "minutes" };
                Some(format!("Too many attempts to sign in. Try again in {minutes} {unit}."))
            }
            _ => None,
        };
        let (error, header) = self.told();
        let text = said.unwrap_or_else(|| error.sentences(RequestId::of(extensions)));
        Sentence { error, text, header }
    }

    /// A page that tells the refusal, and has nothing else.
    pub fn page(self, html: &Html, extensions: &Extensions) -> Response {
        let sentence = self.for_people(extensions);
        let body = html! {
            main.sign-in {
                h1 { "Analytics" }
                p.error role="alert" { (sentence.text) }
            }
        };
        let page = html.page(sentence.error.status(), "Analytics", &body);
        sentence.complete(page)
    }

    /// Returns the name of a refused attempt's reason, for the metric.
    pub fn reason(&self) -> Option<&'static str> {
        match self {
            Self::WrongCredentials => Some("WrongCredentials"),
            Self::TooManyAttempts { .. } => Some("TooManyAttempts"),
            Self::InvalidSession | Self::ForeignForm | Self::Other(_) => None,
        }
    }

    fn told(self) -> (Error, Option<(HeaderName, HeaderValue)>) {
        let bearer = (WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        match self {
            Self::WrongCredentials => {
                let detail = "There is no account with this user and password. Check both.";
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
                let detail = "This was not sent from a page of this service, so nothing was done. Use the form here.";
                (Error::client(StatusCode::FORBIDDEN, "ForeignForm", detail), None)
            }
            Self::Other(error) => (error, None),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (error, header) = self.told();
        let mut response = Problem::from(error).into_response();
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response.headers_mut().extend(header);
        response
    }
}
