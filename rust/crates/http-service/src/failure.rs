use std::sync::Arc;

use reply::Error;

/// Shared only because extensions must be cloneable; nobody clones it.
#[derive(Clone)]
struct Failure(Arc<Error>);

/// A response that stands for an error until the request id is at hand to tell it with.
#[must_use]
pub fn failure<B: Default>(error: Error) -> http::Response<B> {
    let mut response = http::Response::new(B::default());
    response.extensions_mut().insert(Failure(Arc::new(error)));
    response
}

/// The error that a response stands for, if it stands for one.
pub fn take_failure<B>(response: &mut http::Response<B>) -> Option<Error> {
    let Failure(error) = response.extensions_mut().remove()?;
    Some(Arc::into_inner(error).unwrap_or_else(|| Error::internal("the response that stands for an error was cloned")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_comes_back_once() {
        let mut response: http::Response<Vec<u8>> = failure(Error::bad_request("InvalidOption", "no such option"));
        let error = take_failure(&mut response).unwrap();
        assert_eq!(error.into_diagnostic().error_type, "InvalidOption");
        assert!(take_failure(&mut response).is_none());
    }
}
