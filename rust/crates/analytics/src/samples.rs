//! Views for tests.

use crate::{Agent, Campaign, Device, Moment, Page, Referrer, Site, View, ViewId, Visitor};

/// Noon of 2026-11-21.
pub const NOON: u64 = 1_795_262_400_000;

pub fn site() -> Site {
    Site::parse("example.com").unwrap()
}

/// Returns a view by a visitor at noon of 2026-11-21, with every optional field.
pub fn view(page: &str) -> View {
    View {
        site: site(),
        id: ViewId { time: Moment::from_milliseconds(NOON).unwrap(), random: 7 },
        page: Page::normalize(page),
        visitor: Some(Visitor::from_bytes([7; 16])),
        referrer: Referrer::parse("https://search.example/", &site()),
        campaign: Campaign::named("spring"),
        real_page: None,
        utm: Some("utm_campaign=spring".to_owned()),
        agent: Agent {
            browser: "Firefox".to_owned(),
            version: "145.0".to_owned(),
            system: "Linux".to_owned(),
            device: Device::Desktop,
            bot: None,
        },
        country: Some("DE".to_owned()),
    }
}
