use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::Extensions;
use reply::Error;

/// The error of a response, until the edge removes it.
///
/// In an `Arc` only because extensions must be `Clone`; it is never cloned.
#[derive(Clone)]
pub(crate) struct Failure {
    error: Arc<Error>,
    /// Whether the response already describes the error, so that it only has to be logged.
    pub(crate) is_rendered: bool,
}

impl Failure {
    /// Removes the error from a response's extensions.
    pub(crate) fn take(extensions: &mut Extensions) -> Option<(Error, bool)> {
        let Self { error, is_rendered } = extensions.remove()?;
        let error = Arc::into_inner(error).unwrap_or_else(|| Error::internal("the response of an error was cloned"));
        Some((error, is_rendered))
    }
}

/// An error that a route returns; the edge renders it as an RFC 9457 problem.
#[derive(Debug)]
pub struct Problem(Error);

impl<E: Into<Error>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(Failure { error: Arc::new(self.0), is_rendered: false });
        response
    }
}

/// Returns a response that renders an error in its own way, such as an HTML document, with the error for the edge to
/// log.
#[must_use]
pub fn with_error(mut response: Response, error: Error) -> Response {
    response.extensions_mut().insert(Failure { error: Arc::new(error), is_rendered: true });
    response
}
