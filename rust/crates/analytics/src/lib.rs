//! Site analytics: page views, the counters they change, and the items of both.
//!
//! [`keys`] builds all key text of the tables. Text from clients is always the last part of a key, after the kind of the
//! item, so that it never names an item of another kind.
//!
//! The crate makes no calls: functions turn requests into views, and stores turn items into calls.

mod attributes;
mod bucket;
mod campaign;
mod counter;
mod day;
mod hidden;
pub mod keys;
pub mod label;
mod leave;
mod moment;
mod page;
mod referrer;
#[cfg(any(test, feature = "samples"))]
pub mod samples;
mod site;
mod sites;
mod sketch;
mod tally;
mod total;
mod view;
mod view_retention;
mod visitor;
mod zone;

pub use attributes::{DecodeError, Problem};
pub use bucket::{Bucket, Granularity};
pub use campaign::Campaign;
pub use counter::{Count, Counter, Dimension};
pub use day::{Day, InvalidDay};
pub use hidden::is_hidden;
pub use leave::Leave;
pub use moment::{InvalidMoment, Moment};
pub use page::Page;
pub use referrer::Referrer;
pub use serde_dynamo::{AttributeValue, Item};
pub use site::{InvalidSite, Site};
pub use sites::{Sites, TrackedSite};
pub use sketch::{MOST_RANK, Mark, STANDARD_ERROR_PERCENT, Sketch};
pub use tally::{Counts, DayTally, Tally, TotalKey};
pub use total::Total;
pub use view::{Agent, Device, Measure, Record, View, ViewId};
pub use view_retention::{LEAST_RETENTION_DAYS, view_retention_days};
pub use visitor::Visitor;
pub use zone::{InvalidRule, Offset, Zone};

/// Placeholder for page paths that are too long, and for new values of a day that has reached its cap.
pub const OTHER: &str = "(other)";
