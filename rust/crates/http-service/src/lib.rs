//! Hosts an HTTP service behind an API Gateway HTTP API.
// Documentation builds only, so that editing the README does not change a binary.
#![cfg_attr(any(doc, doctest), doc = include_str!("../README.md"))]

mod app;
mod body;
mod edge;
mod failure;
pub mod headers;
mod host;
mod http_request;

pub use app::{App, no_route, with_body_limit};
pub use body::{json_bytes, media_type, text_bytes};
pub use edge::{RequestId, refused};
pub use failure::{Problem, with_error};
pub use host::{answer_by, respond, respond_by, run, run_handler};
pub use http_request::DomainName;
