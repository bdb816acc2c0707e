//! Recovers what the stream's mapping gave up: reads the views again from their table, and counts those that are not
//! counted.
//!
//! The mapping reports a batch to a queue by the times of its first and last record, without the records. All views and
//! leaves of that time are in the table of views for longer than a message is in the queue. Counting has the conditions of
//! the trigger, so that nothing counts twice, and no total is ever lowered.

mod message;
mod recovery;

pub use message::Message;
pub use recovery::{Recovery, RecoveryError};
