//! One error type for a service, and its replies over HTTP, to direct invocations and on pages.
// Not part of a build: what it says changes no binary.
#![cfg_attr(any(doc, doctest), doc = include_str!("../README.md"))]

mod content;
mod error;
mod problem;
mod received;

pub use content::{check_coding, check_text};
pub use error::Error;
pub use problem::{FieldError, Problem};
pub use received::Received;

/// Bytes that Lambda passes on at most, of an event or of a reply.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
pub const PAYLOAD_LIMIT: usize = 6_291_556;
