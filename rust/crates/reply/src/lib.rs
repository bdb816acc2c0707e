//! What a caller is told when a request cannot be answered as asked: the system's one mapping from errors to replies.
//!
//! The client's mistake is a reply that says how to mend it, and no log line. Ours is one log line, and a reply that
//! says nothing but its request id.

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
