//! Sessions: signing in and out, and who may ask.
//!
//! A session is an encrypted token that a client holds for an hour: its user's name, a fingerprint of the user's password
//! hash and a random id, sealed with a key of the stack. Programs send it as a bearer's, browsers as a cookie. Nothing is
//! stored for it until it is signed out of. A request finds its session in one place, [`Claim`]; whether it still counts
//! is read while the request is worked on, by [`Sessions::guard`]: a user who is gone or has another password has none.

mod body;
mod cookie;
mod form;
mod keyring;
mod own_page;
mod password;
mod refusal;
mod routes;
mod sessions;
pub mod store;
mod throttle;
mod token;

pub use cookie::is_held as holds_cookie;
pub use form::page as sign_in_page;
pub use keyring::NoKeys;
pub use own_page::is_from_own_page;
pub use password::{InvalidHash, Verify, verify};
pub use refusal::{Refusal, SESSION_ENDED};
pub(crate) use routes::{Claim, routes};
pub use sessions::Sessions;
