//! Faults between the trigger and its tables, one at a time.

use std::sync::Arc;
use std::time::Duration;

use analytics::keys::{self, Key};
use analytics::{Leave, View};
use analytics_store::Memory;
use analytics_totals::Shards;
use serde_json::Value;
use tokio::time::Instant;

use crate::faulty::{Call, Fault, Faulty, World};
use crate::plain::{self, Time};
use crate::world::{NOON, TIME, inserted, invoke, leave, leave_item, view, view_item};

const DAY: [Time; 1] = [Time { milliseconds: NOON, day: "2026-11-21", week: "2026-W47", month: "2026-11" }];

/// Returns views of different visitors and pages, so that they need several transactions.
fn views(number: u8) -> Vec<View> {
    let page = |index: u8| analytics::Page::normalize(&format!("/{index}"));
    (0..number).map(|index| View { page: page(index), ..view(u64::from(index), index) }).collect()
}

fn stored(views: &[View], leaves: &[Leave]) -> (Memory, Vec<Value>) {
    let memory = Memory::default();
    let items: Vec<_> = views.iter().map(view_item).chain(leaves.iter().map(leave_item)).collect();
    memory.tables().views.extend(items.iter().map(|item| (Key::from_item(item).unwrap(), item.clone())));
    (memory, inserted(&items))
}

/// Invokes the function, and returns the failures that it reports; `None` if it dies.
async fn deliver(world: &Arc<World>, records: &[Value]) -> Option<Vec<String>> {
    let store = Faulty::new(world);
    tokio::select! {
        biased;
        () = store.death.notified() => None,
        response = invoke(&store, Shards::ONE, records, TIME) => Some(response.unwrap()),
    }
}

/// Checks that the totals have no drift and count so many views.
fn assert_counted(world: &World, views: i64) {
    let tables = world.memory.tables().clone();
    let totals = plain::stored(&tables);
    assert_eq!(totals, plain::expected(&tables, &DAY));
    let counted = totals.get("example.com day 2026-11-21 summary Views").copied().unwrap_or_default();
    assert_eq!(counted, views);
}

/// Returns a script with one fault at the call of this number.
fn once(at: usize, fault: Fault) -> impl FnMut(Call) -> Fault + Send + 'static {
    let mut call = 0;
    move |_| {
        call += 1;
        if call == at + 1 { fault } else { Fault::None }
    }
}

