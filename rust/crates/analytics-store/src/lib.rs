//! The tables of views, totals and state.
//!
//! Each trait has the operations of one purpose, and each struct calls DynamoDB for one trait: the structs that a
//! function uses show what it may do to a table. [`Memory`] implements the traits for views and totals
//! without DynamoDB.

mod correct;
mod count;
#[cfg(feature = "memory")]
mod memory;
mod read;
mod transaction;
mod visitor_secrets;

pub use correct::{CorrectTotals, Correction, REVISION, TotalCorrector};
pub use count::{CountViews, ViewCounter};
pub use dynamo::StoreError;
#[cfg(feature = "memory")]
pub use memory::{Memory, Tables};
pub use read::{Batch, Batches, Consistency, ReadTables, Table, TableReader};
pub use transaction::{ACTIONS, Action, FailedCondition, Outcome};
pub use visitor_secrets::{DeleteSecrets, VisitorSecrets};
