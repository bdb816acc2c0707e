//! The text of all keys, and the names of all attributes.
//!
//! | Table | `Path` | `Section` |
//! |---|---|---|
//! | views | `view/<site>` | `<day>/<milliseconds>-<random><offset>` |
//! | views | `leave/<site>` | `<day>/<milliseconds>-<random><offset>/<duration>/<scroll>` |
//! | totals | `total/<site>/<granularity>` | `summary/<bucket>/<shard>` |
//! | totals | `total/<site>/<granularity>` | `page/<bucket>/<shard>/<value>`, the same for `referrer` and `campaign` |
//! | totals | `visitor/<site>/<day>` | `<visitor>` |
//! | totals | `sketch/<site>/<granularity>` | `<bucket>`, for days and months |
//! | totals | `quarantine` | `<sequence number>` |
//!
//! The views of a day are the sections that begin with `<day>/`. Counters of consecutive buckets are the sections between
//! two texts. The table of state has one key, `Name`: see [`state`].

use serde_dynamo::{AttributeValue, Item};

use crate::attributes::{Attributes, DecodeError, texts};
use crate::{Bucket, Counter, Day, Dimension, Granularity, Leave, Site, TotalKey, ViewId, Visitor};

pub mod attribute;
mod sections;
pub mod state;

pub use sections::{KeyCondition, SectionRange, Sections};

/// A primary key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The partition key, the attribute `Path`.
    pub path: String,
    /// The sort key, the attribute `Section`.
    pub section: String,
}

impl Key {
    /// Returns an item with only its key.
    #[must_use]
    pub fn item(&self) -> Item {
        texts([(attribute::PATH, &self.path), (attribute::SECTION, &self.section)])
    }

    /// Returns the key of an item.
    ///
    /// # Errors
    /// The key attribute that is missing or not a string.
    pub fn from_item(item: &Item) -> Result<Self, DecodeError> {
        let key = |name| Attributes(item).text(name).map(str::to_owned);
        Ok(Self { path: key(attribute::PATH)?, section: key(attribute::SECTION)? })
    }
}

/// Returns the key of a view.
#[must_use]
pub fn view(site: &Site, id: ViewId) -> Key {
    Key { path: format!("view/{site}"), section: format!("{}/{id}", id.day()) }
}

/// Returns the range of all views of a day.
#[must_use]
pub fn views_of_day(site: &Site, day: Day) -> Sections {
    views_between(site, day, day)
}

/// Returns the range of all views from one day to another.
#[must_use]
pub fn views_between(site: &Site, first: Day, last: Day) -> Sections {
    Sections { path: format!("view/{site}"), range: between(&first.to_string(), &last.to_string()) }
}

/// Returns the key of a leave.
#[must_use]
pub fn leave(leave: &Leave) -> Key {
    let Key { section, .. } = view(&leave.site, leave.view);
    let section = format!("{section}/{}/{}", leave.measure.duration_ms, leave.measure.scroll);
    Key { path: format!("leave/{}", leave.site), section }
}

/// Returns the range of all leaves of a day's views.
#[must_use]
pub fn leaves_of_day(site: &Site, day: Day) -> Sections {
    Sections { path: format!("leave/{site}"), range: SectionRange::BeginsWith(format!("{day}/")) }
}

/// Returns the key of a shard of a counter. Readers sum up all shards.
#[must_use]
pub fn total(TotalKey { site, bucket, counter }: &TotalKey, shard: u8) -> Key {
    let section = match counter {
        Counter::Summary => format!("summary/{bucket}/{shard}"),
        Counter::Value(dimension, value) => format!("{}/{bucket}/{shard}/{value}", dimension.name()),
    };
    Key { path: totals_path(site, bucket.granularity()), section }
}

/// Returns the range of the summaries from one bucket to another of the same granularity.
#[must_use]
pub fn summaries(site: &Site, from: Bucket, to: Bucket) -> Sections {
    totals_between(site, "summary", from, to)
}

/// Returns the range of the counters of all values of an open dimension, from one bucket to another of the same
/// granularity.
#[must_use]
pub fn values(site: &Site, dimension: Dimension, from: Bucket, to: Bucket) -> Sections {
    totals_between(site, dimension.name(), from, to)
}

fn totals_between(site: &Site, kind: &str, from: Bucket, to: Bucket) -> Sections {
    let range = between(&format!("{kind}/{from}"), &format!("{kind}/{to}"));
    Sections { path: totals_path(site, from.granularity()), range }
}

