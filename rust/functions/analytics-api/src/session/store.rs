//! What sessions need of the tables of accounts and state.

use analytics::Moment;
use async_trait::async_trait;

pub mod dynamodb;
#[cfg(feature = "memory")]
pub mod memory;

pub use dynamo::StoreError;

/// A store of accounts, and of what is known of sessions.
#[async_trait]
pub trait Store: Send + Sync {
    /// The keys of sessions, the one that encrypts first; none before they are made.
    async fn session_keys(&self) -> Result<Vec<String>, StoreError>;

    /// The hash of a user's password as the last write left it, in PHC string format; none without such a user.
    async fn password_hash(&self, user: &str) -> Result<Option<String>, StoreError>;

    /// Keep until `expires` that a session has ended.
    async fn end_session(&self, id: &str, expires: Moment) -> Result<(), StoreError>;

    /// Whether a session has ended.
    async fn is_ended(&self, id: &str) -> Result<bool, StoreError>;

    /// Count an attempt to sign in, and return how many there are with it. The count is kept until `expires`.
    async fn count_attempt(&self, who: &str, expires: Moment) -> Result<u64, StoreError>;

    /// Takes one counted attempt back. The count is kept until `expires`.
    async fn take_back_attempt(&self, who: &str, expires: Moment) -> Result<(), StoreError>;

    /// Remembers until `expires` that someone has signed in.
    async fn remember(&self, who: &str, expires: Moment) -> Result<(), StoreError>;

    /// Whether someone is remembered who has signed in.
    async fn is_remembered(&self, who: &str) -> Result<bool, StoreError>;
}