async fn at_every_call(fault: Fault) {
    let views = views(30);
    let leaves: Vec<_> = views.iter().map(|view| leave(view, 1000, 50)).collect();
    let (memory, records) = stored(&views, &leaves);
    let world = World::new(memory, |_| Fault::None);
    deliver(&world, &records).await;
    let calls = world.calls.lock().unwrap().0;
    assert!(calls > 4, "{calls}");
    for at in 0..calls {
        let (memory, records) = stored(&views, &leaves);
        let world = World::new(memory, once(at, fault));
        deliver(&world, &records).await;
        let tables = world.memory.tables().clone();
        assert_eq!(plain::stored(&tables), plain::expected(&tables, &DAY), "call {at}");
        assert_eq!(deliver(&world, &records).await, Some(Vec::new()), "call {at}");
        assert_counted(&world, 30);
        assert_eq!(plain::stored(&world.memory.tables())["example.com day 2026-11-21 summary DurationMs"], 30_000);
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_delivery_recovers_a_crash_before_any_call() {
    at_every_call(Fault::CrashBefore).await;
}

#[tokio::test(start_paused = true)]
async fn the_next_delivery_recovers_a_crash_after_any_call() {
    at_every_call(Fault::CrashAfter).await;
}

#[tokio::test(start_paused = true)]
async fn a_write_with_a_lost_response_is_not_repeated() {
    at_every_call(Fault::NoAnswer).await;
}

#[tokio::test(start_paused = true)]
async fn throttled_calls_are_retried_within_the_invocation() {
    for fault in [Fault::Throttled, Fault::Conflict, Fault::NoAnswer, Fault::Hang] {
        let (memory, records) = stored(&views(30), &[]);
        let mut call = 0;
        let world = World::new(memory, move |_| {
            call += 1;
            if call % 3 == 0 { fault } else { Fault::None }
        });
        assert_eq!(deliver(&world, &records).await, Some(Vec::new()), "{fault:?}");
        assert_counted(&world, 30);
    }
}

#[tokio::test(start_paused = true)]
async fn persistent_throttling_reports_all_records() {
    let (memory, records) = stored(&views(30), &[]);
    let world = World::new(memory, |call| if call == Call::Write { Fault::Throttled } else { Fault::None });
    assert_eq!(deliver(&world, &records).await.unwrap().len(), 30);
    let calls = world.calls.lock().unwrap().0;
    assert!(calls < 50, "{calls}");
    assert_counted(&world, 0);
}

#[tokio::test(start_paused = true)]
async fn a_hanging_call_ends_before_the_invocation() {
    let (memory, records) = stored(&views(30), &[]);
    let world = World::new(memory, |_| Fault::Hang);
    let start = Instant::now();
    assert_eq!(deliver(&world, &records).await.unwrap().len(), 30);
    assert!(start.elapsed() < TIME, "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn no_call_starts_without_enough_time() {
    let (memory, mut records) = stored(&views(3), &[leave(&views(1)[0], 1000, 50)]);
    records[1]["dynamodb"]["NewImage"]["Page"] = Value::Null;
    let world = World::new(memory, |_| Fault::None);
    let store = Faulty::new(&world);
    let reported = invoke(&store, Shards::ONE, &records, Duration::from_secs(6)).await.unwrap();
    assert_eq!((reported.len(), *world.calls.lock().unwrap()), (4, (0, 0)));
}

#[tokio::test(start_paused = true)]
async fn only_failed_records_are_reported() {
    let (memory, records) = stored(&views(30), &[]);
    let mut writes = 0;
    // The second transaction fails in all attempts; the first and the third succeed.
    let world = World::new(memory, move |call| {
        writes += usize::from(call == Call::Write);
        if call == Call::Write && (2..=9).contains(&writes) { Fault::Throttled } else { Fault::None }
    });
    let reported = deliver(&world, &records).await.unwrap();
    assert!((1..30).contains(&reported.len()), "{reported:?}");
    let tables = world.memory.tables().clone();
    for (record, view) in records.iter().zip(views(30)) {
        let counted = tables.views[&keys::view(&view.site, view.id)].contains_key("Counted");
        let name = record["dynamodb"]["SequenceNumber"].as_str().unwrap();
        assert_eq!(reported.iter().any(|reported| reported == name), !counted, "{name}");
    }
    assert_eq!(deliver(&world, &records).await, Some(Vec::new()));
    assert_counted(&world, 30);
}

#[tokio::test(start_paused = true)]
async fn only_the_rejected_view_is_quarantined_at_any_position() {
    for position in [0, 14, 29] {
        let (memory, records) = stored(&views(30), &[]);
        let refused = views(30)[position].clone();
        let refused = keys::view(&refused.site, refused.id);
        let world = World::refusing(memory, [refused.clone()].into(), |_| Fault::None);
        assert_eq!(deliver(&world, &records).await, Some(Vec::new()));
        assert_counted(&world, 29);
        let tables = world.memory.tables();
        let name = records[position]["dynamodb"]["SequenceNumber"].as_str().unwrap();
        assert!(tables.totals.contains_key(&keys::quarantine(name)), "{position}");
        assert!(!tables.views[&refused].contains_key("Counted"));
    }
}

#[tokio::test(start_paused = true)]
async fn only_the_rejected_leave_is_quarantined() {
    let views = views(30);
    let leaves: Vec<_> = views.iter().map(|view| leave(view, 1000, 50)).collect();
    let (memory, records) = stored(&views, &leaves);
    let refused = keys::view(&views[7].site, views[7].id);
    let world = World::refusing(memory, [refused].into(), |_| Fault::None);
    assert_eq!(deliver(&world, &records).await, Some(Vec::new()));
    assert_counted(&world, 29);
    let totals = plain::stored(&world.memory.tables());
    assert_eq!(totals["example.com day 2026-11-21 summary Measured"], 29);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_cannot_be_quarantined_is_reported() {
    let (memory, mut records) = stored(&views(2), &[]);
    records[1]["dynamodb"]["NewImage"]["Page"] = Value::Null;
    let mut writes = 0;
    let world = World::new(memory, move |call| {
        writes += usize::from(call == Call::Write);
        if writes > 1 && call == Call::Write { Fault::Throttled } else { Fault::None }
    });
    assert_eq!(deliver(&world, &records).await, Some(vec![format!("{:021}", 2)]));
    assert_counted(&world, 1);
}
