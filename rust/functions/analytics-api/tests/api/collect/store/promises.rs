//! The promises of the collector's stores. Each starts with an empty store.

use std::sync::Arc;
use std::time::Duration;

use analytics::{
    Bucket, Day, Dimension, Granularity, Leave, Mark, Measure, Moment, Offset, Site, Sketch, View, ViewId, samples,
};
use analytics_api::collect::store::{KnownKey, Offer, Secret, Store, ValueHash};
use tokio::task::JoinSet;

/// Defines a test for every promise, each with a new store.
macro_rules! keep_every_promise {
    ($new:path $(, #[$attribute:meta])*) => {
        dynamodb_test::define_tests! {
            $new, [$crate::collect::store::promises], [#[tokio::test(flavor = "multi_thread")] $(#[$attribute])*],
            every_write_is_idempotent,
            a_bucket_has_one_secret_until_it_is_deleted,
            every_older_secret_is_deleted,
            secrets_are_separate_per_site_and_granularity,
            a_day_that_comes_again_has_a_secret,
            values_are_counted_per_source,
            one_of_several_concurrent_secrets_is_accepted,
            a_value_is_known_once_added,
            the_number_of_values_is_capped,
            concurrent_values_are_added_up_to_the_cap,
            values_are_separate_per_site_day_and_dimension,
            a_thousand_values_fit_into_an_item,
            concurrent_marks_are_all_in_a_sketch,
            a_lower_rank_changes_no_register,
            sketches_are_separate_per_site_and_bucket,
        }
    };
}

pub(crate) use keep_every_promise;

type AnyStore = Arc<dyn Store>;

pub fn now() -> Moment {
    Moment::from_milliseconds(1_795_231_140_000).unwrap()
}

pub fn later() -> Moment {
    now().plus(Duration::from_hours(72))
}

fn site(name: &str) -> Site {
    Site::parse(name).unwrap()
}

/// Returns a view with every optional field.
pub fn view() -> View {
    let view = samples::view("/日本語/' OR 1=1");
    View { id: ViewId { time: now(), random: u64::MAX, ..view.id }, ..view }
}

pub fn leave() -> Leave {
    let View { site, id, .. } = view();
    Leave { site, view: id, measure: Measure { duration_ms: 8000, scroll: 80 } }
}

pub fn today() -> Day {
    Offset::UTC.day(now())
}

pub fn bucket(day: Day) -> Bucket {
    Bucket::new(Granularity::Day, day)
}

fn key() -> KnownKey {
    KnownKey { site: site("example.com"), day: today(), dimension: Dimension::Page }
}

fn hash(number: u64) -> ValueHash {
    number.to_be_bytes()
}

pub async fn every_write_is_idempotent(store: AnyStore) {
    for _ in 0..2 {
        store.put_view(&view(), later()).await.unwrap();
        store.put_leave(&leave(), later()).await.unwrap();
        store.delete_secrets_before(&site("example.com"), bucket(today())).await.unwrap();
    }
}

pub async fn a_bucket_has_one_secret_until_it_is_deleted(store: AnyStore) {
    for granularity in Granularity::ALL {
        let site = site("example.com");
        let current = Bucket::new(granularity, today());
        let next = current.next().unwrap();
        let (one, other) = (Secret([1; 32]), Secret([2; 32]));
        assert_eq!(store.secret(&site, current).await.unwrap(), None);
        assert_eq!(store.offer_secret(&site, current, one, later()).await.unwrap(), Offer::Stored);
        assert_eq!(store.offer_secret(&site, current, other, later()).await.unwrap(), Offer::Exists);
        assert_eq!(store.secret(&site, current).await.unwrap(), Some(one));
        assert_eq!(store.secret(&site, next).await.unwrap(), None);
        store.delete_secrets_before(&site, current).await.unwrap();
        assert_eq!(store.secret(&site, current).await.unwrap(), Some(one));
        store.delete_secrets_before(&site, next).await.unwrap();
        assert_eq!(store.secret(&site, current).await.unwrap(), None);
    }
}

pub async fn every_older_secret_is_deleted(store: AnyStore) {
    let (site, today) = (site("example.com"), today());
    for age in [9, 6, 5, 3, 2] {
        store.offer_secret(&site, bucket(today.minus(age)), Secret([7; 32]), later()).await.unwrap();
    }
    store.delete_secrets_before(&site, bucket(today.minus(1))).await.unwrap();
    assert_eq!(store.offer_secret(&site, bucket(today), Secret([1; 32]), later()).await.unwrap(), Offer::Stored);
    for age in 1..10 {
        assert_eq!(store.secret(&site, bucket(today.minus(age))).await.unwrap(), None, "{age}");
    }
    assert_eq!(store.secret(&site, bucket(today)).await.unwrap(), Some(Secret([1; 32])));
}

pub async fn secrets_are_separate_per_site_and_granularity(store: AnyStore) {
    let (one, other) = (site("example.com"), site("other.example"));
    let (day, month) = (bucket(today()), Bucket::new(Granularity::Month, today()));
    let all = [(&one, day, 1), (&one, month, 2), (&other, day, 3), (&other, month, 4)];
    for (site, bucket, number) in all {
        store.offer_secret(site, bucket, Secret([number; 32]), later()).await.unwrap();
    }
    store.delete_secrets_before(&one, day.next().unwrap()).await.unwrap();
    for (site, bucket, number) in all {
        let expected = (number != 1).then_some(Secret([number; 32]));
        assert_eq!(store.secret(site, bucket).await.unwrap(), expected, "{site} {bucket}");
    }
}

/// The day of a site goes back by up to two if its time zone changes.
pub async fn a_day_that_comes_again_has_a_secret(store: AnyStore) {
    let (site, today) = (site("example.com"), today());
    for day in [today.minus(1), today, today.minus(2), today.minus(1), today] {
        store.delete_secrets_before(&site, bucket(day.minus(1))).await.unwrap();
        store.offer_secret(&site, bucket(day), Secret([1; 32]), later()).await.unwrap();
        assert!(store.secret(&site, bucket(day)).await.unwrap().is_some(), "{day}");
    }
}

pub async fn values_are_counted_per_source(store: AnyStore) {
    let other = KnownKey { dimension: Dimension::Referrer, ..key() };
    for (key, source, count) in [(key(), "a", 1), (key(), "a", 2), (key(), "b", 1), (other, "a", 1), (key(), "a", 3)] {
        assert_eq!(store.count_source(&key, source, later()).await.unwrap(), count);
    }
    assert_eq!(store.known_values(&key()).await.unwrap(), [].into(), "counting a source adds no value");
}

pub async fn one_of_several_concurrent_secrets_is_accepted(store: AnyStore) {
    let mut offers = JoinSet::new();
    for number in 0..8 {
        let (store, secret) = (store.clone(), Secret([number; 32]));
        offers.spawn(async move {
            (secret, store.offer_secret(&site("example.com"), bucket(today()), secret, later()).await.unwrap())
        });
    }
    let stored: Vec<Secret> = offers
        .join_all()
        .await
        .into_iter()
        .filter(|(_, offer)| *offer == Offer::Stored)
        .map(|(secret, _)| secret)
        .collect();
    assert_eq!(stored.len(), 1);
    assert_eq!(store.secret(&site("example.com"), bucket(today())).await.unwrap(), Some(stored[0]));
}

pub async fn a_value_is_known_once_added(store: AnyStore) {
    for number in 0..5 {
        for _ in 0..2 {
            let added = store.add_value(&key(), hash(number), 10, later()).await.unwrap();
            assert!(added.is_known);
            assert_eq!(added.values, (0..=number).map(hash).collect());
            assert_eq!(store.known_values(&key()).await.unwrap(), added.values);
        }
    }
}

pub async fn the_number_of_values_is_capped(store: AnyStore) {
    for number in 0..5 {
        let added = store.add_value(&key(), hash(number), 3, later()).await.unwrap();
        assert_eq!(added.is_known, number < 3, "{number}");
        assert_eq!(added.values, (0..3.min(number + 1)).map(hash).collect());
    }
    let added = store.add_value(&key(), hash(2), 3, later()).await.unwrap();
    assert!(added.is_known, "existing values stay");
    assert_eq!(added.values, (0..3).map(hash).collect());
}

pub async fn concurrent_values_are_added_up_to_the_cap(store: AnyStore) {
    let mut notes = JoinSet::new();
    for number in 0..20 {
        let store = store.clone();
        notes.spawn(async move { store.add_value(&key(), hash(number), 7, later()).await.unwrap().is_known });
    }
    assert_eq!(notes.join_all().await.into_iter().filter(|is_known| *is_known).count(), 7);
    assert_eq!(store.add_value(&key(), hash(99), 7, later()).await.unwrap().values.len(), 7);
}

pub async fn values_are_separate_per_site_day_and_dimension(store: AnyStore) {
    let keys = [
        key(),
        KnownKey { site: site("other.example"), ..key() },
        KnownKey { day: key().day.plus(1), ..key() },
        KnownKey { dimension: Dimension::Referrer, ..key() },
    ];
    for (number, key) in (0..).zip(&keys) {
        let added = store.add_value(key, hash(number), 1, later()).await.unwrap();
        assert!(added.is_known && added.values == [hash(number)].into(), "{key:?}");
    }
}

pub async fn a_thousand_values_fit_into_an_item(store: AnyStore) {
    for start in (0..1000).step_by(20) {
        let mut notes = JoinSet::new();
        for number in start..start + 20 {
            let store = store.clone();
            notes.spawn(async move { store.add_value(&key(), hash(number), 1000, later()).await.unwrap().is_known });
        }
        assert!(notes.join_all().await.into_iter().all(|is_known| is_known));
    }
    let added = store.add_value(&key(), hash(1000), 1000, later()).await.unwrap();
    assert!(!added.is_known && added.values.len() == 1000);
}

/// Returns some hash of a visitor.
fn mark(visitor: u64) -> Mark {
    Mark::from_hash(visitor.wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

pub async fn concurrent_marks_are_all_in_a_sketch(store: AnyStore) {
    let month = Bucket::new(Granularity::Month, today());
    let mut raised = JoinSet::new();
    for visitor in 0..60 {
        let store = store.clone();
        raised.spawn(async move {
            store.raise_register(&site("example.com"), month, mark(visitor % 40), today()).await.unwrap()
        });
    }
    let mut expected = Sketch::default();
    (0..40).for_each(|visitor| expected.add(mark(visitor)));
    for sketch in raised.join_all().await {
        assert!((0..40).any(|visitor| sketch.has(mark(visitor))));
    }
    let sketch = store.raise_register(&site("example.com"), month, mark(0), today()).await.unwrap();
    assert_eq!(sketch, expected);
}

pub async fn a_lower_rank_changes_no_register(store: AnyStore) {
    let site = site("example.com");
    let [low, high] = [1 << 53, 1].map(Mark::from_hash);
    let expected = store.raise_register(&site, bucket(today()), high, today()).await.unwrap();
    assert_eq!(store.raise_register(&site, bucket(today()), low, today()).await.unwrap(), expected);
    assert!(expected.has(low) && expected.has(high));
}

pub async fn sketches_are_separate_per_site_and_bucket(store: AnyStore) {
    let (day, month) = (bucket(today()), Bucket::new(Granularity::Month, today()));
    let all = [("example.com", day), ("example.com", month), ("other.example", day)];
    let keys = all.into_iter().chain([("example.com", day.next().unwrap())]);
    for (visitor, (name, bucket)) in (0..).zip(keys) {
        let mut expected = Sketch::default();
        expected.add(mark(visitor));
        assert_eq!(store.raise_register(&site(name), bucket, mark(visitor), today()).await.unwrap(), expected);
    }
}
