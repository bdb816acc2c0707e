//! Which tokens are taken.

use std::sync::Arc;

use analytics_api::Clock;
use analytics_api::session::Sessions;
use analytics_api::session::store::memory::Memory;

use crate::world::{Answer, KEY, NEW_KEY, World};

/// The answer to every token that is not taken.
fn assert_refused(answer: &Answer) {
    assert_eq!(answer.error(), (401, "InvalidSession"), "{answer:?}");
    assert_eq!(answer.headers["www-authenticate"], "Bearer");
}

#[tokio::test]
async fn all_that_is_no_token_is_answered_alike() {
    let world = World::new().await;
    let (token, report) = (world.token().await, "/analytics/report");
    let without = world.send("GET", report, &[], "").await;
    assert_refused(&without);
    let basic = format!("Basic {token}");
    let twice = format!("Bearer {token}, Bearer {token}");
    for value in ["", "Bearer", "Bearer ", "Bearer x", &token, &basic, &twice, "Bearer gAAAAA"] {
        let answer = world.send("GET", report, &[("authorization", value)], "").await;
        assert_eq!(answer, without, "{value}");
        assert_eq!(world.send("POST", "/analytics/sign-out", &[("authorization", value)], "").await, without);
    }
    let lower_case = [("authorization", &*format!("bearer {token}"))];
    assert_eq!(world.send("GET", report, &lower_case, "").await.status, 200);
}

#[tokio::test]
async fn a_token_is_taken_for_an_hour() {
    let world = World::new().await;
    let token = world.token().await;
    world.wait(3600);
    assert_eq!(world.ask("GET", "/analytics/report", &token).await.status, 200);
    world.wait(1);
    assert_refused(&world.ask("GET", "/analytics/report", &token).await);
}

#[tokio::test]
async fn a_token_with_a_character_changed_is_not_taken() {
    let world = World::new().await;
    let token = world.token().await;
    for index in 0..token.len() {
        let mut tampered = token.clone().into_bytes();
        tampered[index] = if tampered[index] == b'A' { b'B' } else { b'A' };
        let tampered = String::from_utf8(tampered).unwrap();
        assert_refused(&world.ask("GET", "/analytics/report", &tampered).await);
        assert_refused(&world.ask("GET", "/analytics/report", token.split_at(index).0).await);
    }
}

#[tokio::test]
async fn a_session_ends_with_signing_out_and_others_do_not() {
    let world = World::new().await;
    let (token, other) = (world.token().await, world.token().await);
    let ended = world.ask("POST", "/analytics/sign-out", &token).await;
    assert_eq!((ended.status, ended.text.as_str()), (204, ""));
    assert_refused(&world.ask("GET", "/analytics/report", &token).await);
    assert_eq!(world.ask("POST", "/analytics/sign-out", &token).await.status, 204);
    assert_eq!(world.ask("GET", "/analytics/report", &other).await.status, 200);
}

#[tokio::test]
async fn a_user_who_is_removed_gets_nothing_not_even_an_error_of_the_report() {
    let world = World::new().await;
    let token = world.token().await;
    world.accounts.state().accounts.remove("ann");
    for query in ["", "?by=year", "?site=example.org"] {
        assert_refused(&world.ask("GET", &format!("/analytics/report{query}"), &token).await);
    }
}

#[tokio::test]
async fn a_rotated_key_still_opens_and_the_new_one_is_picked_up() {
    let (here, elsewhere) = (World::new().await, World::new().await);
    let old = here.token().await;
    here.accounts.state().keys = vec![NEW_KEY.to_owned(), KEY.to_owned()];
    elsewhere.accounts.state().keys = vec![NEW_KEY.to_owned(), KEY.to_owned()];
    elsewhere.wait(900);
    let new = elsewhere.token().await;

    // Read less than a minute ago: not again.
    here.wait(59);
    assert_refused(&here.ask("GET", "/analytics/report", "no token").await);
    assert_refused(&here.ask("GET", "/analytics/report", &new).await);
    here.wait(841);
    assert_eq!(here.ask("GET", "/analytics/report", &new).await.status, 200);
    assert_eq!(here.ask("GET", "/analytics/report", &old).await.status, 200);
}

#[tokio::test]
async fn a_token_of_an_unknown_key_makes_the_keys_be_read_again_once_a_minute() {
    let (here, elsewhere) = (World::new().await, World::new().await);
    elsewhere.accounts.state().keys = vec![NEW_KEY.to_owned()];
    elsewhere.wait(900);
    let token = elsewhere.token().await;
    here.wait(890);
    assert_refused(&here.ask("GET", "/analytics/report", "no token").await);
    here.accounts.state().keys = vec![NEW_KEY.to_owned(), KEY.to_owned()];
    here.wait(59);
    assert_refused(&here.ask("GET", "/analytics/report", &token).await);
    here.wait(1);
    assert_eq!(here.ask("GET", "/analytics/report", &token).await.status, 200);
}

#[tokio::test]
async fn a_key_that_is_taken_away_opens_nothing_after_a_quarter_of_an_hour() {
    let world = World::new().await;
    let token = world.token().await;
    world.accounts.state().keys = vec![NEW_KEY.to_owned()];
    world.wait(899);
    assert_eq!(world.ask("GET", "/analytics/report", &token).await.status, 200);
    world.wait(1);
    assert_refused(&world.ask("GET", "/analytics/report", &token).await);
}

#[tokio::test]
async fn keys_that_vanish_are_our_failure() {
    let world = World::new().await;
    let token = world.token().await;
    world.accounts.state().keys.clear();
    world.wait(900);
    assert_eq!(world.ask("GET", "/analytics/report", &token).await.error(), (500, "InternalError"));
}

#[tokio::test]
async fn without_a_key_nothing_starts_and_the_error_says_what_makes_one() {
    for keys in [vec![], vec!["too short".to_owned()]] {
        let store = Arc::new(Memory::default());
        store.state().keys = keys;
        let started = Sessions::start(store, Box::new(|_, _| Ok(true)), Clock::system()).await;
        let error = started.err().unwrap().to_string();
        for expected in ["item session-keys of the state table", "`pulumi up`", "Keys"] {
            assert!(error.contains(expected), "{error}");
        }
        assert!(!error.contains("too short"), "{error}");
    }
}
