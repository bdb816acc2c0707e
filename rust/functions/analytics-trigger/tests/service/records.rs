//! Records of every kind: an invalid record never blocks the others.

use std::time::Duration;

use analytics::keys::{Key, attribute};
use analytics::{AttributeValue, Item, Page, View};
use analytics_store::Memory;
use analytics_totals::Shards;
use serde_json::{Value, json};

use crate::faulty::{Fault, Faulty, World};
use crate::plain;
use crate::world::{TIME, inserted, invoke, leave, leave_item, moment, record, view, view_item};

/// Processes records, and returns the reported failures, the views of the day, and the reasons in quarantine.
async fn process(memory: &Memory, records: &[impl ToString]) -> (Vec<String>, i64, Vec<String>) {
    let reported = invoke(memory, Shards::ONE, records, TIME).await.unwrap();
    let tables = memory.tables();
    let views = plain::stored(&tables).get("example.com day 2026-11-21 summary Views").copied().unwrap_or_default();
    let reasons = tables.totals.values().filter_map(|item| match item.get(attribute::REASON) {
        Some(AttributeValue::S(reason)) => Some(reason.clone()),
        _ => None,
    });
    (reported, views, reasons.collect())
}

fn holding(items: &[Item]) -> Memory {
    let memory = Memory::default();
    memory.tables().views.extend(items.iter().map(|item| (Key::from_item(item).unwrap(), item.clone())));
    memory
}

/// Checks that a record is quarantined, and that the views before and after it are counted.
async fn is_quarantined(bad: &str, reason: &str) {
    let items = [view_item(&view(1, 1)), view_item(&view(2, 2))];
    let [first, last] = [record(1, "INSERT", &items[0]).to_string(), record(3, "INSERT", &items[1]).to_string()];
    let (reported, views, reasons) = process(&holding(&items), &[first.as_str(), bad, last.as_str()]).await;
    assert_eq!((reported, views, reasons.len()), (Vec::new(), 2, 1), "{bad}");
    assert!(reasons[0].contains(reason), "{:?} for {bad}", reasons[0]);
}

/// Returns a view's record with a part of its image replaced.
fn with(attribute: &str, value: Value) -> String {
    let mut record = record(2, "INSERT", &view_item(&view(9, 9)));
    record["dynamodb"]["NewImage"][attribute] = value;
    record.to_string()
}

