//! Tests the trigger with a store in memory that simulates DynamoDB's faults, and with DynamoDB at the endpoint in
//! `DYNAMODB_TEST_ENDPOINT`:
//! `DYNAMODB_TEST_ENDPOINT=http://127.0.0.1:4566 cargo test -p analytics-trigger --test service -- --ignored`.

// Makes clippy treat the helpers as test code.
#![cfg(test)]

mod bed;
mod chaos;
mod dice;
mod dynamodb;
mod faults;
mod faulty;
mod histories;
mod mapping;
mod memory;
mod plain;
mod promises;
mod reconciling;
mod records;
mod world;
