//! Counts views into the totals, and compares the totals with the views.
//!
//! Each view and each leave counts exactly once, however often and in whatever order it is delivered. One transaction
//! counts a chunk of views: it marks each view as counted, on the condition that it is not, and adds to the counters.

mod counting;
mod deadline;
mod plan;
pub mod reconcile;
mod shards;

pub use counting::{Counting, CountingResult, Pending};
pub use deadline::Deadline;
pub use shards::Shards;