/// Returns the sections below two prefixes and those between them.
///
/// `0` is the character after `/`, so the end is after every section of the last prefix, and before the next one.
fn between(first: &str, last: &str) -> SectionRange {
    if first == last {
        SectionRange::BeginsWith(format!("{first}/"))
    } else {
        SectionRange::Between(format!("{first}/"), format!("{last}0"))
    }
}

fn totals_path(site: &Site, granularity: Granularity) -> String {
    format!("total/{site}/{}", granularity.name())
}

/// Returns the key of the marker that records that a visitor of a day is counted.
#[must_use]
pub fn visitor(site: &Site, day: Day, visitor: Visitor) -> Key {
    Key { path: format!("visitor/{site}/{day}"), section: visitor.to_string() }
}

/// Returns the key of the sketch of a bucket's visitors.
#[must_use]
pub fn sketch(site: &Site, bucket: Bucket) -> Key {
    Key { path: sketches_path(site, bucket.granularity()), section: bucket.to_string() }
}

/// Returns the range of the sketches from one bucket to another of the same granularity.
#[must_use]
pub fn sketches(site: &Site, from: Bucket, to: Bucket) -> Sections {
    let range = SectionRange::Between(from.to_string(), to.to_string());
    Sections { path: sketches_path(site, from.granularity()), range }
}

fn sketches_path(site: &Site, granularity: Granularity) -> String {
    format!("sketch/{site}/{}", granularity.name())
}

/// Returns the key of a record in quarantine.
#[must_use]
pub fn quarantine(sequence_number: &str) -> Key {
    Key { path: "quarantine".to_owned(), section: sequence_number.to_owned() }
}

/// Returns the range of all records in quarantine.
#[must_use]
pub fn quarantined() -> Sections {
    Sections { path: "quarantine".to_owned(), range: SectionRange::All }
}

/// Whether an item of the views table is a leave. Otherwise it is a view, or neither.
#[must_use]
pub fn is_leave(item: &Item) -> bool {
    matches!(item.get(attribute::PATH), Some(AttributeValue::S(path)) if path.starts_with("leave/"))
}

pub(crate) fn decode_view(attributes: Attributes<'_>) -> Result<(Site, ViewId), DecodeError> {
    decode_keys(attributes, "view/", ViewId::parse)
}

pub(crate) fn decode_leave(attributes: Attributes<'_>) -> Result<(Site, ViewId), DecodeError> {
    decode_keys(attributes, "leave/", |section| ViewId::parse(section.split('/').next()?))
}

/// Decodes the site in the path, and the id after its day in the section.
fn decode_keys(
    attributes: Attributes<'_>,
    kind: &str,
    id: impl FnOnce(&str) -> Option<ViewId>,
) -> Result<(Site, ViewId), DecodeError> {
    let site = |path: &str| Site::parse(path.strip_prefix(kind)?).ok();
    let id = |section: &str| {
        let (day, rest) = section.split_once('/')?;
        id(rest).filter(|id| id.day().to_string() == day)
    };
    Ok((
        attributes.parsed(attribute::PATH, "the kind of the item and a site", site)?,
        attributes.parsed(attribute::SECTION, "a day and the id of a view on that day", id)?,
    ))
}

pub(crate) fn decode_total(attributes: Attributes<'_>) -> Result<TotalKey, DecodeError> {
    let rule = "total, a site and a granularity";
    let (site, granularity) = attributes.parsed(attribute::PATH, rule, |path| {
        let (site, granularity) = path.strip_prefix("total/")?.split_once('/')?;
        Some((Site::parse(site).ok()?, Granularity::parse(granularity)?))
    })?;
    let rule = "a counter, a bucket and a shard";
    let (bucket, counter) = attributes.parsed(attribute::SECTION, rule, |section| {
        let mut parts = section.splitn(4, '/');
        let (kind, bucket, shard, value) = (parts.next()?, parts.next()?, parts.next()?, parts.next());
        shard.parse::<u8>().ok()?;
        let counter = match (kind, value) {
            ("summary", None) => Counter::Summary,
            (name, Some(value)) => {
                let dimension = Dimension::OPEN.into_iter().find(|dimension| dimension.name() == name)?;
                Counter::Value(dimension, value.to_owned())
            }
            _ => return None,
        };
        Some((Bucket::parse(granularity, bucket)?, counter))
    })?;
    Ok(TotalKey { site, bucket, counter })
}

#[cfg(test)]
mod tests;
