use serde_dynamo::AttributeValue;
use serde_json::json;

use super::*;
use crate::samples::{NOON, site, view};

fn expires() -> Moment {
    Moment::from_milliseconds(NOON + 86_400_000).unwrap()
}

/// Returns the item of a view with one attribute changed or removed.
fn item_with(name: &str, value: Option<AttributeValue>) -> Item {
    let mut item = view("/").item(expires());
    item.remove(name);
    item.extend(value.map(|value| (name.to_owned(), value)));
    item
}

#[test]
fn a_view_round_trips_as_an_item() {
    let bare =
        View { visitor: None, referrer: None, campaign: None, utm: None, country: None, ..view("/שלום/' OR 1=1") };
    let bot = View { agent: Agent { bot: Some("Googlebot".to_owned()), ..view("/").agent }, ..view("/") };
    for view in [view("/"), bare, bot, View { page: Page::other(), ..view("/") }] {
        let record = Record::decode(&view.item(expires())).unwrap();
        assert_eq!(record, Record { view, expires: expires(), counted: false, measure: None });
    }
}

#[test]
fn a_view_round_trips_through_a_stream() {
    let item = view("/").item(expires());
    let image = serde_json::to_value(&item).unwrap();
    assert_eq!(image["Path"], json!({"S": "view/example.com"}));
    assert_eq!(image["Section"], json!({"S": "2026-11-21/001795262400000-0000000000000007"}));
    assert_eq!(serde_json::from_value::<Item>(image).unwrap(), item);
}

#[test]
fn the_state_of_a_view_is_decoded() {
    let mut item = view("/").item(expires());
    item.insert(attribute::COUNTED.to_owned(), AttributeValue::Bool(true));
    item.insert(attribute::DURATION_MS.to_owned(), number(12_u64));
    item.insert(attribute::SCROLL.to_owned(), number(80_u64));
    let record = Record::decode(&item).unwrap();
    assert_eq!((record.counted, record.measure), (true, Some(Measure { duration_ms: 12, scroll: 80 })));
}

#[test]
fn an_invalid_attribute_is_named() {
    let wrong = [
        (attribute::PATH, Some(text("leave/example.com")), "is not the kind of the item and a site"),
        (attribute::PATH, Some(text("view/user=1/x")), "is not the kind of the item and a site"),
        (attribute::SECTION, Some(text("2026-11-21/x")), "is not a day and the id of a view on that day"),
        (attribute::SECTION, Some(text("2026-11-22/001795262400000-0000000000000007")), "is not a day and the id"),
        (attribute::SECTION, Some(text("9999-99-99/999999999999999-0000000000000007")), "is not a day and the id"),
        (attribute::PAGE, None, "is missing"),
        (attribute::PAGE, Some(number(1_u64)), "is not a string"),
        (attribute::PAGE, Some(text("about/")), "is not a normalized path"),
        (attribute::PAGE, Some(text("/a".repeat(5_000))), "is not a normalized path"),
        (attribute::VISITOR, Some(text("x")), "is not 32 hexadecimal digits"),
        (attribute::BROWSER, Some(text("")), "is not a name of at most 100 bytes"),
        (attribute::DEVICE, Some(text("watch")), "is not a class of devices"),
        (attribute::COUNTRY, Some(text("de")), "is not two capital letters"),
        (attribute::EXPIRES, Some(text("1")), "is not a number"),
        (attribute::EXPIRES, Some(AttributeValue::N("1e40".to_owned())), "is not a second"),
        (attribute::SCROLL, Some(number(101_u64)), "is not a percentage"),
        (attribute::DURATION_MS, Some(AttributeValue::N("-5".to_owned())), "is not a number of milliseconds"),
        (attribute::DURATION_MS, Some(AttributeValue::N("1".repeat(38))), "is not a number of milliseconds"),
    ];
    for (name, value, problem) in wrong {
        let error = Record::decode(&item_with(name, value)).unwrap_err();
        assert!(error.to_string().starts_with(&format!("the attribute {name} {problem}")), "{error}");
    }
}

#[test]
fn a_view_at_the_last_moment_of_9999_is_valid() {
    let time = Moment::from_milliseconds(253_402_300_799_999).unwrap();
    let view = View { id: ViewId { time, random: u64::MAX, offset: Offset::UTC }, ..view("/") };
    assert_eq!(Record::decode(&view.item(time)).unwrap().view, view);
}

#[test]
fn an_id_has_one_spelling() {
    let id = view("/").id;
    let east = ViewId { offset: Offset::parse("+0545").unwrap(), ..id };
    let west = ViewId { offset: Offset::parse("-0330").unwrap(), ..id };
    for (id, text) in [
        (id, "001795262400000-0000000000000007"),
        (east, "001795262400000-0000000000000007+0545"),
        (west, "001795262400000-0000000000000007-0330"),
    ] {
        assert_eq!((id.to_string().as_str(), ViewId::parse(text)), (text, Some(id)));
    }
    let texts = [
        "",
        "1-1",
        "001795262400000-000000000000000G",
        "001795262400000-+000000000000007",
        "+01795262400000-0000000000000007",
        "001795262400000-0000000000000007+0000",
        "001795262400000-0000000000000007Z",
    ];
    for text in texts.map(str::to_owned).into_iter().chain([format!("{id}/"), id.to_string().to_uppercase() + "A"]) {
        assert_eq!(ViewId::parse(&text), None, "{text:?}");
    }
}

#[test]
fn a_view_has_the_day_and_hour_of_its_offset() {
    for (offset, day, hour) in [("+1400", "2026-11-22", 2), ("-1200", "2026-11-21", 0), ("+0545", "2026-11-21", 17)] {
        let id = ViewId { offset: Offset::parse(offset).unwrap(), ..view("/").id };
        let stored = View { id, ..view("/") };
        let item = stored.item(expires());
        assert!(keys::views_of_day(&site(), day.parse().unwrap()).has(&keys::Key::from_item(&item).unwrap()));
        let read = Record::decode(&item).unwrap().view;
        assert_eq!((read.id.day().to_string(), read.id.hour()), (day.to_owned(), hour));
        assert_eq!(read, stored);
    }
}

#[test]
fn measures_combine_in_any_order_and_number() {
    let [a, b, c] = [(5, 10), (3, 80), (9, 20)].map(|(duration_ms, scroll)| Measure { duration_ms, scroll });
    assert_eq!(a.max(b).max(c), c.max(c).max(b).max(a).max(b));
    assert_eq!(a.max(b).max(c), Measure { duration_ms: 9, scroll: 80 });
}

#[test]
fn views_are_in_the_partition_of_their_site() {
    let item = view("/").item(expires());
    let sections = keys::views_of_day(&site(), view("/").id.day());
    assert!(sections.has(&keys::Key::from_item(&item).unwrap()));
}
