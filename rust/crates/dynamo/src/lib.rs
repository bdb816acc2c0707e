//! The DynamoDB client as a function needs it: made once, from what Lambda puts into the environment.
//!
//! Instead of `aws-config`, which looks for credentials and settings in ten places, in files and over HTTP too: a
//! function has them in its environment, and a second HTTP stack's worth of code stays out of its binary.

mod answer;
mod client;
mod connection;
mod http_client;
mod unavailable;

pub use answer::{Answer, Failure};
pub use client::client;
pub use connection::{Connection, Missing};
pub use unavailable::is_unavailable;
