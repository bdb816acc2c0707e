//! Where currencies are kept. What a store is asked is little; what it means to a client is decided elsewhere.

use async_trait::async_trait;

use crate::{Code, Currency};

pub mod dynamodb;
pub mod memory;

pub use dynamo::StoreError;

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// It is stored.
    Done,
    /// Nothing is changed, since what is stored is not what the writer expected.
    Lost,
}

/// A store of currencies in which no writer overwrites what it has not seen.
#[async_trait]
pub trait Store: Send + Sync {
    /// The currency with a code, as the last write left it.
    async fn get(&self, code: &Code) -> Result<Option<Currency>, StoreError>;

    /// The first `limit` currencies after a code, or from the start, in the order of their codes.
    async fn list(&self, after: Option<&Code>, limit: usize) -> Result<Vec<Currency>, StoreError>;

    /// Store a currency over the version that the writer has seen, or where it has seen none.
    async fn put(&self, currency: &Currency, over: Option<u64>) -> Result<Write, StoreError>;

    /// Delete a currency in the version that the writer has seen.
    async fn delete(&self, code: &Code, version: u64) -> Result<Write, StoreError>;
}
