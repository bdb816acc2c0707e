//! Sessions and reports for a client of the API, with stores in memory and with DynamoDB.

mod dynamodb;
mod events;
pub mod forms;
mod page;
mod reports;
mod secrecy;
mod sessions;
mod sign_in;
pub mod views;
pub mod world;
