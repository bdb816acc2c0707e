//! The promises. Each starts with an empty store.

use std::sync::Arc;
use std::time::Duration;

use analytics::{
    Agent, Campaign, Device, Dimension, Leave, Measure, Moment, Page, Referrer, Site, View, ViewId, Visitor,
};
use analytics_api::collect::store::{KnownKey, Offer, Secret, Store, ValueHash};
use tokio::task::JoinSet;

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
    let site = site("example.com");
    View {
        id: ViewId { time: now(), random: u64::MAX },
        page: Page::normalize("/日本語/' OR 1=1"),
        visitor: Some(Visitor::from_bytes([7; 16])),
        referrer: Referrer::parse("https://search.example/", &site),
        campaign: Campaign::named("spring"),
        real_page: None,
        utm: Some("utm_campaign=spring".to_owned()),
        agent: Agent {
            browser: "Chrome".to_owned(),
            version: String::new(),
            system: "Linux".to_owned(),
            device: Device::Desktop,
            bot: None,
        },
        country: Some("DE".to_owned()),
        site,
    }
}

pub fn leave() -> Leave {
    let View { site, id, .. } = view();
    Leave { site, view: id, measure: Measure { duration_ms: 8000, scroll: 80 } }
}

fn key() -> KnownKey {
    KnownKey { site: site("example.com"), day: now().day(), dimension: Dimension::Page }
}

fn hash(number: u64) -> ValueHash {
    number.to_be_bytes()
}

pub async fn every_write_is_idempotent(store: AnyStore) {
    for _ in 0..2 {
        store.put_view(&view(), later()).await.unwrap();
        store.put_leave(&leave(), later()).await.unwrap();
        store.delete_secrets_before(now().day()).await.unwrap();
    }
}

pub async fn a_day_has_one_secret_until_it_is_deleted(store: AnyStore) {
    let (today, tomorrow) = (now().day(), now().day().plus(1));
    let (one, other) = (Secret([1; 32]), Secret([2; 32]));
    assert_eq!(store.secret(today).await.unwrap(), None);
    assert_eq!(store.offer_secret(today, one, later()).await.unwrap(), Offer::Taken);
    assert_eq!(store.offer_secret(today, other, later()).await.unwrap(), Offer::Refused);
    assert_eq!(store.secret(today).await.unwrap(), Some(one));
    assert_eq!(store.secret(tomorrow).await.unwrap(), None);
    store.delete_secrets_before(today).await.unwrap();
    assert_eq!(store.secret(today).await.unwrap(), Some(one));
    store.delete_secrets_before(tomorrow).await.unwrap();
    assert_eq!(store.secret(today).await.unwrap(), None);
}

pub async fn every_older_secret_is_deleted(store: AnyStore) {
    let today = now().day();
    for age in [9, 6, 5, 3, 2] {
        store.offer_secret(today.minus(age), Secret([7; 32]), later()).await.unwrap();
    }
    store.delete_secrets_before(today.minus(1)).await.unwrap();
    assert_eq!(store.offer_secret(today, Secret([1; 32]), later()).await.unwrap(), Offer::Taken);
    for age in 1..10 {
        assert_eq!(store.secret(today.minus(age)).await.unwrap(), None, "{age}");
    }
    assert_eq!(store.secret(today).await.unwrap(), Some(Secret([1; 32])));
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
        offers.spawn(async move { (secret, store.offer_secret(now().day(), secret, later()).await.unwrap()) });
    }
    let taken: Vec<Secret> = offers
        .join_all()
        .await
        .into_iter()
        .filter(|(_, offer)| *offer == Offer::Taken)
        .map(|(secret, _)| secret)
        .collect();
    assert_eq!(taken.len(), 1);
    assert_eq!(store.secret(now().day()).await.unwrap(), Some(taken[0]));
}

pub async fn a_value_is_known_once_added(store: AnyStore) {
    for number in 0..5 {
        for _ in 0..2 {
            let noted = store.add_value(&key(), hash(number), 10, later()).await.unwrap();
            assert!(noted.is_known);
            assert_eq!(noted.values, (0..=number).map(hash).collect());
            assert_eq!(store.known_values(&key()).await.unwrap(), noted.values);
        }
    }
}

pub async fn the_number_of_values_is_capped(store: AnyStore) {
    for number in 0..5 {
        let noted = store.add_value(&key(), hash(number), 3, later()).await.unwrap();
        assert_eq!(noted.is_known, number < 3, "{number}");
        assert_eq!(noted.values, (0..3.min(number + 1)).map(hash).collect());
    }
    let noted = store.add_value(&key(), hash(2), 3, later()).await.unwrap();
    assert!(noted.is_known, "existing values stay");
    assert_eq!(noted.values, (0..3).map(hash).collect());
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
        let noted = store.add_value(key, hash(number), 1, later()).await.unwrap();
        assert!(noted.is_known && noted.values == [hash(number)].into(), "{key:?}");
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
    let noted = store.add_value(&key(), hash(1000), 1000, later()).await.unwrap();
    assert!(!noted.is_known && noted.values.len() == 1000);
}
