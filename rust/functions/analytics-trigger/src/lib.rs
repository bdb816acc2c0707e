//! Folds the stream of the views table into the totals: each view and each leave exactly once, however often and in
//! whatever order they are delivered.
//!
//! A chunk of views is one transaction: each is marked as counted under the condition that it is not, and the counters
//! move by what all of them come to. Either all of it happens or nothing.

mod batch;
mod deadline;
mod event;
mod fold;
mod handler;
mod plan;
mod quarantine;
pub mod reconcile;
mod response;
mod shards;
pub mod store;

pub use deadline::Deadline;
pub use event::Event;
pub use fold::{Folded, Folder, Pending};
pub use handler::handle;
pub use response::{BatchItemFailure, Response};
pub use shards::Shards;
