//! What sessions need of the tables of accounts and state.

use analytics::Moment;

pub mod dynamodb;
pub mod memory;

pub use dynamo::{Answer, Failure};

/// A store of accounts, and of what is known of sessions.
pub trait Store: Send + Sync {
    /// The keys of sessions, the one that encrypts first; none before they are made.
    fn session_keys(&self) -> Answer<'_, Vec<String>>;

    /// The hash of a user's password as the last write left it, in PHC string format; none without such a user.
    fn password_hash<'a>(&'a self, user: &'a str) -> Answer<'a, Option<String>>;

    /// Keep until `expires` that a session has ended.
    fn end_session<'a>(&'a self, id: &'a str, expires: Moment) -> Answer<'a, ()>;

    /// Whether a session has ended.
    fn is_ended<'a>(&'a self, id: &'a str) -> Answer<'a, bool>;

    /// Count an attempt to sign in, and return how many there are with it. The count is kept until `expires`.
    fn count_attempt<'a>(&'a self, who: &'a str, expires: Moment) -> Answer<'a, u64>;

    /// Takes one counted attempt back. The count is kept until `expires`.
    fn take_back_attempt<'a>(&'a self, who: &'a str, expires: Moment) -> Answer<'a, ()>;

    /// Remembers until `expires` that someone has signed in.
    fn remember<'a>(&'a self, who: &'a str, expires: Moment) -> Answer<'a, ()>;

    /// Whether someone is remembered who has signed in.
    fn is_remembered<'a>(&'a self, who: &'a str) -> Answer<'a, bool>;
}
