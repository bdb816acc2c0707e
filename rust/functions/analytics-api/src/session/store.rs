//! The operations that sessions need on the tables of accounts and state.

use analytics::Moment;
use async_trait::async_trait;

pub mod dynamodb;
#[cfg(feature = "memory")]
pub mod memory;

pub use dynamo::StoreError;

/// A store of accounts and of the state of sessions.
#[async_trait]
pub trait Store: Send + Sync {
    /// Returns the session keys, the one that encrypts first; none before they are created.
    async fn session_keys(&self) -> Result<Vec<String>, StoreError>;

    /// Returns the hash of a user's password in PHC string format, by a strongly consistent read; none for an unknown
    /// user.
    async fn password_hash(&self, user: &str) -> Result<Option<String>, StoreError>;

    /// Records until `expires` that a session has ended.
    async fn end_session(&self, id: &str, expires: Moment) -> Result<(), StoreError>;

    /// Whether a session has ended.
    async fn is_ended(&self, id: &str) -> Result<bool, StoreError>;

    /// Counts an attempt to sign in, and returns the number of attempts so far. The count expires at `expires`.
    async fn count_attempt(&self, who: &str, expires: Moment) -> Result<u64, StoreError>;

    /// Subtracts one counted attempt. The count expires at `expires`.
    async fn uncount_attempt(&self, who: &str, expires: Moment) -> Result<(), StoreError>;

    /// Records until `expires` that a user has signed in from a network.
    async fn record_sign_in(&self, who: &str, expires: Moment) -> Result<(), StoreError>;

    /// Whether such a sign-in is recorded.
    async fn has_signed_in(&self, who: &str) -> Result<bool, StoreError>;
}
