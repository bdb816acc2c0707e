use super::*;
use crate::samples::{site, view};
use crate::{Agent, Moment, Offset, Total, ViewId, keys};

fn count(tally: &Tally, granularity: Granularity, counter: &Counter) -> Counts {
    let mut found = tally.iter().filter(|(key, _)| key.bucket.granularity() == granularity && key.counter == *counter);
    let counts = found.next().map(|(_, counts)| counts.clone()).unwrap_or_default();
    assert!(found.next().is_none(), "one bucket");
    counts
}

fn count_of(dimension: Dimension, value: &str) -> Count {
    Count::Of(dimension, value.to_owned())
}

fn summary(tally: &Tally) -> Counts {
    count(tally, Granularity::Day, &Counter::Summary)
}

#[test]
fn a_view_changes_its_day_week_and_month() {
    let mut tally = Tally::default();
    tally.view(&view("/about"), true);
    let expected = Counts::from([
        (Count::Views, 1),
        (Count::Visitors, 1),
        (count_of(Dimension::Browser, "Firefox"), 1),
        (count_of(Dimension::System, "Linux"), 1),
        (count_of(Dimension::Device, "desktop"), 1),
        (count_of(Dimension::Country, "DE"), 1),
    ]);
    for granularity in Granularity::ALL {
        assert_eq!(count(&tally, granularity, &Counter::Summary), expected);
        for (dimension, value) in
            [(Dimension::Page, "/about"), (Dimension::Referrer, "search.example"), (Dimension::Campaign, "spring")]
        {
            let counts = count(&tally, granularity, &Counter::Value(dimension, value.to_owned()));
            assert_eq!(counts, Counts::from([(Count::Views, 1)]));
        }
    }
    assert_eq!(tally.len(), 12);
}

#[test]
fn views_are_merged_into_one_change_of_each_counter() {
    let mut tally = Tally::default();
    for new_visitor in [true, false, false] {
        tally.view(&view("/about"), new_visitor);
    }
    assert_eq!(tally.len(), 12);
    assert_eq!((summary(&tally)[&Count::Views], summary(&tally)[&Count::Visitors]), (3, 1));
}

#[test]
fn a_view_without_visitor_counts_no_visitor() {
    let mut tally = Tally::default();
    tally.view(&View { visitor: None, ..view("/") }, true);
    assert_eq!((summary(&tally)[&Count::Views], summary(&tally).get(&Count::Visitors)), (1, None));
}

#[test]
fn a_bot_is_counted_only_as_a_bot() {
    let bot = View { agent: Agent { bot: Some("Googlebot".to_owned()), ..view("/").agent }, ..view("/") };
    let mut tally = Tally::default();
    tally.view(&bot, true);
    tally.measure(&bot, None, Measure { duration_ms: 5, scroll: 5 });
    assert_eq!(summary(&tally), Counts::from([(Count::Bots, 1), (count_of(Dimension::Bot, "Googlebot"), 1)]));
    assert_eq!(tally.len(), 3);
}

#[test]
fn only_the_increase_of_a_measure_is_counted() {
    let measure = |duration_ms, scroll| Measure { duration_ms, scroll };
    let mut tally = Tally::default();
    tally.measure(&view("/"), None, measure(5, 10));
    tally.measure(&view("/"), Some(measure(5, 10)), measure(9, 10));
    tally.measure(&view("/"), Some(measure(9, 10)), measure(9, 10));
    let expected = Counts::from([(Count::Measured, 1), (Count::DurationMs, 9), (Count::Scroll, 10)]);
    assert_eq!(summary(&tally), expected);
}

#[test]
fn an_unchanged_measure_changes_no_counter() {
    let mut tally = Tally::default();
    let measure = Measure { duration_ms: 5, scroll: 10 };
    tally.measure(&view("/"), Some(measure), measure);
    assert!(tally.is_empty());
}

#[test]
fn a_week_belongs_to_the_year_of_its_thursday() {
    let time = Moment::from_milliseconds(1_735_603_200_000).unwrap();
    let mut tally = Tally::default();
    tally.view(&View { id: ViewId { time, random: 0, offset: Offset::UTC }, ..view("/") }, false);
    let buckets: Vec<String> = tally.iter().map(|(key, _)| key.bucket.to_string()).collect();
    assert!(buckets.iter().all(|text| ["2024-12-31", "2025-W01", "2024-12"].contains(&text.as_str())), "{buckets:?}");
}

#[test]
fn shards_of_a_counter_add_up() {
    let mut written = Tally::default();
    written.view(&view("/"), true);
    let mut read = Tally::default();
    for shard in [0, 1, 99] {
        for (key, counts) in written.iter() {
            let mut item = keys::total(key, shard).item();
            item.extend(
                counts
                    .iter()
                    .map(|(count, number)| (count.to_string(), serde_dynamo::AttributeValue::N(number.to_string()))),
            );
            let total = Total::decode(&item).unwrap();
            read.add_counts(total.key, total.counts);
        }
    }
    assert_eq!(summary(&read)[&Count::Views], 3);
    assert_eq!(read.len(), written.len());
    assert_eq!(site(), read.iter().next().unwrap().0.site);
}
