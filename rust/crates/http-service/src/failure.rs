use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::Extensions;
use reply::Error;

/// The error behind a response, until the edge takes it out.
///
/// Shared only because extensions must be cloneable; nobody clones it.
#[derive(Clone)]
pub(crate) struct Failure {
    error: Arc<Error>,
    /// Whether the response says already what is wrong, so that the error is only logged.
    pub(crate) is_rendered: bool,
}

impl Failure {
    /// Takes the error out of a response's extensions.
    pub(crate) fn take(extensions: &mut Extensions) -> Option<(Error, bool)> {
        let Self { error, is_rendered } = extensions.remove()?;
        let error = Arc::into_inner(error).unwrap_or_else(|| Error::internal("the response of an error was cloned"));
        Some((error, is_rendered))
    }
}

/// An error as a route returns it; the edge renders it as an RFC 9457 problem.
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

/// Returns a response that shows an error in its own form, such as a page, with the error for the edge to log.
#[must_use]
pub fn with_error(mut response: Response, error: Error) -> Response {
    response.extensions_mut().insert(Failure { error: Arc::new(error), is_rendered: true });
    response
}
