//! Tests the service as a client of the API, with the store in memory, and with DynamoDB at the endpoint in
//! `DYNAMODB_TEST_ENDPOINT`:
//! `DYNAMODB_TEST_ENDPOINT=http://127.0.0.1:4566 cargo test -p currencies --test service -- --ignored`.

// Makes clippy treat the helpers as test code.
#![cfg(test)]

mod api;
mod conformance;
mod documentation;
mod dynamodb;
mod memory;
mod promises;
mod requests;
mod retries;
