//! Views for tests, and the stored items of them.

use std::collections::{BTreeSet, HashMap};

use analytics::keys::{self, Key, attribute};
use analytics::{
    Agent, AttributeValue, Campaign, Count, Day, Device, Item, Measure, Moment, Offset, Page, Referrer, Site, Tally,
    View, ViewId, Visitor,
};
use analytics_store::Memory;
use proptest::prelude::*;

/// A view, and its stored state.
#[derive(Debug, Clone)]
pub struct Seen {
    pub view: View,
    pub counted: bool,
    pub measure: Option<Measure>,
}

/// Returns an empty store.
pub fn empty() -> Memory {
    Memory::default()
}

fn milliseconds(day: Day) -> u64 {
    "1970-01-01".parse::<Day>().unwrap().days_until(day) * 86_400_000
}

/// Returns a view of a page on a day.
pub fn view(site: &str, day: &str, random: u64, page: &str) -> Seen {
    let time = Moment::from_milliseconds(milliseconds(day.parse().unwrap()) + random % 86_400_000).unwrap();
    let agent = Agent {
        browser: "Firefox".to_owned(),
        version: "145.0".to_owned(),
        system: "Linux".to_owned(),
        device: Device::Desktop,
        bot: None,
    };
    let view = View {
        site: Site::parse(site).unwrap(),
        id: ViewId { time, random, offset: Offset::UTC },
        page: Page::normalize(page),
        visitor: None,
        referrer: None,
        campaign: None,
        real_page: None,
        utm: None,
        agent,
        country: None,
    };
    Seen { view, counted: true, measure: None }
}

/// Campaign parameters as they are stored.
pub const UTM: [&str; 3] = [
    "utm_source=news+letter&utm_medium=email",
    "utm_term=a%26b&utm_content=%3D1",
    "utm_source=+&utm_source=ad&utm_x=1",
];

/// Versions of browsers as they are stored, and as they are reported.
pub const VERSIONS: [(&str, Option<&str>); 4] =
    [("145.0", Some("145")), ("17.4.1", Some("17.4")), ("9", Some("9")), ("", None)];

prop_compose! {
    /// Generates views of `example.com` from 2026-12-10 to 2027-01-20.
    pub fn any_view()(
        day in 0_u16..42,
        (random, page, visitor) in (any::<u64>(), 0..4_usize, prop::option::of(0_u8..4)),
        (referrer, campaign) in (prop::option::of(0..3_usize), prop::option::of(0..3_usize)),
        (browser, system, device) in (0..3_usize, 0..2_usize, 0..4_usize),
        (utm, version) in (prop::option::of(0..UTM.len()), 0..VERSIONS.len()),
        (country, bot) in (prop::option::of(0..3_usize), prop::option::weighted(0.2, 0..2_usize)),
        counted in prop::bool::weighted(0.9),
        measure in prop::option::of((0_u64..100_000, 0_u8..=100)),
    ) -> Seen {
        let day = "2026-12-10".parse::<Day>().unwrap().plus(day).to_string();
        let seen = view("example.com", &day, random, ["/", "/about", "/a/b", "(other)"][page]);
        let site = seen.view.site.clone();
        let agent = Agent {
            browser: ["Firefox", "Chrome", "Safari"][browser].to_owned(),
            system: ["Linux", "macOS"][system].to_owned(),
            version: VERSIONS[version].0.to_owned(),
            device: [Device::Desktop, Device::Phone, Device::Tablet, Device::Other][device],
            bot: bot.map(|bot| ["Googlebot", "GPTBot"][bot].to_owned()),
        };
        let view = View {
            visitor: visitor.map(|visitor| Visitor::from_bytes([visitor; 16])),
            referrer: referrer.and_then(|referrer| Referrer::parse(
                ["https://search.example/", "https://google.com/", "https://news.google.com/"][referrer], &site,
            )),
            campaign: campaign.and_then(|campaign| Campaign::named(["spring", "=1+1", "été/2026"][campaign])),
            utm: utm.map(|utm| UTM[utm].to_owned()),
            country: country.map(|country| ["DE", "FR", "NL"][country].to_owned()),
            agent,
            ..seen.view
        };
        let measure = measure.filter(|_| counted).map(|(duration_ms, scroll)| Measure { duration_ms, scroll });
        Seen { view, counted, measure }
    }
}

/// Returns a store with the views as items, and the counted ones in totals of three shards.
pub fn store(all: &[Seen]) -> Memory {
    let store = empty();
    let (mut tallies, mut visitors): ([Tally; 3], _) = (Default::default(), BTreeSet::new());
    for (index, Seen { view, counted, measure }) in all.iter().enumerate() {
        let (key, item) = view_item(view, *counted, *measure);
        store.tables().views.insert(key, item);
        if !counted {
            continue;
        }
        let is_person = view.agent.bot.is_none();
        let day = view.id.day();
        let is_new =
            is_person && view.visitor.is_some_and(|visitor| visitors.insert((day, view.site.clone(), visitor)));
        tallies[index % 3].view(view, is_new);
        if let Some(measure) = measure {
            tallies[index % 3].measure(view, None, *measure);
        }
    }
    for (shard, tally) in tallies.iter().enumerate() {
        put_totals(&store, tally, u8::try_from(shard).unwrap());
    }
    store
}

/// Returns the item of a view, before or after it was counted.
pub fn view_item(view: &View, counted: bool, measure: Option<Measure>) -> (Key, Item) {
    let mut item: HashMap<String, AttributeValue> = view.item(Moment::from_milliseconds(0).unwrap()).into();
    if counted {
        item.insert(attribute::COUNTED.to_owned(), AttributeValue::N("1".to_owned()));
    }
    if let Some(Measure { duration_ms, scroll }) = measure {
        item.insert(attribute::DURATION_MS.to_owned(), AttributeValue::N(duration_ms.to_string()));
        item.insert(attribute::SCROLL.to_owned(), AttributeValue::N(scroll.to_string()));
    }
    (keys::view(&view.site, view.id), item.into())
}

/// Stores the counts of a tally.
pub fn put_totals(store: &Memory, tally: &Tally, shard: u8) {
    for (total, counts) in tally.iter() {
        let key = keys::total(total, shard);
        let number = |(count, number): (&Count, &i64)| (count.to_string(), AttributeValue::N(number.to_string()));
        let mut item: HashMap<String, AttributeValue> = key.item().into();
        item.extend(counts.iter().map(number));
        store.tables().totals.insert(key, item.into());
    }
}
