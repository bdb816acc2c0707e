//! A DynamoDB client for Lambda functions, configured from the environment that Lambda sets.
//!
//! `aws-config` looks for credentials and settings in ten places, including files and HTTP endpoints. A function has
//! them in its environment, and leaving `aws-config` out saves a second HTTP stack in the binary.

mod attribute;
mod client;
mod conditional;
mod connection;
mod error;
mod http_client;
#[cfg(feature = "otel")]
mod spans;

pub use attribute::{number, text};
pub use client::client;
pub use conditional::{ConditionFailed, conditional};
pub use connection::Connection;
pub use error::StoreError;
