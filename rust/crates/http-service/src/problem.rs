use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use reply::Error;

use crate::failure;

/// An error as a route returns it: told later, in the one form that this system has for errors.
#[derive(Debug)]
pub struct Problem(Error);

impl<E: Into<Error>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        failure::<Body>(self.0)
    }
}

/// The answer to a path that no route has.
pub async fn no_route() -> Problem {
    let detail = "There is nothing at this path. See the routes that the stack prints for what there is.";
    Error::client(StatusCode::NOT_FOUND, "NoRoute", detail).into()
}

/// The answer to a method that the route does not have; the router adds `allow`.
pub async fn no_method() -> Problem {
    let detail = "This path does not take this method. See the allow header for those it takes.";
    Error::client(StatusCode::METHOD_NOT_ALLOWED, "NoMethod", detail).into()
}
