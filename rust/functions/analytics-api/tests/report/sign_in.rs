//! Signing in.

use std::sync::atomic::Ordering;

use serde_json::json;

use crate::world::{JSON, NOW, World};

#[tokio::test]
async fn user_and_password_get_a_token_for_an_hour() {
    let world = World::new().await;
    let answer = world.attempt("ann", "correct horse", "").await;
    assert_eq!((answer.status, &answer.json["expiresInSeconds"]), (200, &json!(3600)));
    assert_eq!(answer.headers, json!({"cache-control": "no-store", "content-type": "application/json"}));
    assert_eq!(world.ask("GET", "/analytics/report", answer.json["token"].as_str().unwrap()).await.status, 200);
}

#[tokio::test]
async fn an_unknown_user_is_answered_like_a_wrong_password_after_the_same_work() {
    let world = World::new().await;
    let wrong = world.attempt("ann", "wrong", "").await;
    assert_eq!(wrong.error(), (401, "WrongCredentials"));
    assert_eq!(wrong.headers["www-authenticate"], "Bearer");
    assert_eq!(world.verifications.load(Ordering::Relaxed), 1);
    assert_eq!(world.attempt("bob", "correct horse", "").await, wrong);
    assert_eq!(world.verifications.load(Ordering::Relaxed), 2);
    assert_eq!(world.attempt("bob", "nobody's", "").await, wrong);
    for user in ["Ann", "ann ", "session-keys"] {
        assert_eq!(world.attempt(user, "correct horse", "").await, wrong);
    }
}

#[tokio::test]
async fn ten_attempts_from_one_address_are_taken_in_a_quarter_of_an_hour() {
    let world = World::new().await;
    for _ in 0..10 {
        assert_eq!(world.attempt("ann", "wrong", "192.0.2.1").await.status, 401);
    }
    let refused = world.attempt("ann", "correct horse", "192.0.2.1").await;
    assert_eq!(refused.error(), (429, "TooManyAttempts"));
    let window_ends_in = 900 - NOW % 900;
    assert_eq!(refused.headers["retry-after"], window_ends_in.to_string());
    assert_eq!(world.verifications.load(Ordering::Relaxed), 10);

    assert_eq!(world.attempt("ann", "correct horse", "192.0.2.2").await.status, 200);
    assert_eq!(world.attempt("bob", "correct horse", "192.0.2.1").await.status, 401);
    world.wait(window_ends_in - 1);
    assert_eq!(world.attempt("ann", "correct horse", "192.0.2.1").await.headers["retry-after"], "1");
    world.wait(1);
    assert_eq!(world.attempt("ann", "correct horse", "192.0.2.1").await.status, 200);
}

#[tokio::test]
async fn whoever_has_the_password_may_sign_in_as_often_as_they_like() {
    let world = World::new().await;
    for _ in 0..30 {
        assert_eq!(world.attempt("ann", "correct horse", "192.0.2.1").await.status, 200);
    }
}

#[tokio::test]
async fn a_hundred_attempts_from_anywhere_are_taken_whether_there_is_such_a_user_or_not() {
    for user in ["ann", "bob"] {
        let world = World::new().await;
        for number in 0..100 {
            assert_eq!(world.attempt(user, "wrong", &format!("192.0.2.{number}")).await.status, 401);
        }
        let refused = world.attempt(user, "correct horse", "198.51.100.1").await;
        assert_eq!(refused.error(), (429, "TooManyAttempts"));
        assert_eq!(world.verifications.load(Ordering::Relaxed), 100);
    }
}

#[tokio::test]
async fn attempts_from_one_address_lock_nobody_out_elsewhere() {
    let world = World::new().await;
    for _ in 0..200 {
        world.attempt("ann", "wrong", "192.0.2.1").await;
    }
    assert_eq!(world.attempt("ann", "correct horse", "192.0.2.2").await.status, 200);
}

#[tokio::test]
async fn neither_users_nor_addresses_are_kept_with_their_attempts() {
    let world = World::new().await;
    world.attempt("ann", "wrong", "192.0.2.1").await;
    let names: Vec<String> = world.accounts.state().attempts.keys().cloned().collect();
    assert_eq!(names.len(), 2);
    for name in names {
        assert!(name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
    }
}

#[tokio::test]
async fn an_account_with_a_broken_hash_is_our_failure() {
    let world = World::new().await;
    world.accounts.state().accounts.insert("ann".to_owned(), "correct horse".to_owned());
    let answer = world.attempt("ann", "correct horse", "").await;
    assert_eq!(answer.error(), (500, "InternalError"));
    assert!(!answer.text.contains("hash"), "{}", answer.text);
}

#[tokio::test]
async fn malformed_requests_are_told_apart() {
    let world = World::new().await;
    let long = json!({"user": "ann", "password": "x".repeat(4096)}).to_string();
    for (headers, body, status, error_type) in [
        (&[JSON] as &[_], "{", 400, "InvalidJson"),
        (&[JSON], "", 400, "InvalidJson"),
        (&[JSON], "[]", 422, "InvalidCredentials"),
        (&[JSON], "{}", 422, "InvalidCredentials"),
        (&[JSON], &long, 413, "BodyTooLarge"),
        (&[], "{}", 415, "NotJson"),
        (&[("content-type", "text/plain")], "{}", 415, "NotJson"),
    ] {
        let answer = world.send("POST", "/analytics/sign-in", headers, body).await;
        assert_eq!(answer.error(), (status, error_type), "{body}");
    }
    assert_eq!(world.verifications.load(Ordering::Relaxed), 0);
}
