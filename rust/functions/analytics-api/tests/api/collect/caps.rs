//! Caps on the values that a day counts by name, and the calls that a view costs.

use std::collections::BTreeSet;

use analytics::OTHER;
use serde_json::json;

use super::api::{Api, CAP, DAY, Request};

/// Returns a view of a page from a separate network.
fn page(number: u16) -> Request {
    let [high, low] = number.to_be_bytes();
    Request::collect(&format!("https://example.com/{number}")).sent_from(&format!("10.0.{high}.{low}"))
}

fn pages(api: &Api) -> BTreeSet<String> {
    api.records().into_iter().map(|record| record.view.page.to_string()).collect()
}

#[tokio::test]
async fn a_view_is_one_write() {
    let api = Api::new();
    let request = Request::collect("https://example.com/?utm_source=mail")
        .json(&json!({"url": "https://example.com/?utm_source=mail", "referrer": "https://search.example/"}));
    api.send(request.clone()).await;
    let calls = api.store.take_calls();
    assert_eq!(calls[..3], ["secret", "delete_secrets_before", "offer_secret"], "calls of the first view of the day");
    let month = ["secret", "delete_secrets_before", "offer_secret", "raise_register", "raise_register"];
    let values = ["known_values", "count_source", "add_value"].repeat(3);
    assert_eq!(calls[3..], [values, vec!["put_view"], month.to_vec()].concat());
    for _ in 0..100 {
        api.send(request.clone()).await;
    }
    assert_eq!(api.store.take_calls(), ["put_view"; 100]);

    let other = api.another_environment();
    other.send(request.clone()).await;
    assert_eq!(
        api.store.take_calls(),
        [["secret"].as_slice(), &["known_values"; 3], &["put_view", "secret"], &["raise_register"; 2]].concat(),
        "calls of another environment"
    );
    other.send(request).await;
    assert_eq!(api.store.take_calls(), ["put_view"]);
}

#[tokio::test]
async fn an_environment_caches_the_values_of_others() {
    let api = Api::new();
    for number in 0..10 {
        api.send(page(number)).await;
    }
    let other = api.another_environment();
    other.send(page(0)).await;
    api.store.take_calls();
    for number in 0..10 {
        other.send(page(number)).await;
    }
    assert_eq!(api.store.take_calls(), ["put_view"; 10]);
}

#[tokio::test]
async fn pages_over_the_cap_count_as_other() {
    let api = Api::new();
    let environments = [api.another_environment(), api.another_environment(), api.another_environment()];
    for number in 0..5 * CAP {
        environments[usize::from(number % 3)].send(page(number)).await;
    }
    let pages = pages(&api);
    assert_eq!(pages.len(), usize::from(CAP) + 1);
    assert!(pages.contains(OTHER));
    assert_eq!(api.records().len(), 5 * usize::from(CAP), "every view is there");
    for environment in &environments {
        assert_eq!(environment.viewed(page(0)).await.page.as_str(), "/0", "existing values stay");
        assert_eq!(environment.viewed(page(4 * CAP)).await.page.as_str(), OTHER);
    }
}

#[tokio::test]
async fn a_view_over_the_cap_is_one_write() {
    let api = Api::new();
    for number in 0..=CAP {
        api.send(page(number)).await;
    }
    api.store.take_calls();
    for number in 0..10 * CAP {
        api.send(page(number)).await;
    }
    // Each view is by another visitor, who may raise a register.
    let calls = api.store.take_calls().into_iter().filter(|call| *call != "raise_register");
    assert_eq!(calls.collect::<Vec<_>>(), vec!["put_view"; usize::from(10 * CAP)]);
}

