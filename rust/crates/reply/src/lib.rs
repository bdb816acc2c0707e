//! One error type for a service, rendered for HTTP, direct invocations and HTML documents.
// Documentation builds only, so that editing the README does not change a binary.
#![cfg_attr(any(doc, doctest), doc = include_str!("../README.md"))]

mod content;
mod error;
mod problem;
mod received;

pub use content::{check_coding, check_text};
pub use error::Error;
pub use problem::{FieldError, Problem};
pub use received::Received;

/// Maximum size of a Lambda request or response payload in bytes.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
pub const PAYLOAD_LIMIT: usize = 6_291_556;
