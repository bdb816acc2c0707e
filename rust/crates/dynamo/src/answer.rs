use std::error::Error;
use std::pin::Pin;

/// Why a store has no answer.
pub type Failure = Box<dyn Error + Send + Sync>;

/// A store's answer, when it is there: what the traits of stores return, so that tests can have stores in memory.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;
