//! Site analytics under `/analytics`: routes for trackers, sessions, and reports as JSON, CSV and HTML.
//!
//! [`app`] is the whole service without its host: `main.rs` runs it on Lambda.

mod app;
mod clock;
mod cloudfront;
pub mod collect;
mod dashboard;
mod html;
mod lock;
mod network;
pub mod report;
mod scheme;
pub mod session;
mod state_counter;

pub use app::{BODY_LIMIT, Parts, app};
pub use clock::Clock;
pub use cloudfront::CloudFront;
