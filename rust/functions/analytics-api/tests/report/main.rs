//! Sessions and reports as a client of the API sees them, over stores in memory, and over DynamoDB.

// So that clippy takes the helpers for test code, too.
#![cfg(test)]

mod dynamodb;
mod events;
mod forms;
mod page;
mod reports;
mod secrecy;
mod sessions;
mod sign_in;
mod views;
mod world;
