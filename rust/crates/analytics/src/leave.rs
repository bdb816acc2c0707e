use serde_dynamo::Item;

use crate::attributes::{Attributes, DecodeError, number};
use crate::keys::{self, attribute};
use crate::view::decode_measure;
use crate::{Measure, Moment, Site, ViewId};

/// The report of a page that the visitor leaves: its duration and scroll depth so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leave {
    pub site: Site,
    pub view: ViewId,
    pub measure: Measure,
}

impl Leave {
    /// Returns its item, which expires at a moment. Duplicates are the same item.
    #[must_use]
    pub fn item(&self, expires: Moment) -> Item {
        let mut item = keys::leave(self).item();
        item.insert(attribute::DURATION_MS.to_owned(), number(self.measure.duration_ms));
        item.insert(attribute::SCROLL.to_owned(), number(self.measure.scroll));
        item.insert(attribute::EXPIRES.to_owned(), number(expires.seconds()));
        item
    }

    /// Decodes an item.
    ///
    /// # Errors
    /// The first attribute that differs from what this crate writes.
    pub fn decode(item: &Item) -> Result<Self, DecodeError> {
        let attributes = Attributes(item);
        let (site, view) = keys::decode_leave(attributes)?;
        let measure = decode_measure(attributes)?;
        // If both are missing, this reports the first.
        let measure = measure
            .map_or_else(|| attributes.number(attribute::DURATION_MS, "").map(|_: u64| Measure::default()), Ok)?;
        Ok(Self { site, view, measure })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{NOON, site, view};

    fn leave(duration_ms: u64, scroll: u8) -> Leave {
        Leave { site: site(), view: view("/").id, measure: Measure { duration_ms, scroll } }
    }

    fn item(leave: &Leave) -> Item {
        leave.item(Moment::from_milliseconds(NOON).unwrap())
    }

    #[test]
    fn a_leave_round_trips_as_an_item() {
        for leave in [leave(0, 0), leave(Measure::LONGEST_MS, 100)] {
            assert_eq!(Leave::decode(&item(&leave)).unwrap(), leave);
        }
    }

    #[test]
    fn a_duration_of_over_a_day_is_rejected() {
        for duration_ms in [Measure::LONGEST_MS + 1, u64::MAX] {
            let error = Leave::decode(&item(&leave(duration_ms, 0))).unwrap_err();
            assert!(error.to_string().ends_with("at most a day's"), "{error}");
        }
    }

    #[test]
    fn duplicates_are_one_item() {
        let key = |leave| keys::Key::from_item(&item(&leave)).unwrap();
        assert_eq!(key(leave(5, 10)), key(leave(5, 10)));
        assert_ne!(key(leave(5, 10)), key(leave(6, 10)));
    }

    #[test]
    fn a_missing_attribute_is_named() {
        for name in [attribute::PATH, attribute::SECTION, attribute::DURATION_MS, attribute::SCROLL] {
            let mut item = item(&leave(5, 10));
            item.remove(name);
            assert_eq!(Leave::decode(&item).unwrap_err().to_string(), format!("the attribute {name} is missing"));
        }
        let mut item = item(&leave(5, 10));
        item.remove(attribute::DURATION_MS);
        item.remove(attribute::SCROLL);
        assert_eq!(Leave::decode(&item).unwrap_err().to_string(), "the attribute DurationMs is missing");
    }
}
