//! HTTP API events in payload format 2.0: the request that a function is invoked with, the response that it returns.
//!
//! Knows the wire format and nothing of what a service does with it: which bodies are too large, and what an error
//! looks like to a client, is decided elsewhere.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

mod body;
mod request;
mod response;
mod source_ip;

pub use body::{Body, BodyError};
pub use request::{Invocation, Request};
pub use response::Response;
pub use source_ip::SourceIp;
