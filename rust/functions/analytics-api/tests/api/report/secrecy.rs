//! Secrets that no response and no log line contains.

use proptest::prelude::*;
use serde_json::json;

use super::world::{JSON, KEY, World};
use crate::log::Log;

/// Returns the responses and the log lines, on one thread.
fn output<F: Future<Output = Vec<String>>>(work: impl FnOnce() -> F) -> String {
    let log = Log::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let answers = tracing::subscriber::with_default(log.subscriber(), || runtime.block_on(work()));
    answers.join("\n") + &log.text()
}

/// Logs an error, so that the tests below would see a leak.
#[test]
fn the_output_contains_log_lines() {
    let output = output(|| async {
        let world = World::new();
        world.accounts.state().accounts.insert("ann".to_owned(), "broken".to_owned());
        vec![world.attempt("ann", "correct horse", "").await.text]
    });
    assert!(output.contains("InternalError") && output.contains("password hash is not a PHC string"), "{output}");
    assert!(!output.contains("correct horse") && !output.contains("broken") && !output.contains("ann"), "{output}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_output_contains_the_password_or_the_address(
        user in "[a-z]{1,5}|ann|[^a]{101,120}", password in "[!-~]{12,20}|SECRET[a-z]{1000}", broken: bool, store: bool,
    ) {
        let output = output(|| async {
            let world = World::new();
            if store {
                world.accounts.state().accounts.insert(user.clone(), "broken".to_owned());
            }
            let mut body = json!({"user": user, "password": password}).to_string();
            if broken {
                body.pop();
            }
            let headers = [JSON, ("x-test-address", "203.0.113.99")];
            let mut texts = Vec::new();
            for _ in 0..12 {
                let answer = world.send("POST", "/analytics/sign-in", &headers, &body).await;
                texts.push(format!("{answer:?}"));
            }
            texts
        });
        prop_assert!(!output.contains(&password) && !output.contains("SECRET"), "{}", output);
        prop_assert!(!output.contains("203.0.113.99") && !output.contains(KEY), "{}", output);
    }

    #[test]
    fn no_output_contains_the_token_or_the_key(index in 0_usize..200, removed: bool, keys in 0..3_usize, query in "(by|page|x)=[a-z]{0,3}") {
        let mut sent = Vec::new();
        let output = output(|| async {
            let world = World::new();
            let token = world.token().await;
            let mut tampered = token.clone().into_bytes();
            let index = index % tampered.len();
            tampered[index] = b'!';
            sent = vec![token, String::from_utf8(tampered).unwrap()];
            if removed {
                world.accounts.state().accounts.clear();
            }
            world.accounts.state().keys = [vec![KEY], vec![], vec![KEY, "broken key"]][keys].iter().map(ToString::to_string).collect();
            world.wait(60);
            let mut texts = Vec::new();
            for token in &sent {
                texts.push(format!("{:?}", world.ask("GET", &format!("/analytics/report?{query}"), token).await));
                texts.push(format!("{:?}", world.ask("POST", "/analytics/sign-out", token).await));
            }
            texts
        });
        prop_assert!(sent.iter().all(|token| !output.contains(token)), "{}", output);
        prop_assert!(!output.contains(KEY) && !output.contains("broken key"), "{}", output);
    }
}
