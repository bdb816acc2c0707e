use dynamo::StoreError;
use reply::Error;

/// Converts a store's error: 503 if it is transient, otherwise 500.
pub fn store_error(error: StoreError) -> Error {
    if error.is_transient() { Error::unavailable(error) } else { Error::internal(error) }
}
