//! Which tokens are taken.

use super::world::{Answer, KEY, NEW_KEY, World};

/// The answer to every token that is not taken.
fn assert_refused(answer: &Answer) {
    assert_eq!(answer.error(), (401, "InvalidSession"), "{answer:?}");
    assert_eq!(answer.headers["www-authenticate"], "Bearer");
}

#[tokio::test]
async fn all_that_is_no_token_is_answered_alike() {
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
async fn a_token_is_taken_for_an_hour() {
    let world = World::new();
    let token = world.token().await;
    world.wait(3600);
    assert_eq!(world.ask("GET", "/analytics/report", &token).await.status, 200);
    world.wait(1);
    assert_refused(&world.ask("GET", "/analytics/report", &token).await);
}

#[tokio::test]
async fn a_token_with_a_character_changed_is_not_taken() {
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
async fn a_session_ends_with_signing_out_and_others_do_not() {
    let world = World::new();
    let (token, other) = (world.token().await, world.token().await);
    let ended = world.ask("POST", "/analytics/sign-out", &token).await;
    assert_eq!((ended.status, ended.text.as_str()), (204, ""));
    assert_refused(&world.ask("GET", "/analytics/report", &token).await);
    assert_eq!(world.ask("POST", "/analytics/sign-out", &token).await.status, 204);
    assert_eq!(world.ask("GET", "/analytics/report", &other).await.status, 200);
}

#[tokio::test]
async fn a_user_who_is_removed_gets_nothing_not_even_an_error_of_the_report() {
    let world = World::new();
    let token = world.token().await;
    world.accounts.state().accounts.remove("ann");
    for query in ["", "?by=year", "?site=example.org"] {
        assert_refused(&world.ask("GET", &format!("/analytics/report{query}"), &token).await);
    }
}

/// OWASP ASVS 4.0.3, 3.3.3.
#[tokio::test]
async fn a_changed_password_ends_all_sessions_of_the_user_and_of_nobody_else() {
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
async fn a_user_who_is_removed_and_made_again_has_none_of_the_old_sessions() {
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
async fn through_the_two_steps_of_a_rotation_every_token_opens_in_every_environment() {
    let keys = |keys: &[&str]| keys.iter().map(ToString::to_string).collect::<Vec<_>>();
    let (here, elsewhere) = (World::new(), World::new());
    let mut tokens = vec![here.token().await];
    let steps = [keys(&[KEY]), keys(&[KEY, NEW_KEY]), keys(&[NEW_KEY, KEY])];
    for step in &steps {
        // One environment reads the keys at once, and the other just before it has to.
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
async fn a_key_that_is_taken_away_opens_nothing_after_a_minute() {
    let world = World::new();
    let token = world.token().await;
    world.accounts.state().keys = vec![NEW_KEY.to_owned()];
    world.wait(59);
    assert_eq!(world.ask("GET", "/analytics/report", &token).await.status, 200);
    world.wait(1);
    assert_refused(&world.ask("GET", "/analytics/report", &token).await);
}

#[tokio::test]
async fn keys_that_vanish_are_our_failure() {
    let world = World::new();
    let token = world.token().await;
    world.accounts.state().keys.clear();
    world.wait(60);
    assert_eq!(world.ask("GET", "/analytics/report", &token).await.error(), (500, "InternalError"));
}

#[tokio::test]
async fn without_a_key_nobody_signs_in_and_keys_that_are_made_later_are_found() {
    for keys in [vec![], vec!["too short".to_owned()]] {
        let world = World::new();
        world.accounts.state().keys = keys;
        assert_eq!(world.attempt("ann", "correct horse", "192.0.2.1").await.error(), (500, "InternalError"));
        world.accounts.state().keys = vec![KEY.to_owned()];
        assert_eq!(world.attempt("ann", "correct horse", "192.0.2.1").await.status, 200);
    }
}
