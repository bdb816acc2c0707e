//! Signing in.

use std::sync::atomic::Ordering;

use analytics_api::BODY_LIMIT;
use serde_json::json;

use super::world::{Answer, JSON, KEY, NEW_KEY, NOW, World, event};
use crate::service::ORIGIN_SECRET;

#[tokio::test]
async fn signing_in_returns_a_token_for_an_hour() {
    let world = World::new();
    let answer = world.attempt("ann", "correct horse", "").await;
    assert_eq!((answer.status, &answer.json["expiresInSeconds"]), (200, &json!(3600)));
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(world.ask("GET", "/analytics/report", answer.json["token"].as_str().unwrap()).await.status, 200);
}

#[tokio::test]
async fn unknown_users_and_wrong_passwords_are_indistinguishable() {
    let world = World::new();
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

/// Returns the seconds until the current interval ends.
fn rest_of(interval: u64) -> u64 {
    interval - NOW % interval
}

/// Returns an address of a separate network.
fn address(number: u64) -> String {
    format!("10.{}.{}.{}", number / 65536, number / 256 % 256, number % 256)
}

/// Makes attempts with a wrong password, and returns the number of verified ones.
async fn verified(world: &World, attempts: usize, user: &str, address: &str) -> usize {
    let before = world.verifications.load(Ordering::Relaxed);
    for _ in 0..attempts {
        assert!([401, 429].contains(&world.attempt(user, "wrong", address).await.status));
    }
    world.verifications.load(Ordering::Relaxed) - before
}

#[tokio::test]
async fn ten_attempts_per_user_and_network_are_verified() {
    let world = World::new();
    // The eleventh is the first that is counted in its ten minutes.
    assert_eq!(verified(&world, 30, "ann", "192.0.2.1").await, 11);
    let refused = world.attempt("ann", "correct horse", "192.0.2.1").await;
    assert_eq!(refused.error(), (429, "TooManyAttempts"));
    assert_eq!(refused.headers["retry-after"], rest_of(600).to_string());
    assert_eq!(world.attempt("ann", "correct horse", "192.0.2.2").await.status, 200);
    assert_eq!(world.attempt("bob", "correct horse", "192.0.2.1").await.status, 401);

    world.wait(rest_of(600) - 1);
    assert_eq!(world.attempt("ann", "correct horse", "192.0.2.1").await.headers["retry-after"], "1");
    world.wait(1);
    assert_eq!(world.attempt("ann", "correct horse", "192.0.2.1").await.status, 200);
}

#[tokio::test]
async fn password_spraying_from_one_network_is_slowed_down() {
    let world = World::new();
    world.wait(rest_of(3600));
    let mut answers = Vec::new();
    for number in 0..60 {
        answers.push(world.attempt(&format!("user{number}"), "wrong", "192.0.2.1").await);
    }
    assert_eq!(answers.iter().filter(|answer| answer.status == 401).count(), 31);
    assert_eq!(answers[59].headers["retry-after"], "60");
    // It is slowed down, but not rejected.
    world.wait(60);
    assert_eq!(world.attempt("user99", "wrong", "192.0.2.1").await.status, 401);
    assert_eq!(world.attempt("ann", "correct horse", "192.0.2.1").await.status, 429);
    world.wait(60);
    assert_eq!(world.attempt("ann", "correct horse", "192.0.2.1").await.status, 200);
}

#[tokio::test]
async fn addresses_of_an_ipv6_network_share_a_limit() {
    let world = World::new();
    for number in 0..40 {
        world.attempt(&format!("user{number}"), "wrong", &format!("2001:db8:1:2:{number}::1")).await;
    }
    assert_eq!(world.verifications.load(Ordering::Relaxed), 31);
    assert_eq!(world.attempt("ann", "correct horse", "2001:db8:1:2:ffff::1").await.status, 429);
    assert_eq!(world.attempt("ann", "correct horse", "2001:db8:1:3::1").await.status, 200);
}

#[tokio::test]
async fn behind_cloudfront_each_viewer_has_its_own_limit() {
    /// Attempts to sign in by way of one address of CloudFront.
    async fn attempt(world: &World, password: &str, viewer: &str, secret: &str) -> Answer {
        let headers = [JSON, ("cloudfront-viewer-address", viewer), ("x-origin-secret", secret)];
        let body = json!({"user": "ann", "password": password}).to_string();
        let mut event = event("POST", "/analytics/sign-in", &headers, &body);
        event["requestContext"]["http"]["sourceIp"] = json!("192.0.2.9");
        world.invoke(event).await
    }

    let world = World::new();
    for _ in 0..12 {
        attempt(&world, "wrong", "203.0.113.1:1", ORIGIN_SECRET).await;
    }
    assert_eq!(attempt(&world, "correct horse", "203.0.113.1:2", ORIGIN_SECRET).await.status, 429);
    assert_eq!(attempt(&world, "correct horse", "203.0.113.2:1", ORIGIN_SECRET).await.status, 200);

    for number in 0..12 {
        attempt(&world, "wrong", &format!("203.0.113.{number}:1"), "").await;
    }
    let forged = attempt(&world, "correct horse", "203.0.113.3:1", "").await;
    assert_eq!(forged.status, 429, "without the secret, the header gives no new limit");
}

/// OWASP ASVS 4.0.3, 2.2.1.
#[tokio::test]
async fn ten_networks_have_a_hundred_attempts_per_hour() {
    for user in ["ann", "bob"] {
        let world = World::new();
        // The last minute of an hour, and the next hour without its last minute.
        world.wait(rest_of(3600) - 60);
        let mut tried = 0;
        for minute in 0..60 {
            for number in 0..10 {
                tried += verified(&world, 12, user, &address(number)).await;
            }
            world.wait(60);
            assert!(tried <= 100, "{tried} in {minute} minutes");
        }
    }
}

#[tokio::test]
async fn fewer_than_a_thousand_networks_lock_nobody_out() {
    let world = World::new();
    for round in 0..2 {
        for number in 0..999 {
            verified(&world, 3, "ann", &address(number)).await;
        }
        let honest = format!("192.0.2.{round}");
        assert_eq!(world.attempt("ann", "mistyped", &honest).await.status, 401, "{round}");
        assert_eq!(world.attempt("ann", "correct horse", &honest).await.status, 200, "{round}");
    }
}

#[tokio::test]
async fn attempts_elsewhere_do_not_slow_known_networks() {
    let world = World::new();
    let (home, day) = ("198.51.100.1", 86_400);
    assert_eq!(world.attempt("ann", "correct horse", home).await.status, 200);
    world.wait(20 * day);
    for number in 0..1200 {
        verified(&world, 2, "ann", &address(number)).await;
    }
    assert_eq!(world.attempt("ann", "correct horse", "203.0.113.1").await.status, 429);
    // Others on the same network try other users.
    for number in 0..60 {
        world.attempt(&format!("user{number}"), "wrong", home).await;
    }
    for _ in 0..20 {
        assert_eq!(world.attempt("ann", "correct horse", home).await.status, 200);
    }
    // It also holds after a rotation of the keys.
    world.accounts.state().keys = vec![NEW_KEY.to_owned(), KEY.to_owned()];
    world.wait(60);
    assert_eq!(world.attempt("ann", "correct horse", home).await.status, 200);
    assert!(world.accounts.state().remembered.values().all(|until| *until <= NOW + 50 * day + 60));
}

#[tokio::test]
async fn networks_are_known_per_user() {
    let world = World::new();
    world.accounts.state().accounts.insert("eve".to_owned(), "plain:eve's".to_owned());
    for _ in 0..10 {
        assert_eq!(world.attempt("eve", "eve's", "192.0.2.1").await.status, 200);
        assert!(verified(&world, 10, "ann", "192.0.2.1").await <= 11);
    }
    assert!(world.verifications.load(Ordering::Relaxed) <= 21, "a sign-in allows no further guesses");
}

#[tokio::test]
async fn rejected_attempts_write_nothing() {
    let world = World::new();
    verified(&world, 40, "ann", "192.0.2.1").await;
    let before = world.accounts.state().attempts.clone();
    for _ in 0..100 {
        assert_eq!(world.attempt("ann", "wrong", "192.0.2.1").await.status, 429);
    }
    assert_eq!(world.accounts.state().attempts, before);
}

#[tokio::test]
async fn successful_sign_ins_are_not_limited() {
    let world = World::new();
    for _ in 0..100 {
        assert_eq!(world.attempt("ann", "correct horse", "192.0.2.1").await.status, 200);
    }
}

#[tokio::test]
async fn attempts_store_neither_users_nor_addresses() {
    let world = World::new();
    world.attempt("ann", "wrong", "192.0.2.1").await;
    world.attempt("ann", "correct horse", "192.0.2.1").await;
    let state = world.accounts.state();
    let names: Vec<&String> = state.attempts.keys().chain(state.remembered.keys()).collect();
    assert_eq!(names.len(), 4);
    for name in names {
        assert!(name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
    }
}

#[tokio::test]
async fn an_invalid_hash_is_a_server_error() {
    let world = World::new();
    world.accounts.state().accounts.insert("ann".to_owned(), "correct horse".to_owned());
    let answer = world.attempt("ann", "correct horse", "").await;
    assert_eq!(answer.error(), (500, "InternalError"));
    assert!(!answer.text.contains("hash"), "{}", answer.text);
}

#[tokio::test]
async fn malformed_requests_have_distinct_error_types() {
    let world = World::new();
    let long = json!({"user": "ann", "password": "x".repeat(BODY_LIMIT)}).to_string();
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
