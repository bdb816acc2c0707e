//! Events of an API Gateway HTTP API in payload format 2.0: requests and responses.
// Documentation builds only, so that editing the README does not change a binary.
#![cfg_attr(any(doc, doctest), doc = include_str!("../README.md"))]

mod body;
mod request;
mod response;
mod source_ip;

pub use body::{Body, BodyError};
pub use request::{Invocation, Request};
pub use response::Response;
pub use source_ip::SourceIp;
