use dynamo::StoreError;
use reply::Error;

/// Returns the error of a request whose store failed: 503 if the error passes by itself, and 500 otherwise.
pub fn store_error(error: StoreError) -> Error {
    if error.is_transient() { Error::unavailable(error) } else { Error::internal(error) }
}
