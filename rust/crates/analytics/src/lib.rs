//! Site analytics: what is recorded of a page view, which counters it moves, and how both are stored.
//!
//! All key text of the three tables is built in [`keys`], for whoever writes or reads them. What a client sends is only
//! ever the last part of a key, behind the kind of the item, so that it reaches no item of another kind.
//!
//! Knows no AWS client and no HTTP: functions turn requests into views, and items into calls.

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
#[cfg(test)]
mod samples;
mod site;
mod tally;
mod total;
mod view;
mod visitor;

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
pub use tally::{Counts, Tally, TotalKey};
pub use total::Total;
pub use view::{Agent, Device, Measure, Record, View, ViewId};
pub use visitor::Visitor;

/// What stands for values over a cap: pages that are too long, and new ones of a day that has too many already.
pub const OTHER: &str = "(other)";
