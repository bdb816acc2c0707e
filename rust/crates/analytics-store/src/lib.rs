//! The tables of views, totals and state.
//!
//! Each trait has the operations that one purpose needs, and each struct calls DynamoDB for one trait: a function may do
//! to a table what the structs that it names do. [`Memory`] implements all traits without DynamoDB.

mod correct;
mod count;
mod day_secrets;
#[cfg(feature = "memory")]
mod memory;
mod read;
mod transaction;

pub use correct::{CorrectTotals, Correction, REVISION, TotalCorrector};
pub use count::{CountViews, ViewCounter};
pub use day_secrets::{DaySecrets, DeleteSecrets};
pub use dynamo::StoreError;
#[cfg(feature = "memory")]
pub use memory::{Memory, Tables};
pub use read::{Batch, Batches, Consistency, ReadTables, Table, TableReader};
pub use transaction::{ACTIONS, Action, FailedCondition, Outcome};
