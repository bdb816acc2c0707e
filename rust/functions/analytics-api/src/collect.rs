//! Collects page views, and their durations and scroll depths.
//!
//! Normally a view is one write. The client's IP address and user agent are used only while the request is processed;
//! they are never stored or logged.

use http::{HeaderName, HeaderValue};

mod address;
mod agent;
mod body;
mod client;
mod collector;
mod known_values;
mod limits;
mod pixel;
mod routes;
mod secrets;
mod sketches;
mod source;
pub mod store;
mod tracker;
mod view_token;
mod visit;
mod visitor;

pub use agent::{agent, is_ai_crawler};
pub use collector::Collector;
pub use limits::Limits;
pub(crate) use pixel::view as pixel;
pub(crate) use routes::{append, collect};
pub(crate) use tracker::script;

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Allows pages with `Cross-Origin-Embedder-Policy: require-corp` to load the script and the picture.
const ANY_ORIGIN: HeaderValue = HeaderValue::from_static("cross-origin");
