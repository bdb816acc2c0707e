//! Tests the API as a client, with stores in memory, and with DynamoDB at the endpoint in `DYNAMODB_TEST_ENDPOINT`:
//! `DYNAMODB_TEST_ENDPOINT=http://127.0.0.1:4566 cargo test -p analytics-api --test api -- --ignored`.

// Makes clippy treat the helpers as test code.
#![cfg(test)]

mod collect;
mod log;
mod report;
mod service;
mod unique_visitors;
mod zones;
