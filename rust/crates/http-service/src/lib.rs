//! Serves HTTP API events with a tower service: the router of axum, the web framework of this system's services.
//!
//! The framework sees an ordinary HTTP request, and the client sees this system's errors: a service answers a request
//! that fails with [`failure`], and what is told of it is decided by `reply`, as in every other function.

mod failure;
mod http_request;
mod json_bytes;
mod problem;
mod respond;

pub use failure::{failure, take_failure};
pub use http_request::DomainName;
pub use json_bytes::{json_bytes, media_type, text_bytes};
pub use problem::{Problem, no_method, no_route};
pub use respond::{RequestId, respond};
