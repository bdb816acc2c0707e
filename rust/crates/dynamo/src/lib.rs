//! A DynamoDB client for Lambda functions, made once from the environment that Lambda sets.
//!
//! `aws-config` would look for credentials and settings in ten places, in files and over HTTP too. A function has them in
//! its environment, and without it a second HTTP stack stays out of the binary.

mod client;
mod connection;
mod error;
mod http_client;

pub use client::client;
pub use connection::{Connection, Missing};
pub use error::StoreError;
