//! Valid and invalid tokens.

use super::world::{Answer, KEY, NEW_KEY, World};

/// Checks the response to an invalid token.
fn assert_refused(answer: &Answer) {
    assert_eq!(answer.error(), (401, "InvalidSession"), "{answer:?}");
    assert_eq!(answer.headers["www-authenticate"], "Bearer");
}

#[tokio::test]
async fn all_invalid_tokens_get_the_same_response() {
    let world = World::new();
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
async fn a_token_is_valid_for_an_hour() {
    let world = World::new();
    let token = world.token().await;
    world.wait(3600);
    assert_eq!(world.ask("GET", "/analytics/report", &token).await.status, 200);
    world.wait(1);
    assert_refused(&world.ask("GET", "/analytics/report", &token).await);
}

#[tokio::test]
async fn a_changed_token_is_rejected() {
    let world = World::new();
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
async fn signing_out_ends_only_that_session() {
    let world = World::new();
    let (token, other) = (world.token().await, world.token().await);
    let ended = world.ask("POST", "/analytics/sign-out", &token).await;
    assert_eq!((ended.status, ended.text.as_str()), (204, ""));
    assert_refused(&world.ask("GET", "/analytics/report", &token).await);
    assert_eq!(world.ask("POST", "/analytics/sign-out", &token).await.status, 204);
    assert_eq!(world.ask("GET", "/analytics/report", &other).await.status, 200);
}

#[tokio::test]
async fn a_removed_user_gets_no_report_or_its_error() {
    let world = World::new();
    let token = world.token().await;
    world.accounts.state().accounts.remove("ann");
    for query in ["", "?by=year", "?site=example.org"] {
        assert_refused(&world.ask("GET", &format!("/analytics/report{query}"), &token).await);
    }
}

/// OWASP ASVS 4.0.3, 3.3.3.
#[tokio::test]
async fn a_changed_password_ends_only_the_users_sessions() {
    let world = World::new();
    world.accounts.state().accounts.insert("bob".to_owned(), "plain:bob's".to_owned());
    let (first, second) = (world.token().await, world.token().await);
    let other = world.attempt("bob", "bob's", "192.0.2.1").await.json["token"].as_str().unwrap().to_owned();
    world.accounts.state().accounts.insert("ann".to_owned(), "plain:battery staple".to_owned());
    for token in [first, second] {
        assert_refused(&world.ask("GET", "/analytics/report", &token).await);
        assert_refused(&world.ask("GET", "/analytics/report?by=year", &token).await);
    }
    assert_eq!(world.ask("GET", "/analytics/report", &other).await.status, 200);
    assert_eq!(world.attempt("ann", "battery staple", "192.0.2.1").await.status, 200);
}

#[tokio::test]
async fn a_recreated_user_has_no_old_sessions() {
    let world = World::new();
    let token = world.token().await;
    world.accounts.state().accounts.remove("ann");
    assert_refused(&world.ask("GET", "/analytics/report", &token).await);
    // The same password with another salt.
    let hash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$".to_owned();
    world.accounts.state().accounts.insert("ann".to_owned(), hash);
    assert_refused(&world.ask("GET", "/analytics/report", &token).await);
}

#[tokio::test]
async fn a_rotation_keeps_every_token_valid_everywhere() {
    let keys = |keys: &[&str]| keys.iter().map(ToString::to_string).collect::<Vec<_>>();
    let (here, elsewhere) = (World::new(), World::new());
    let mut tokens = vec![here.token().await];
    let steps = [keys(&[KEY]), keys(&[KEY, NEW_KEY]), keys(&[NEW_KEY, KEY])];
    for step in &steps {
        // One environment reads the keys at once, and the other just before its cache expires.
        here.accounts.state().keys.clone_from(step);
        elsewhere.accounts.state().keys.clone_from(step);
        for (first, second) in [(&here, &elsewhere), (&elsewhere, &here)] {
            first.wait(60);
            tokens.push(first.token().await);
            second.wait(59);
            tokens.push(second.token().await);
            second.wait(1);
            first.wait(0);
            for token in &tokens {
                for world in [first, second] {
                    assert_eq!(world.ask("GET", "/analytics/report", token).await.status, 200);
                }
            }
        }
    }
}

#[tokio::test]
async fn a_removed_key_is_rejected_after_a_minute() {
    let world = World::new();
    let token = world.token().await;
    world.accounts.state().keys = vec![NEW_KEY.to_owned()];
    world.wait(59);
    assert_eq!(world.ask("GET", "/analytics/report", &token).await.status, 200);
    world.wait(1);
    assert_refused(&world.ask("GET", "/analytics/report", &token).await);
}

#[tokio::test]
async fn missing_keys_are_a_server_error() {
    let world = World::new();
    let token = world.token().await;
    world.accounts.state().keys.clear();
    world.wait(60);
    assert_eq!(world.ask("GET", "/analytics/report", &token).await.error(), (500, "InternalError"));
}

#[tokio::test]
async fn keys_created_later_are_found() {
    for keys in [vec![], vec!["too short".to_owned()]] {
        let world = World::new();
        world.accounts.state().keys = keys;
        assert_eq!(world.attempt("ann", "correct horse", "192.0.2.1").await.error(), (500, "InternalError"));
        world.accounts.state().keys = vec![KEY.to_owned()];
        assert_eq!(world.attempt("ann", "correct horse", "192.0.2.1").await.status, 200);
    }
}
