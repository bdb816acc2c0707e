//! Recovers batches that the stream's mapping gave up on: reads the views again from their table, and counts those that
//! are not counted.
//!
//! The mapping reports a batch to a queue by the times of its first and last record, without the records. The table
//! stores all views and leaves of that time for longer than the queue stores a message. Counting uses the conditions of
//! the trigger, so nothing counts twice, and no total is lowered.

mod message;
mod recovery;

pub use message::Message;
pub use recovery::{Recovery, RecoveryError};
