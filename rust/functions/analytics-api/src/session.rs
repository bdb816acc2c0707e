//! Sessions: sign-in, sign-out and authorization.
//!
//! A session is an encrypted token that a client stores for an hour. It contains the user's name, a fingerprint of the
//! user's password hash and a random id, sealed with a key of the stack. Programs send it as a bearer token, browsers
//! as a cookie. The server stores nothing about a session until sign-out. [`Claim`] extracts a request's session;
//! [`Sessions::guard`] checks, while the request is processed, that the session has not ended and that its user still
//! exists with the same password.

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

pub(crate) use body::BODY_LIMIT;
pub use cookie::is_present as holds_cookie;
pub use form::page as sign_in_page;
pub use own_page::is_from_own_page;
pub use password::{InvalidHash, Verify, verify};
pub use refusal::{Refusal, SESSION_ENDED};
pub(crate) use routes::{Claim, sign_in, sign_out};
pub use sessions::Sessions;
