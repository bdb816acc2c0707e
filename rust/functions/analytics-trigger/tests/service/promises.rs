//! The promises about totals, for every kind of store. Each starts with empty tables.

use std::collections::BTreeMap;
use std::time::Duration;

use analytics::keys::{self, Key, attribute};
use analytics::{Bucket, Campaign, Count, Counter, Counts, Granularity, Page, Record, Referrer, TotalKey, View};
use analytics_store::{Correction, Table};
use analytics_totals::reconcile::{Surplus, repair};
use analytics_totals::{Counting, Deadline, Pending, Shards};

use super::bed::{Bed, day};
use super::world::{NOON, TIME, inserted, leave, moment, record, site, view, view_item};

/// Defines a test for every promise, each with new tables.
macro_rules! keep_every_promise {
    ($new:path $(, #[$attribute:meta])*) => {
        dynamodb_test::define_tests! {
            $new, [$crate::promises], [#[tokio::test] $(#[$attribute])*],
            a_view_counts_in_every_dimension_and_period,
            a_replayed_view_is_counted_once,
            a_hundred_views_of_different_pages_are_counted,
            concurrent_invocations_count_the_same_views_once,
            concurrent_invocations_lose_no_view,
            a_visitor_counts_once_a_day,
            concurrent_invocations_count_a_new_visitor_once,
            a_bot_is_counted_only_as_a_bot,
            a_private_view_counts_no_visitor,
            a_replayed_leave_changes_nothing,
            leaves_in_any_order_count_the_maximum,
            concurrent_leaves_count_the_maximum_of_each,
            a_leave_delivered_before_its_view_counts,
            a_leave_without_view_changes_nothing,
            a_deleted_view_is_not_counted,
            deleted_and_counted_views_are_distinguished,
            a_view_and_its_leaves_may_be_in_one_batch,
            only_the_malformed_record_is_quarantined,
            totals_are_spread_over_shards,
            any_text_is_counted_unchanged,
            drift_is_found_and_repaired,
            a_repair_counts_overdue_views,
        }
    };
}

pub(crate) use keep_every_promise;

/// Returns views of different visitors.
fn views(number: u8) -> Vec<View> {
    (0..number).map(|index| view(u64::from(index), index)).collect()
}

fn numbers<const N: usize>(all: [(&str, i64); N]) -> BTreeMap<String, i64> {
    all.map(|(name, number)| (name.to_owned(), number)).into()
}

pub async fn a_view_counts_in_every_dimension_and_period(bed: Bed) {
    let records = bed.store_views(&[view(1, 1)]).await;
    bed.process(&records).await;
    let expected = numbers([
        ("Views", 1),
        ("Visitors", 1),
        ("browser/Firefox", 1),
        ("system/Linux", 1),
        ("device/desktop", 1),
        ("country/DE", 1),
        ("page /about Views", 1),
        ("referrer search.example Views", 1),
        ("campaign spring Views", 1),
    ]);
    for granularity in Granularity::ALL {
        assert_eq!(bed.totals(granularity).await, expected, "{granularity:?}");
    }
}

pub async fn a_replayed_view_is_counted_once(bed: Bed) {
    let records = bed.store_views(&views(3)).await;
    for batch in [&records[..2], &records, &records[1..], &[records.clone(), records.clone()].concat()] {
        bed.process(batch).await;
    }
    assert_eq!((bed.total("Views").await, bed.total("Visitors").await), (3, 3));
}

pub async fn a_hundred_views_of_different_pages_are_counted(bed: Bed) {
    let mut views = views(100);
    for (index, view) in views.iter_mut().enumerate() {
        view.page = Page::normalize(&format!("/page/{index}"));
    }
    let records = bed.store_views(&views).await;
    bed.process(&records).await;
    assert_eq!((bed.total("Views").await, bed.total("page /page/99 Views").await), (100, 1));
}

pub async fn concurrent_invocations_count_the_same_views_once(bed: Bed) {
    let records = bed.store_views(&views(40)).await;
    let batch = |start: usize| bed.process(&records[start..]);
    tokio::join!(batch(0), batch(0), batch(10), batch(20));
    assert_eq!((bed.total("Views").await, bed.total("Visitors").await), (40, 40));
}

pub async fn concurrent_invocations_lose_no_view(bed: Bed) {
    let records = bed.store_views(&views(40)).await;
    let batch = |number: usize| bed.process(&records[number * 10..][..10]);
    tokio::join!(batch(0), batch(1), batch(2), batch(3));
    assert_eq!((bed.total("Views").await, bed.total("page /about Views").await), (40, 40));
}

pub async fn a_visitor_counts_once_a_day(bed: Bed) {
    let mut views = [view(1, 7), view(2, 7), view(3, 7), view(4, 7)];
    views[3].id.time = moment(NOON - 86_400_000);
    let records = bed.store_views(&views).await;
    bed.process(&records[..2]).await;
    bed.process(&records[2..]).await;
    assert_eq!((bed.total("Views").await, bed.total("Visitors").await), (3, 1));
    assert_eq!(bed.totals(Granularity::Week).await["Visitors"], 2);
}

pub async fn concurrent_invocations_count_a_new_visitor_once(bed: Bed) {
    let records = bed.store_views(&[view(1, 7), view(2, 7), view(3, 7), view(4, 7)]).await;
    tokio::join!(bed.process(&records[..2]), bed.process(&records[2..]));
    assert_eq!((bed.total("Views").await, bed.total("Visitors").await), (4, 1));
}

pub async fn a_bot_is_counted_only_as_a_bot(bed: Bed) {
    let mut bot = view(1, 7);
    bot.agent.bot = Some("Googlebot".to_owned());
    let mut records = bed.store_views(&[bot.clone()]).await;
    records.extend(bed.store_leaves(&[leave(&bot, 900, 50)]).await);
    bed.process(&records).await;
    assert_eq!(bed.totals(Granularity::Day).await, numbers([("Bots", 1), ("bot/Googlebot", 1)]));

    let records = bed.store_views(&[view(2, 7)]).await;
    bed.process(&records).await;
    assert_eq!((bed.total("Views").await, bed.total("Visitors").await), (1, 1));
}

pub async fn a_private_view_counts_no_visitor(bed: Bed) {
    let records = bed.store_views(&[View { visitor: None, ..view(1, 0) }]).await;
    bed.process(&records).await;
    assert_eq!((bed.total("Views").await, bed.total("Visitors").await), (1, 0));
}

/// Returns the measured views, milliseconds and percent.
async fn measures(bed: &Bed) -> [i64; 3] {
    [bed.total("Measured").await, bed.total("DurationMs").await, bed.total("Scroll").await]
}

pub async fn a_replayed_leave_changes_nothing(bed: Bed) {
    let mut records = bed.store_views(&[view(1, 1)]).await;
    records.extend(bed.store_leaves(&[leave(&view(1, 1), 4000, 50)]).await);
    for _ in 0..3 {
        bed.process(&records).await;
        assert_eq!(measures(&bed).await, [1, 4000, 50]);
    }
}

pub async fn leaves_in_any_order_count_the_maximum(bed: Bed) {
    let view = view(1, 1);
    let records = bed.store_views([&view]).await;
    bed.process(&records).await;
    let leaves = [leave(&view, 3000, 10), leave(&view, 1000, 90), leave(&view, 2000, 50)];
    let records = bed.store_leaves(&leaves).await;
    for order in [[2, 0, 1], [0, 1, 2]] {
        for index in order {
            bed.process(&records[index..=index]).await;
        }
        assert_eq!(measures(&bed).await, [1, 3000, 90]);
    }
}

pub async fn concurrent_leaves_count_the_maximum_of_each(bed: Bed) {
    let view = view(1, 1);
    bed.store_views([&view]).await;
    let leaves = [leave(&view, 3000, 10), leave(&view, 1000, 90), leave(&view, 2000, 50)];
    let records = bed.store_leaves(&leaves).await;
    let fold = |index: usize| bed.process(&records[index..=index]);
    tokio::join!(fold(0), fold(1), fold(2));
    assert_eq!(measures(&bed).await, [1, 3000, 90]);
}

pub async fn a_leave_delivered_before_its_view_counts(bed: Bed) {
    let views = bed.store_views(&[view(1, 1)]).await;
    let leaves = bed.store_leaves(&[leave(&view(1, 1), 0, 0)]).await;
    bed.process(&leaves).await;
    assert_eq!((measures(&bed).await, bed.total("Views").await), ([1, 0, 0], 0));
    bed.process(&views).await;
    assert_eq!((measures(&bed).await, bed.total("Views").await), ([1, 0, 0], 1));
}

pub async fn a_leave_without_view_changes_nothing(bed: Bed) {
    let records = bed.store_leaves(&[leave(&view(1, 1), 4000, 50)]).await;
    bed.process(&records).await;
    assert_eq!(bed.totals(Granularity::Day).await, BTreeMap::new());
    assert_eq!(bed.items(Table::Views, &keys::views_of_day(&site(), day())).await, []);
}

pub async fn a_deleted_view_is_not_counted(bed: Bed) {
    let here = view(1, 1);
    let mut records = inserted(&[view_item(&view(2, 2))]);
    records.extend(bed.store_views([&here]).await);
    bed.process(&records).await;
    assert_eq!((bed.total("Views").await, bed.total("Visitors").await), (1, 1));
    assert_eq!(bed.items(Table::Views, &keys::views_of_day(&site(), day())).await.len(), 1);
}

pub async fn deleted_and_counted_views_are_distinguished(bed: Bed) {
    let (counted, gone) = (view(1, 1), view(2, 2));
    let records = bed.store_views([&counted]).await;
    bed.process(&records).await;
    let counting =
        Counting { store: &*bed.store, shards: Shards::ONE, deadline: Deadline::after(Duration::from_secs(30)) };
    let pending = [&counted, &gone]
        .into_iter()
        .enumerate()
        .map(|(index, view)| Pending { value: Record::decode(&view_item(view)).unwrap(), records: vec![index] });
    let result = counting.views(pending.collect()).await;
    assert_eq!((result.counted, result.unchanged, result.gone), (0, 1, vec![1]));
}

pub async fn a_view_and_its_leaves_may_be_in_one_batch(bed: Bed) {
    let mut records = bed.store_leaves(&[leave(&view(1, 1), 3000, 10), leave(&view(1, 1), 1000, 90)]).await;
    records.extend(bed.store_views(&[view(1, 1)]).await);
    bed.process(&records).await;
    assert_eq!((measures(&bed).await, bed.total("Views").await), ([1, 3000, 90], 1));
}

pub async fn only_the_malformed_record_is_quarantined(bed: Bed) {
    for (number, position) in [0, 1, 2].into_iter().enumerate() {
        let number = u64::try_from(number).unwrap();
        let views = [view(number * 10, 1), view(number * 10 + 1, 2)];
        let mut records = bed.store_views(&views).await;
        let mut item = view_item(&view(number * 10 + 2, 3));
        item.remove(attribute::PAGE);
        records.insert(position, record(100 + number, "INSERT", &item));
        bed.process(&records).await;
    }
    assert_eq!((bed.total("Views").await, bed.report().await.quarantined), (6, 3));
    let items = bed.items(Table::Totals, &keys::quarantined()).await;
    assert_eq!(Key::from_item(&items[0]).unwrap().section, format!("{:021}", 100));
    assert_eq!(items[0][attribute::REASON], analytics::AttributeValue::S("the attribute Page is missing".to_owned()));
}

pub async fn totals_are_spread_over_shards(bed: Bed) {
    let records = bed.store_views(&views(9)).await;
    for record in &records {
        bed.process_into(Shards::from_env(|_| Some("3".to_owned())).unwrap(), std::slice::from_ref(record)).await;
    }
    assert_eq!((bed.total("Views").await, bed.total("page /about Views").await), (9, 9));
    let bucket = Bucket::new(Granularity::Day, day());
    assert_eq!(bed.items(Table::Totals, &keys::summaries(&site(), bucket, bucket)).await.len(), 3);
}

pub async fn any_text_is_counted_unchanged(bed: Bed) {
    let pages = ["/שלום", "/日本語", "/' OR 1=1; DROP TABLE views; --", "/user=1#x", "/summary/2026-11-21/0", "/😀"];
    let mut views = views(6);
    for (view, page) in views.iter_mut().zip(pages) {
        view.page = Page::normalize(page);
        view.campaign = Campaign::named(page);
        view.agent.browser = page.to_owned();
        view.referrer = Some(Referrer::other());
    }
    let records = bed.store_views(&views).await;
    bed.process(&records).await;
    for view in &views {
        assert_eq!(bed.total(&format!("page {} Views", view.page)).await, 1, "{}", view.page);
        assert_eq!(bed.total(&format!("browser/{}", view.agent.browser)).await, 1, "{}", view.page);
    }
    assert_eq!(bed.total("referrer (other) Views").await, 6);
}

fn counting(bed: &Bed) -> Counting<'_> {
    Counting { store: &*bed.store, shards: Shards::ONE, deadline: Deadline::after(TIME) }
}

pub async fn drift_is_found_and_repaired(bed: Bed) {
    let records = bed.store_views(&views(3)).await;
    bed.process_into(Shards::from_env(|_| Some("3".to_owned())).unwrap(), &records).await;
    let total = TotalKey { site: site(), bucket: Bucket::new(Granularity::Day, day()), counter: Counter::Summary };
    let key = keys::total(&total, 0);
    let counts = |number| Counts::from([(Count::Views, number)]);
    let correct = |revision, before, after| {
        let correction = Correction { total: key.clone(), revision, before: counts(before), after: counts(after) };
        let corrector = bed.corrector.clone();
        async move { corrector.correct(&correction).await.unwrap() }
    };
    assert!(!correct(0, 99, 7).await);
    assert!(!correct(1, 3, 7).await);
    assert!(correct(0, 3, 7).await);
    assert!(!correct(0, 7, 8).await);

    let report = bed.report().await;
    let found: Vec<_> = report.drifts.iter().map(|drift| (&drift.count, drift.stored, drift.expected)).collect();
    assert_eq!(found, [(&Count::Views, 7, 3)]);
    let repaired = repair(&*bed.corrector, counting(&bed), report, Surplus::Lower, moment(NOON)).await.unwrap();
    assert_eq!((repaired.corrected, repaired.left), (1, 0));
    assert_eq!(bed.total("Views").await, 3);
}

pub async fn a_repair_counts_overdue_views(bed: Bed) {
    let mut views = views(4);
    views[0].id.time = moment(NOON - 86_400_000);
    let records = bed.store_views(&views).await;
    bed.store_leaves(&[leave(&views[0], 4000, 50), leave(&views[1], 4000, 50)]).await;
    bed.process(&records[3..]).await;
    let report = bed.report().await;
    assert_eq!((report.counted, report.waiting.len(), report.waiting_leaves.len()), (1, 3, 2));

    let now = |after: Duration| moment(NOON + u64::try_from(after.as_millis()).unwrap());
    for (now, waiting) in [(now(Duration::from_secs(1)), 2), (now(Duration::from_hours(25)), 0)] {
        let report = bed.report().await;
        let repaired = repair(&*bed.corrector, counting(&bed), report, Surplus::Keep, now).await.unwrap();
        assert_eq!((repaired.corrected, repaired.left), (0, 0));
        assert_eq!(bed.report().await.waiting.len(), waiting);
    }
    assert_eq!((bed.total("Views").await, bed.total("Measured").await), (3, 1));
    assert_eq!(bed.totals(Granularity::Week).await["Measured"], 2);
}
