use dynamo::Failure;
use reply::Error;

/// Returns the error of a request that a store has failed: 503 when the failure ends by itself, or else 500.
pub fn store_failure(failure: Failure) -> Error {
    if dynamo::is_unavailable(&failure) { Error::unavailable(failure) } else { Error::internal(failure) }
}
