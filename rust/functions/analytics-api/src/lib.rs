//! Site analytics behind `/analytics`: what trackers and beacons call, sessions, and reports for who has one, also as a
//! page. A web service that knows nothing of what it runs on; `main.rs` runs it on Lambda.

mod app;
mod clock;
pub mod collect;
pub mod dashboard;
mod html;
mod network;
pub mod report;
mod scheme;
pub mod session;
mod sites;
mod store_failure;

pub use app::{BODY_LIMIT, app};
pub use clock::Clock;
pub use html::Html;
pub use sites::Sites;