#[tokio::test]
async fn referrers_and_campaigns_have_separate_caps() {
    let api = Api::new();
    for number in 0..2 * CAP {
        let url = format!("https://example.com/?utm_campaign=c{number}");
        let body = json!({"url": url, "referrer": format!("https://r{number}.example/")});
        api.send(page(number).json(&body)).await;
    }
    let views: Vec<_> = api.records().into_iter().map(|record| record.view).collect();
    let referrers: BTreeSet<_> = views.iter().map(|view| view.referrer.clone().unwrap().to_string()).collect();
    let campaigns: BTreeSet<_> = views.iter().map(|view| view.campaign.clone().unwrap().to_string()).collect();
    for values in [referrers, campaigns] {
        assert!(values.len() == usize::from(CAP) + 1 && values.contains(OTHER), "{values:?}");
    }
    assert_eq!(pages(&api), ["/".to_owned()].into());
}

#[tokio::test]
async fn each_day_and_site_has_its_own_cap() {
    let api = Api::new();
    for number in 0..=CAP {
        api.send(page(number)).await;
    }
    let other = Request::collect("https://other.example/new").header("origin", "https://other.example");
    assert_eq!(api.viewed(other).await.page.as_str(), "/new");
    assert_eq!(api.viewed(page(CAP)).await.page.as_str(), OTHER);
    api.pass(DAY);
    assert_eq!(api.viewed(page(CAP)).await.page.as_str(), format!("/{CAP}"));
}

#[tokio::test]
async fn bots_and_long_paths_do_not_use_the_cap() {
    let api = Api::new();
    for number in 0..2 * CAP {
        api.send(page(number).header("user-agent", "Googlebot-Image/1.0")).await;
        api.send(Request::collect(&format!("https://example.com/{number}/{}", "a".repeat(600)))).await;
    }
    assert!(!api.store.take_calls().contains(&"add_value"));
    assert_eq!(api.viewed(page(7)).await.page.as_str(), "/7");
}

#[tokio::test]
async fn one_network_cannot_use_up_the_cap() {
    let api = Api::counting(300);
    let environments = [api.another_environment(), api.another_environment()];
    for number in 0..400 {
        // Alternates the addresses of one network.
        let address = format!("2001:db8:1:2::{number:x}");
        environments[usize::from(number % 2)].send(page(number).sent_from(&address)).await;
    }
    assert_eq!(pages(&api).len() - 1, 30);
    let other = api.viewed(page(7000)).await;
    assert_eq!((other.page.as_str(), other.real_page), ("/7000", None));
    let existing = api.viewed(page(0).sent_from("2001:db8:1:2::1")).await;
    assert_eq!(existing.page.as_str(), "/0", "existing values stay");
}

#[tokio::test]
async fn values_of_other_environments_do_not_use_up_the_share() {
    let api = Api::counting(300);
    let other = api.another_environment();
    let reader = |number| page(number).sent_from("192.0.2.1");
    other.send(reader(0)).await;
    for number in 1..60 {
        api.send(page(number)).await;
        api.store.take_calls();
        other.send(reader(number)).await;
        let calls: Vec<_> = api.store.take_calls().into_iter().filter(|call| *call != "raise_register").collect();
        assert_eq!(calls, ["known_values", "put_view"], "{number}");
    }
    for number in 100..120 {
        assert_eq!(other.viewed(reader(number)).await.page.as_str(), format!("/{number}"));
    }
}

#[tokio::test]
async fn clients_that_ask_for_privacy_are_one_source() {
    let api = Api::counting(300);
    for number in 0..60 {
        api.send(page(number).header("sec-gpc", "1")).await;
    }
    assert_eq!(pages(&api).len() - 1, 30);
}

#[tokio::test]
async fn a_view_over_the_cap_stores_its_real_page() {
    let api = Api::new();
    for number in 0..=CAP {
        api.send(page(number)).await;
    }
    let view = api.viewed(page(99)).await;
    assert_eq!((view.page.as_str(), view.real_page.unwrap().as_str()), (OTHER, "/99"));
    assert_eq!(api.viewed(page(0)).await.real_page, None);
}
