//! Hosts HTTP services behind an API Gateway HTTP API: an axum app by [`run`], a plain handler by [`run_handler`].
//!
//! A service sees an ordinary HTTP request, and answers a failed one with [`Problem`] or [`with_error`]. One layer, which
//! is part of every [`App`] whether Lambda, a local server or a test calls it, does the rest: it gives the request its
//! id, limits its body, renders errors as RFC 9457 problems, logs those that are ours, and adds
//! `x-content-type-options`.

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
