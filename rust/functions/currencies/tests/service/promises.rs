//! The promises to clients, for every kind of store. Each starts with an empty store.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::api::{Answer, Api, content, new_currency};

/// Defines a test for every promise, each with a new store.
macro_rules! keep_every_promise {
    ($new:path $(, #[$attribute:meta])*) => {
        dynamodb_test::define_tests! {
            $new, [$crate::promises], [#[tokio::test(flavor = "multi_thread")] $(#[$attribute])*],
            a_created_currency_can_be_read,
            a_currency_is_created_once,
            put_creates_and_replaces,
            a_replacement_removes_all_old_fields,
            a_write_over_an_unseen_change_is_rejected,
            if_none_match_any_never_replaces,
            if_match_any_never_creates,
            a_current_copy_is_not_sent_again,
            a_deleted_currency_is_gone,
            a_recreated_currency_has_a_new_version,
            one_of_two_concurrent_replacements_succeeds,
            one_of_two_concurrent_creations_succeeds,
            concurrent_unconditional_replacements_succeed_or_report_a_conflict,
            a_replacement_and_a_deletion_do_not_both_succeed,
            a_list_is_in_the_order_of_codes,
            pages_are_complete_and_never_empty,
            any_text_survives,
        }
    };
}

pub(crate) use keep_every_promise;

pub async fn a_created_currency_can_be_read(api: Api) {
    let created = api.post(&new_currency("EUR")).await;
    assert_eq!((created.status, &created.headers["location"]), (201, &json!("currencies/EUR")));

    let read = api.get("/currencies/EUR").await;
    assert_eq!((read.status, &read.json, read.etag()), (200, &created.json, created.etag()));
    assert_eq!(created.etag(), format!("\"{}\"", created.json["version"]));

    let mut sent = created.json.clone();
    sent.as_object_mut().unwrap().remove("version");
    assert_eq!(sent, new_currency("EUR"));
}

pub async fn a_currency_is_created_once(api: Api) {
    let created = api.post(&new_currency("EUR")).await;
    let again = api.post(&json!({"code": "EUR", "name": "Other", "symbol": "E"})).await;
    assert_eq!((again.status, &again.json["errorType"]), (409, &json!("CurrencyExists")));
    assert_eq!(api.get("/currencies/EUR").await.json, created.json);
}

pub async fn put_creates_and_replaces(api: Api) {
    let created = api.put("EUR", &[], &content("Euro")).await;
    assert_eq!((created.status, &created.headers["location"]), (201, &json!("EUR")));

    let replaced = api.put("EUR", &[], &content("The euro")).await;
    assert_eq!((replaced.status, &replaced.json["name"]), (200, &json!("The euro")));
    assert_eq!(replaced.json["version"].as_u64().unwrap(), created.json["version"].as_u64().unwrap() + 1);

    let read = api.get("/currencies/EUR").await;
    assert_eq!((&read.json, read.etag()), (&replaced.json, replaced.etag()));
}

pub async fn a_replacement_removes_all_old_fields(api: Api) {
    api.post(&new_currency("XAU")).await;
    api.put("XAU", &[], &json!({"name": "Gold", "symbol": "XAU"})).await;
    assert_eq!(api.get("/currencies/XAU").await.json["minorUnits"], Value::Null);
}

pub async fn a_write_over_an_unseen_change_is_rejected(api: Api) {
    let seen = api.post(&new_currency("EUR")).await;
    let if_match = [("if-match", seen.etag())];
    let changed = api.put("EUR", &if_match, &content("Changed")).await;
    assert_eq!(changed.status, 200);

    let late = api.put("EUR", &if_match, &content("Late")).await;
    assert_eq!((late.status, &late.json["errorType"]), (412, &json!("PreconditionFailed")));
    assert_eq!(api.delete("EUR", &if_match).await.status, 412);
    assert_eq!(api.get("/currencies/EUR").await.json, changed.json);

    let either = format!("{}, {}", seen.etag(), changed.etag());
    assert_eq!(api.put("EUR", &[("if-match", &either)], &content("Existing")).await.status, 200);
}

pub async fn if_none_match_any_never_replaces(api: Api) {
    let any = [("if-none-match", "*")];
    let created = api.put("EUR", &any, &content("Euro")).await;
    assert_eq!(created.status, 201);
    assert_eq!(api.put("EUR", &any, &content("Other")).await.status, 412);
    assert_eq!(api.get("/currencies/EUR").await.json, created.json);
}

pub async fn if_match_any_never_creates(api: Api) {
    let any = [("if-match", "*")];
    assert_eq!(api.put("EUR", &any, &content("Euro")).await.status, 412);
    assert_eq!(api.get("/currencies/EUR").await.status, 404);
    api.post(&new_currency("EUR")).await;
    assert_eq!(api.put("EUR", &any, &content("Other")).await.status, 200);
    assert_eq!(api.delete("EUR", &any).await.status, 204);
}

pub async fn a_current_copy_is_not_sent_again(api: Api) {
    let created = api.post(&new_currency("EUR")).await;
    let weak = format!("W/{}", created.etag());
    for tag in [created.etag(), &weak, "*", &format!("\"1\", {weak}")] {
        let answer = api.send("GET", "/currencies/EUR", &[("if-none-match", tag)], "").await;
        assert_eq!((answer.status, answer.etag()), (304, created.etag()));
    }
    assert_eq!(api.send("GET", "/currencies/EUR", &[("if-none-match", "\"1\"")], "").await.status, 200);
    assert_eq!(api.send("GET", "/currencies/EUR", &[("if-match", "\"1\"")], "").await.status, 412);
}

pub async fn a_deleted_currency_is_gone(api: Api) {
    assert_eq!(api.delete("EUR", &[]).await.status, 404);
    api.post(&new_currency("EUR")).await;
    assert_eq!(api.delete("EUR", &[]).await.status, 204);
    let gone = api.get("/currencies/EUR").await;
    assert_eq!((gone.status, &gone.json["errorType"]), (404, &json!("NoCurrency")));
    assert_eq!(api.get("/currencies").await.json, json!({"items": []}));
}

pub async fn a_recreated_currency_has_a_new_version(api: Api) {
    let first = api.post(&new_currency("EUR")).await;
    api.delete("EUR", &[]).await;
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    let second = api.post(&new_currency("EUR")).await;
    assert_ne!(first.etag(), second.etag());
    assert_eq!(api.put("EUR", &[("if-match", first.etag())], &content("Lost")).await.status, 412);
}

/// Sends two requests at the same time, and returns both responses.
async fn at_once(
    one: impl Future<Output = Answer> + Send + 'static,
    other: impl Future<Output = Answer> + Send + 'static,
) -> [Answer; 2] {
    let (one, other) = (tokio::spawn(one), tokio::spawn(other));
    [one.await.unwrap(), other.await.unwrap()]
}

fn sorted_statuses(answers: &[Answer]) -> Vec<u64> {
    let mut statuses: Vec<u64> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses
}

pub async fn one_of_two_concurrent_replacements_succeeds(api: Api) {
    let mut etag = api.post(&new_currency("EUR")).await.etag().to_owned();
    for round in 0..20 {
        let replace = |name: String| {
            let (api, etag) = (api.clone(), etag.clone());
            async move { api.put("EUR", &[("if-match", &etag)], &content(&name)).await }
        };
        let answers = at_once(replace(format!("A{round}")), replace(format!("B{round}"))).await;
        assert_eq!(sorted_statuses(&answers), [200, 412]);
        let winner = answers.iter().find(|answer| answer.status == 200).unwrap();
        assert_eq!(api.get("/currencies/EUR").await.json, winner.json);
        etag = winner.etag().to_owned();
    }
}

pub async fn one_of_two_concurrent_creations_succeeds(api: Api) {
    for code in ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG", "HHH"] {
        let create = || {
            let api = api.clone();
            async move { api.post(&new_currency(code)).await }
        };
        assert_eq!(sorted_statuses(&at_once(create(), create()).await), [201, 409]);
    }
}

pub async fn concurrent_unconditional_replacements_succeed_or_report_a_conflict(api: Api) {
    let first = api.post(&new_currency("EUR")).await.json["version"].as_u64().unwrap();
    let mut writers = JoinSet::new();
    for number in 0..8 {
        let api = api.clone();
        writers.spawn(async move { api.put("EUR", &[], &content(&number.to_string())).await });
    }
    let answers = writers.join_all().await;
    let done: BTreeSet<u64> = answers.iter().filter_map(|answer| answer.json["version"].as_u64()).collect();
    let refused = answers.iter().filter(|answer| answer.json["errorType"] == "TooManyWriters").count();
    assert_eq!(done.len() + refused, 8);
    assert_eq!(done.iter().copied().collect::<Vec<_>>(), (first + 1..=first + done.len() as u64).collect::<Vec<_>>());
}

pub async fn a_replacement_and_a_deletion_do_not_both_succeed(api: Api) {
    for _ in 0..10 {
        let etag = api.put("EUR", &[], &content("Euro")).await.etag().to_owned();
        let (replacing, deleting, etag_too) = (api.clone(), api.clone(), etag.clone());
        let answers =
            at_once(async move { replacing.put("EUR", &[("if-match", &etag)], &content("Other")).await }, async move {
                deleting.delete("EUR", &[("if-match", &etag_too)]).await
            })
            .await;
        assert!(matches!(answers.each_ref().map(|answer| answer.status), [200, 412] | [412, 204]), "{answers:?}");
    }
}

/// Returns the codes on all pages, and the number of pages.
async fn pages(api: &Api, limit: usize) -> (Vec<String>, usize) {
    let (mut codes, mut count, mut target) = (Vec::new(), 0, format!("/currencies?limit={limit}"));
    loop {
        let page = api.get(&target).await;
        assert_eq!(page.status, 200);
        let items = page.json["items"].as_array().unwrap();
        codes.extend(items.iter().map(|item| item["code"].as_str().unwrap().to_owned()));
        count += 1;
        let Some(cursor) = page.json["nextCursor"].as_str() else { return (codes, count) };
        assert_eq!(items.len(), limit);
        target = format!("/currencies?cursor={cursor}&limit={limit}");
    }
}

pub async fn a_list_is_in_the_order_of_codes(api: Api) {
    for code in ["ZWG", "AED", "EUR"] {
        api.post(&new_currency(code)).await;
    }
    let page = api.get("/currencies").await;
    let codes: Vec<&str> = page.json["items"].as_array().unwrap().iter().map(|i| i["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["AED", "EUR", "ZWG"]);
    assert_eq!(page.json["items"][1], api.get("/currencies/EUR").await.json);
}

pub async fn pages_are_complete_and_never_empty(api: Api) {
    assert_eq!(pages(&api, 1).await, (vec![], 1));
    let codes = ["AED", "BAM", "CAD", "DKK", "EGP", "FJD"];
    for code in codes {
        api.post(&new_currency(code)).await;
    }
    for (limit, count) in [(1, 6), (2, 3), (3, 2), (4, 2), (5, 2), (6, 1), (7, 1), (100, 1)] {
        assert_eq!(pages(&api, limit).await, (codes.map(str::to_owned).to_vec(), count));
    }
}

pub async fn any_text_survives(api: Api) {
    for (code, name) in
        [("AAA", "né 日本円 😀"), ("BBB", "\"quoted\" \\ </script>"), ("CCC", "e\u{301} \u{202E} \u{FFFF}")]
    {
        let created = api.post(&json!({"code": code, "name": name, "symbol": "د.إ", "minorUnits": 0})).await;
        assert_eq!(created.status, 201);
        let read = api.get(&format!("/currencies/{code}")).await;
        assert_eq!((&read.json["name"], &read.json["symbol"]), (&json!(name), &json!("د.إ")));
    }
}
