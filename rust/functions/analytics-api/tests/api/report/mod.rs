//! Sessions and reports as a client of the API sees them, over stores in memory, and over DynamoDB.

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
