use serde_dynamo::Item;

use crate::attributes::{Attributes, DecodeError, number};
use crate::keys::{self, attribute};
use crate::view::decode_measure;
use crate::{Measure, Moment, Site, ViewId};

/// What a page tells when it is left: how long it was looked at, and how far down, up to now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leave {
    /// Where.
    pub site: Site,
    /// Which view it was.
    pub view: ViewId,
    /// Duration and scroll depth.
    pub measure: Measure,
}

impl Leave {
    /// The item that records it until `expires`. What is told twice is the same item.
    #[must_use]
    pub fn item(&self, expires: Moment) -> Item {
        let mut item = keys::leave(self).item();
        item.insert(attribute::DURATION_MS.to_owned(), number(self.measure.duration_ms));
        item.insert(attribute::SCROLL.to_owned(), number(self.measure.scroll));
        item.insert(attribute::EXPIRES.to_owned(), number(expires.seconds()));
        item
    }

    /// The one in an item.
    ///
    /// # Errors
    /// The first attribute that is not as this crate writes it.
    pub fn decode(item: &Item) -> Result<Self, DecodeError> {
        let attributes = Attributes(item);
        let (site, view) = keys::decode_leave(attributes)?;
        let measure = decode_measure(attributes)?;
        // Without either attribute this names the first.
        let measure = measure
            .map_or_else(|| attributes.number(attribute::DURATION_MS, "").map(|_: u64| Measure::default()), Ok)?;
        Ok(Self { site, view, measure })
    }
}
