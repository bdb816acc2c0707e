//! Views for tests, also of other crates.

#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "only tests use it")]

use crate::{Agent, Campaign, Device, Moment, Offset, Page, Referrer, Site, View, ViewId, Visitor};

/// Noon of 2026-11-21, a Saturday.
pub const NOON: u64 = 1_795_262_400_000;

#[must_use]
pub fn site() -> Site {
    Site::parse("example.com").unwrap()
}

/// Returns a view at noon of 2026-11-21, with every optional field.
#[must_use]
pub fn view(page: &str) -> View {
    View {
        page: Page::normalize(page),
        visitor: Some(Visitor::from_bytes([7; 16])),
        referrer: Referrer::parse("https://search.example/", &site()),
        campaign: Campaign::named("spring"),
        utm: Some("utm_campaign=spring".to_owned()),
        country: Some("DE".to_owned()),
        ..plain_view(Moment::from_milliseconds(NOON).unwrap(), 7)
    }
}

/// Returns a view without optional fields, of a site in UTC.
#[must_use]
pub fn plain_view(time: Moment, random: u64) -> View {
    View {
        site: site(),
        id: ViewId { time, random, offset: Offset::UTC },
        page: Page::normalize("/about"),
        real_page: None,
        visitor: None,
        referrer: None,
        campaign: None,
        utm: None,
        agent: Agent {
            browser: "Firefox".to_owned(),
            version: "145.0".to_owned(),
            system: "Linux".to_owned(),
            device: Device::Desktop,
            bot: None,
        },
        country: None,
    }
}
