//! Computes the expected totals in the simplest way, without any of the code under test, and reads the actual totals
//! from the text of their keys.

use std::collections::{BTreeMap, BTreeSet};

use analytics::{AttributeValue, Item};
use analytics_store::Tables;

/// Site, granularity, bucket, counter and count: `example.com week 2026-W47 page/about Views`.
pub type Numbers = BTreeMap<String, i64>;

/// A time of a history, and its buckets by a calendar.
#[derive(Debug, Clone, Copy)]
pub struct Time {
    pub milliseconds: u64,
    pub day: &'static str,
    pub week: &'static str,
    pub month: &'static str,
}

fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    match item.get(name)? {
        AttributeValue::S(text) => Some(text),
        _ => None,
    }
}

fn number(item: &Item, name: &str) -> Option<i64> {
    match item.get(name)? {
        AttributeValue::N(number) => Some(number.parse().unwrap()),
        _ => None,
    }
}

/// Returns the expected totals of the stored views.
pub fn expected(tables: &Tables, times: &[Time]) -> Numbers {
    let mut numbers = Numbers::new();
    let mut visitors = BTreeSet::new();
    for (key, item) in &tables.views {
        let Some(site) = key.path.strip_prefix("view/") else { continue };
        let time = times.iter().find(|time| key.section.contains(&format!("/{:015}-", time.milliseconds))).unwrap();
        let mut add = |what: &str, number: i64| {
            for bucket in [format!("day {}", time.day), format!("week {}", time.week), format!("month {}", time.month)]
            {
                *numbers.entry(format!("{site} {bucket} {what}")).or_default() += number;
            }
        };
        let bot = text(item, "Bot");
        if let (Some(duration), Some(scroll), None) = (number(item, "DurationMs"), number(item, "Scroll"), bot) {
            add("summary Measured", 1);
            add("summary DurationMs", duration);
            add("summary Scroll", scroll);
        }
        if !item.contains_key("Counted") {
            continue;
        }
        if let Some(bot) = bot {
            add("summary Bots", 1);
            add(&format!("summary bot/{bot}"), 1);
            continue;
        }
        add("summary Views", 1);
        for (attribute, name) in
            [("Browser", "browser"), ("System", "system"), ("Device", "device"), ("Country", "country")]
        {
            if let Some(value) = text(item, attribute) {
                add(&format!("summary {name}/{value}"), 1);
            }
        }
        for (attribute, name) in [("Page", "page"), ("Referrer", "referrer"), ("Campaign", "campaign")] {
            if let Some(value) = text(item, attribute) {
                add(&format!("{name} {value} Views"), 1);
            }
        }
        if let Some(visitor) = text(item, "Visitor")
            && visitors.insert((site, time.day, visitor))
        {
            add("summary Visitors", 1);
        }
    }
    numbers.retain(|_, number| *number != 0);
    numbers
}

/// Returns the stored totals, summed over all shards.
pub fn stored(tables: &Tables) -> Numbers {
    let mut numbers = Numbers::new();
    for (key, item) in &tables.totals {
        let Some(path) = key.path.strip_prefix("total/") else { continue };
        let (site, granularity) = path.split_once('/').unwrap();
        let parts: Vec<&str> = key.section.splitn(4, '/').collect();
        let what = match parts.as_slice() {
            [kind, bucket, _shard] => format!("{bucket} {kind}"),
            [kind, bucket, _shard, value] => format!("{bucket} {kind} {value}"),
            _ => panic!("{key:?} is not a total"),
        };
        for (name, value) in item.iter() {
            if let AttributeValue::N(value) = value {
                let counter = format!("{site} {granularity} {what} {name}");
                *numbers.entry(counter).or_default() += value.parse::<i64>().unwrap();
            }
        }
    }
    numbers.retain(|_, number| *number != 0);
    numbers
}
