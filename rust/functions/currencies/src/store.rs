//! Where currencies are kept. What a store is asked is little; what it means to a client is decided elsewhere.

use crate::{Code, Currency};

pub mod dynamodb;
pub mod memory;

pub use dynamo::{Answer, Failure};

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// It is stored.
    Done,
    /// Nothing is changed, since what is stored is not what the writer expected.
    Lost,
}

/// A store of currencies in which no writer overwrites what it has not seen.
pub trait Store: Send + Sync {
    /// The currency with a code, as the last write left it.
    fn get<'a>(&'a self, code: &'a Code) -> Answer<'a, Option<Currency>>;

    /// The first `limit` currencies after a code, or from the start, in the order of their codes.
    fn list<'a>(&'a self, after: Option<&'a Code>, limit: usize) -> Answer<'a, Vec<Currency>>;

    /// Store a currency over the version that the writer has seen, or where it has seen none.
    fn put<'a>(&'a self, currency: &'a Currency, over: Option<u64>) -> Answer<'a, Write>;

    /// Delete a currency in the version that the writer has seen.
    fn delete<'a>(&'a self, code: &'a Code, version: u64) -> Answer<'a, Write>;
}
