//! The store of currencies. It has few operations; the actions decide what a result means to a client.

use async_trait::async_trait;

use crate::{Code, Currency};

pub mod dynamodb;
#[cfg(feature = "memory")]
pub mod memory;

pub use dynamo::StoreError;

/// Result of a conditional write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    Done,
    /// The stored version is not the one that the writer expected; nothing changed.
    Lost,
}

/// A store of currencies with conditional writes, so that no writer overwrites a version that it has not seen.
#[async_trait]
pub trait Store: Send + Sync {
    /// Returns the currency with this code, by a strongly consistent read.
    async fn get(&self, code: &Code) -> Result<Option<Currency>, StoreError>;

    /// Returns the first `limit` currencies after a code, or from the start, in the order of their codes.
    async fn list(&self, after: Option<&Code>, limit: usize) -> Result<Vec<Currency>, StoreError>;

    /// Stores a currency if the stored version is `over`; `None` means that it must not exist. Each call stores it once,
    /// also if responses are lost on the way.
    async fn put(&self, currency: &Currency, over: Option<u64>) -> Result<Write, StoreError>;

    /// Deletes a currency if this is the stored version.
    async fn delete(&self, code: &Code, version: u64) -> Result<Write, StoreError>;
}
