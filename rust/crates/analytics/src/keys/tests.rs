use proptest::prelude::*;

use super::*;
use crate::attributes::text;
use crate::samples::{site, view};
use crate::{Campaign, Measure, Page, Referrer};

fn bucket(granularity: Granularity, text: &str) -> Bucket {
    Bucket::parse(granularity, text).unwrap()
}

fn total_key(counter: Counter) -> TotalKey {
    TotalKey { site: site(), bucket: bucket(Granularity::Week, "2026-W47"), counter }
}

#[test]
fn a_counter_is_decoded_from_any_of_its_shards() {
    let values = Dimension::OPEN.map(|dimension| Counter::Value(dimension, "/a/b/c".to_owned()));
    for counter in [Counter::Summary].into_iter().chain(values) {
        for shard in [0, 99] {
            let item = total(&total_key(counter.clone()), shard).item();
            assert_eq!(decode_total(Attributes(&item)).unwrap(), total_key(counter.clone()));
        }
    }
}

#[test]
fn an_invalid_counter_is_rejected_by_attribute() {
    for (path, section, attribute) in [
        ("view/example.com", "summary/2026-W47/0", attribute::PATH),
        ("total/example.com", "summary/2026-W47/0", attribute::PATH),
        ("total/example.com/year", "summary/2026-W47/0", attribute::PATH),
        ("total/example.com/week", "summary", attribute::SECTION),
        ("total/example.com/week", "summary/2026-W47", attribute::SECTION),
        ("total/example.com/week", "summary/2026-W47/x", attribute::SECTION),
        ("total/example.com/week", "summary/2026-W47/0/value", attribute::SECTION),
        ("total/example.com/week", "summary/2026-11-21/0", attribute::SECTION),
        ("total/example.com/week", "page/2026-W47/0", attribute::SECTION),
        ("total/example.com/week", "browser/2026-W47/0/Firefox", attribute::SECTION),
    ] {
        let item = Key { path: path.to_owned(), section: section.to_owned() }.item();
        assert_eq!(decode_total(Attributes(&item)).unwrap_err().attribute, attribute, "{path} {section}");
    }
}

#[test]
fn a_range_contains_exactly_its_buckets() {
    let site = site();
    for granularity in Granularity::ALL {
        let first = Bucket::new(granularity, "2025-12-20".parse().unwrap());
        let buckets: Vec<Bucket> = std::iter::successors(Some(first), |bucket| bucket.next()).take(60).collect();
        for (from, to) in [(10, 50), (20, 21), (30, 30)] {
            let of_range = |sections: &Sections, counter: &Counter| {
                let key = |bucket| total(&TotalKey { site: site.clone(), bucket, counter: counter.clone() }, 99);
                buckets.iter().filter(|bucket| sections.has(&key(**bucket))).copied().collect::<Vec<_>>()
            };
            let expected = &buckets[from..=to];
            let (from, to) = (buckets[from], buckets[to]);
            assert_eq!(of_range(&summaries(&site, from, to), &Counter::Summary), expected);
            let page = Counter::Value(Dimension::Page, "\u{10FFFF}".to_owned());
            assert_eq!(of_range(&values(&site, Dimension::Page, from, to), &page), expected);
            assert_eq!(of_range(&values(&site, Dimension::Referrer, from, to), &page), []);
            assert_eq!(of_range(&summaries(&site, from, to), &page), []);
        }
    }
}

#[test]
fn a_range_of_sketches_has_exactly_its_buckets() {
    let first = bucket(Granularity::Day, "2026-12-30");
    let buckets: Vec<Bucket> = std::iter::successors(Some(first), |bucket| bucket.next()).take(5).collect();
    let range = sketches(&site(), buckets[1], buckets[3]);
    let found: Vec<bool> = buckets.iter().map(|bucket| range.has(&sketch(&site(), *bucket))).collect();
    assert_eq!(found, [false, true, true, true, false]);
    let month = Bucket::new(Granularity::Month, buckets[1].first());
    assert!(!range.has(&sketch(&site(), month)), "months are elsewhere");
}

#[test]
fn the_longest_key_fits_into_a_table() {
    let day = bucket(Granularity::Day, "9999-12-31");
    for value in [Page::normalize(&"a".repeat(511)).as_str(), &"a".repeat(253), &"é".repeat(50)] {
        let counter = Counter::Value(Dimension::Referrer, value.to_owned());
        let key = total(&TotalKey { site: Site::parse(&"a".repeat(259)).unwrap(), bucket: day, counter }, 99);
        assert!(key.path.len() <= 2048 && key.section.len() <= 1024, "{}", key.section);
    }
}

proptest! {
    #[test]
    fn client_text_never_names_another_kind_of_item(
        path in r"(view|leave|total|visitor|quarantine|user|[a-z/=#.%])*\PC{0,20}",
        referrer in r"https?://\PC{0,30}",
        campaign in r"\PC{0,30}",
    ) {
        let site = site();
        let values = [
            Some((Dimension::Page, Page::normalize(&path).as_str().to_owned())),
            Referrer::parse(&referrer, &site).map(|referrer| (Dimension::Referrer, referrer.as_str().to_owned())),
            Campaign::named(&campaign).map(|campaign| (Dimension::Campaign, campaign.as_str().to_owned())),
        ];
        for (dimension, value) in values.into_iter().flatten() {
            let counter = Counter::Value(dimension, value);
            let key = total_key(counter);
            let stored = total(&key, 0);
            prop_assert_eq!(&stored.path, "total/example.com/week");
            prop_assert_eq!(decode_total(Attributes(&stored.item())).unwrap(), key);
        }
    }
}

#[test]
fn views_and_leaves_are_distinguished() {
    let (site, id) = (site(), view("/").id);
    let leave = leave(&Leave { site: site.clone(), view: id, measure: Measure::default() }).item();
    let view = super::view(&site, id).item();
    assert_eq!((is_leave(&leave), is_leave(&view)), (true, false));
    assert!(decode_view(Attributes(&leave)).is_err() && decode_leave(Attributes(&view)).is_err());
}

#[test]
fn a_condition_has_exactly_the_placeholders_it_uses() {
    let condition = |range| Sections { path: "view/example.com".to_owned(), range }.condition();
    let [from, to] = ["2026-11-21/".to_owned(), "2026-11-22/".to_owned()];
    for (range, expression, values) in [
        (SectionRange::All, "#path = :path", vec![]),
        (
            SectionRange::BeginsWith(from.clone()),
            "#path = :path AND begins_with(#section, :start)",
            vec![(":start", &from)],
        ),
        (
            SectionRange::Between(from.clone(), to.clone()),
            "#path = :path AND #section BETWEEN :first AND :last",
            vec![(":first", &from), (":last", &to)],
        ),
    ] {
        let found = condition(range);
        assert_eq!(found.expression, expression);
        let names = [("#path", "Path"), ("#section", "Section")].into_iter().take(1 + values.len().min(1));
        assert_eq!(found.names, names.map(|(name, attribute)| (name.to_owned(), attribute.to_owned())).collect());
        assert_eq!(found.values.len(), 1 + values.len());
        assert!(values.into_iter().all(|(name, value)| found.values.get(name) == Some(&text(value))), "{found:?}");
    }
}
