//! Events of an API Gateway HTTP API in payload format 2.0: requests and responses.
// Not part of a build: what it says changes no binary.
#![cfg_attr(any(doc, doctest), doc = include_str!("../README.md"))]

mod body;
mod request;
mod response;
mod source_ip;

pub use body::{Body, BodyError};
pub use request::{Invocation, Request};
pub use response::Response;
pub use source_ip::SourceIp;