#[tokio::test]
async fn an_invalid_record_is_quarantined() {
    for bad in ["null", "7", r#""text""#, "[]", "{}", r#"{"eventName": 1}"#, r#"{"eventName": "INSERT"}"#] {
        is_quarantined(bad, "").await;
    }
    is_quarantined(r#"{"dynamodb": {"SequenceNumber": "2"}}"#, "no eventName").await;
    is_quarantined(r#"{"eventName": "INSERT", "dynamodb": {"SequenceNumber": "2"}}"#, "no NewImage").await;
    is_quarantined(r#"{"eventName": "INSERT", "dynamodb": {"SequenceNumber": 2, "NewImage": {}}}"#, "string").await;
    let deep =
        format!(r#"{{"eventName": "INSERT", "dynamodb": {{"NewImage": {}{} }}}}"#, "[".repeat(500), "]".repeat(500));
    is_quarantined(&deep, "").await;
}

#[tokio::test]
async fn an_invalid_image_is_quarantined() {
    for (attribute, value, reason) in [
        ("Page", json!({"S": "not normalized/"}), "Page is not a normalized path"),
        ("Page", json!({"N": "7"}), "Page is not a string"),
        ("Page", json!({"S": 7}), ""),
        ("Page", json!({"Q": "x"}), ""),
        ("Page", json!("x"), ""),
        ("Path", json!({"S": "user"}), "Path"),
        ("Path", json!({"S": "view/Example.com"}), "Path"),
        ("Section", json!({"S": "2026-11-22/001795262400000-0000000000000009"}), "Section"),
        ("Section", json!({"S": "#"}), "Section"),
        ("Visitor", json!({"S": "me"}), "Visitor"),
        ("Device", json!({"S": "toaster"}), "Device"),
        ("Expires", json!({"N": "-1"}), "Expires"),
        ("Expires", json!({"N": "1e99"}), "Expires"),
        ("Browser", json!({"S": ""}), "Browser"),
        ("Country", json!({"S": "deutschland"}), "Country"),
        ("Scroll", json!({"N": "50"}), "DurationMs is missing"),
    ] {
        is_quarantined(&with(attribute, value), reason).await;
    }
}

/// "One bad time blocks the shard", of a well-known pair.
#[tokio::test]
async fn an_invalid_time_is_quarantined() {
    for time in [
        "yesterday",
        "2026-11-21/",
        "2026-11-31/001795262400000-0000000000000009",
        "10000-01-01/253402300800000-0000000000000009",
    ] {
        is_quarantined(&with("Section", json!({"S": time})), "Section is not a day and the id of a view on that day")
            .await;
    }
}

#[tokio::test]
async fn negative_and_huge_durations_are_quarantined() {
    let valid = record(2, "INSERT", &leave_item(&leave(&view(1, 1), 1000, 50)));
    for (attribute, number) in [
        ("DurationMs", "-1"),
        ("DurationMs", "86400001"),
        ("DurationMs", "18446744073709551616"),
        ("DurationMs", "1e3"),
        ("DurationMs", "NaN"),
        ("Scroll", "-1"),
        ("Scroll", "101"),
        ("Scroll", "50.5"),
    ] {
        let mut record = valid.clone();
        record["dynamodb"]["NewImage"][attribute] = json!({"N": number});
        is_quarantined(&record.to_string(), attribute).await;
    }
}

#[tokio::test]
async fn the_longest_duration_counts() {
    let view = view(1, 1);
    let items = [view_item(&view), leave_item(&leave(&view, 86_400_000, 100))];
    let memory = holding(&items);
    process(&memory, &inserted(&items)).await;
    assert_eq!(plain::stored(&memory.tables())["example.com day 2026-11-21 summary DurationMs"], 86_400_000);
}

#[tokio::test]
async fn invalid_unicode_is_quarantined() {
    let bad = with("Page", json!({"S": "/x"})).replace("/x", r"/\ud800");
    is_quarantined(&bad, "").await;
}

#[tokio::test]
async fn a_path_of_10_kb_is_quarantined() {
    is_quarantined(&with("Page", json!({"S": format!("/{}", "é".repeat(5000))})), "Page is not a normalized path")
        .await;
}

#[tokio::test]
async fn a_large_record_is_truncated_in_quarantine() {
    let bad = with("Page", json!({"S": "é".repeat(250_000)}));
    let memory = Memory::default();
    process(&memory, &[bad]).await;
    let tables = memory.tables();
    let item = tables.totals.values().next().unwrap();
    assert!(matches!(&item[attribute::RECORD], AttributeValue::S(text) if (199_990..=200_000).contains(&text.len())));
}

#[tokio::test]
async fn an_item_in_quarantine_always_fits_into_dynamodb() {
    let long = "é".repeat(300_000);
    for bad in [
        json!({"eventName": "INSERT", "dynamodb": {"SequenceNumber": long, "NewImage": {}}}).to_string(),
        json!({"eventName": long}).to_string(),
        json!({"eventName": "INSERT", "dynamodb": {"NewImage": {"Path": {long.clone(): "a"}}}}).to_string(),
        json!({"eventName": "INSERT", "dynamodb": {"NewImage": {"Path": {"S": long}, "Section": {"S": long}}}})
            .to_string(),
        with("Device", json!({"S": long})),
        with("Expires", json!({"N": long})),
        with("Browser", json!({long.clone(): 1})),
    ] {
        let memory = Memory::default();
        process(&memory, &[bad]).await;
        for item in memory.tables().totals.values().filter(|item| item.contains_key(attribute::REASON)) {
            let bytes = |name: &str| match item.get(name) {
                Some(AttributeValue::S(text)) => text.len(),
                _ => 0,
            };
            assert!((1..=1000).contains(&bytes(attribute::REASON)), "{}", bytes(attribute::REASON));
            assert!(bytes(attribute::RECORD) <= 200_000 && bytes(attribute::SECTION) <= 500);
        }
    }
}

#[tokio::test]
async fn a_leave_of_a_malformed_view_is_quarantined() {
    let view = view(1, 1);
    let leave = leave_item(&leave(&view, 1000, 50));
    let mut item = view_item(&view);
    item.remove(attribute::DEVICE);
    let (reported, _, reasons) = process(&holding(&[item]), &inserted([&leave])).await;
    assert_eq!(
        (reported.len(), reasons),
        (0, vec!["the view of the leave is malformed: the attribute Device is missing".to_owned()])
    );
}

#[tokio::test]
async fn views_of_the_last_supported_day_are_counted() {
    let mut last = view(1, 1);
    last.id.time = moment(253_402_300_799_999);
    let item = last.item(moment(253_402_300_799_999));
    let memory = holding(std::slice::from_ref(&item));
    process(&memory, &inserted([&item])).await;
    let totals = plain::stored(&memory.tables());
    for bucket in ["day 9999-12-31", "week 9999-W52", "month 9999-12"] {
        assert_eq!(totals[&format!("example.com {bucket} summary Visitors")], 1, "{bucket}");
    }
}

/// "Calendar year with ISO week".
#[tokio::test]
async fn a_week_counts_in_the_year_of_its_thursday() {
    let mut new_year = view(1, 1);
    new_year.id.time = moment(1_798_761_600_000);
    let item = view_item(&new_year);
    let memory = holding(std::slice::from_ref(&item));
    process(&memory, &inserted([&item])).await;
    let totals = plain::stored(&memory.tables());
    for bucket in ["day 2027-01-01", "week 2026-W53", "month 2027-01"] {
        assert_eq!(totals[&format!("example.com {bucket} summary Views")], 1, "{bucket}");
    }
}

/// "Client paths share keys with users and settings."
#[tokio::test]
async fn a_page_only_reaches_counters_of_pages() {
    let pages = ["/user", "/path=user", "/quarantine", "/summary/2026-11-21/0", "/../summary", "/visitor/example.com"];
    let mut items = Vec::new();
    for (random, page) in (0..).zip(pages) {
        items.push(view_item(&View {
            page: Page::normalize(page),
            visitor: None,
            referrer: None,
            campaign: None,
            ..view(random, 0)
        }));
    }
    let memory = holding(&items);
    process(&memory, &inserted(&items)).await;
    for key in memory.tables().totals.keys() {
        assert!(key.path.starts_with("total/example.com/"), "{key:?}");
        assert!(key.section.starts_with("page/2026-") || key.section.matches('/').count() == 2, "{key:?}");
    }
    assert_eq!(plain::stored(&memory.tables())["example.com day 2026-11-21 summary Views"], 6);
}

/// "Path normalized in one place only."
#[tokio::test]
async fn another_spelling_of_a_page_has_no_counter() {
    for page in ["/about/", "about", "/about?x=1", "/./about", "/%61bout"] {
        is_quarantined(&with("Page", json!({"S": page})), "Page is not a normalized path").await;
    }
}

/// "Totals in the streamed table, so one view causes twelve invocations": the trigger inserts nothing into the table
/// whose inserts invoke it.
#[tokio::test]
async fn the_trigger_never_invokes_itself() {
    let views: Vec<_> = (0..20).map(|index| view(u64::from(index), index)).collect();
    let items: Vec<_> = views.iter().map(view_item).chain([leave_item(&leave(&views[0], 1000, 50))]).collect();
    let memory = holding(&items);
    process(&memory, &inserted(&items)).await;
    let keys: Vec<_> = memory.tables().views.keys().cloned().collect();
    let before: Vec<_> = holding(&items).tables().views.keys().cloned().collect();
    assert_eq!(keys, before);
}

#[tokio::test]
async fn changes_and_deletions_make_no_call() {
    let item = view_item(&view(1, 1));
    let world = World::new(Memory::default(), |_| Fault::None);
    let store = Faulty::new(&world);
    let records = [record(1, "MODIFY", &item), record(2, "REMOVE", &item)];
    assert_eq!(invoke(&store, Shards::ONE, &records, TIME).await, Ok(Vec::new()));
    assert_eq!(*world.calls.lock().unwrap(), (0, 0));
}

/// "Eleven separate ADDs per view with no deduplication."
#[tokio::test(start_paused = true)]
async fn a_view_is_one_transaction() {
    let item = view_item(&view(1, 1));
    let world = World::new(holding(std::slice::from_ref(&item)), |_| Fault::None);
    let store = Faulty::new(&world);
    assert_eq!(invoke(&store, Shards::ONE, &inserted([&item]), TIME).await, Ok(Vec::new()));
    assert_eq!(*world.calls.lock().unwrap(), (2, 1));
}

#[tokio::test]
async fn a_duplicate_in_a_batch_is_counted_once() {
    let item = view_item(&view(1, 1));
    let (reported, views, reasons) = process(&holding(std::slice::from_ref(&item)), &inserted([&item, &item])).await;
    assert_eq!((reported.len(), views, reasons.len()), (0, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_failure_without_sequence_number_retries_the_batch() {
    let world = World::new(Memory::default(), |_| Fault::Throttled);
    let store = Faulty::new(&world);
    assert_eq!(invoke(&store, Shards::ONE, &["{}"], TIME).await, Ok(vec![String::new()]));
}

/// A success would delete the messages of a queue that is connected by mistake.
#[tokio::test]
async fn records_of_another_service_are_rejected() {
    let memory = Memory::default();
    for record in [
        json!({"messageId": "1", "eventSource": "aws:sqs", "body": "{}"}),
        json!({"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": {}}),
        json!({"EventSource": "aws:sns", "Sns": {}}),
        json!({"eventSource": "aws:kinesis", "kinesis": {"sequenceNumber": "1"}}),
    ] {
        let refused = invoke(&memory, Shards::ONE, &[record], TIME).await.unwrap_err();
        assert!(format!("{refused:?}").contains("NotAStreamEvent"), "{refused:?}");
    }
    assert!(memory.tables().totals.is_empty());
}

#[tokio::test]
async fn other_events_are_rejected_by_name() {
    use analytics_trigger::{Event, handle};
    use lambda_runtime::{Context, LambdaEvent};
    use reply::Received;

    for payload in ["{}", "null", r#"{"Records": 7}"#, r#"{"message": "hi"}"#] {
        let payload: Received<Event> = serde_json::from_str(payload).unwrap();
        let event = LambdaEvent::new(payload, Context::default());
        let error = handle(event, &Memory::default(), Shards::ONE).await.unwrap_err();
        assert_eq!(error.error_type, "NotAStreamEvent");
    }
}

#[tokio::test]
async fn a_warm_up_is_a_batch_without_records() {
    use analytics_trigger::{Event, handle};
    use lambda_runtime::{Context, LambdaEvent};
    use reply::Received;

    for payload in [r#"{"source": "serverless-plugin-warmup"}"#, r#"{"warmer": true, "concurrency": 2}"#] {
        let payload: Received<Event> = serde_json::from_str(payload).unwrap();
        let event = LambdaEvent::new(payload, Context::default());
        handle(event, &Memory::default(), Shards::ONE).await.unwrap();
    }
}

#[tokio::test]
async fn an_empty_batch_is_a_success() {
    assert_eq!(invoke(&Memory::default(), Shards::ONE, &[] as &[&str], Duration::ZERO).await, Ok(Vec::new()));
}

#[tokio::test]
async fn the_sample_events_match_their_names() {
    let records = |event: &str| {
        let event: Value = serde_json::from_str(event).unwrap();
        event["Records"].as_array().unwrap().clone()
    };
    let stream = records(include_str!("../../events/stream.json"));
    let items = stream.iter().map(|record| serde_json::from_value::<Item>(record["dynamodb"]["NewImage"].clone()));
    let memory = holding(&items.map(Result::unwrap).collect::<Vec<_>>());
    assert_eq!(process(&memory, &stream).await, (Vec::new(), 1, Vec::new()));
    assert_eq!(plain::stored(&memory.tables())["example.com day 2026-11-21 summary DurationMs"], 4000);

    let malformed = records(include_str!("../../events/stream-malformed.json"));
    let (reported, views, reasons) = process(&memory, &malformed).await;
    assert_eq!((reported, views, reasons), (Vec::new(), 1, vec!["the attribute Page is missing".to_owned()]));
}
