//! The API as its clients see it, over stores in memory, and over DynamoDB at the endpoint that `DYNAMODB_TEST_ENDPOINT`
//! names: `DYNAMODB_TEST_ENDPOINT=http://127.0.0.1:4566 cargo test -p analytics-api --test api -- --ignored`.

// Clippy then knows that helpers are test code.
#![cfg(test)]

mod collect;
mod report;
mod service;
