//! Collects page views, and how long and how far down each was looked at.
//!
//! In the steady state a view is one write. The address a request comes from and its user agent are read while it is
//! answered, and are neither stored nor logged.

use http::{HeaderName, HeaderValue};

mod address;
mod agent;
mod body;
mod client;
mod collector;
mod edge;
mod known;
mod limits;
mod pixel;
mod routes;
mod secrets;
mod source;
pub mod store;
mod tracker;
mod view_token;
mod visit;
mod visitor;

pub use agent::{agent, is_ai_crawler};
pub use collector::Collector;
pub use edge::Edge;
pub use limits::Limits;
pub(crate) use routes::routes;

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Pages that load nothing else from other sites load this.
const ANY_ORIGIN: HeaderValue = HeaderValue::from_static("cross-origin");
