//! The sample events.

use serde_json::Value;

use super::world::World;

fn event(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn without_an_account_the_sample_events_are_rejected() {
    let world = World::new();
    for (text, error_type) in [
        (include_str!("../../../events/http-sign-in.json"), "WrongCredentials"),
        (include_str!("../../../events/http-report.json"), "InvalidSession"),
        (include_str!("../../../events/http-sign-out.json"), "InvalidSession"),
    ] {
        assert_eq!(world.invoke(event(text)).await.error(), (401, error_type), "{text}");
    }
    let page = world.invoke(event(include_str!("../../../events/http-page.json"))).await;
    assert!(page.status == 200 && page.text.contains("name=\"password\""), "{page:?}");
}

#[tokio::test]
async fn with_an_account_the_sample_events_succeed() {
    let world = World::new();
    world.accounts.state().accounts.insert("sample".to_owned(), "plain:sample password".to_owned());
    let answer = world.invoke(event(include_str!("../../../events/http-sign-in.json"))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let authorization = format!("Bearer {}", answer.json["token"].as_str().unwrap());
    for (text, status) in [
        (include_str!("../../../events/http-report.json"), 200),
        (include_str!("../../../events/http-sign-out.json"), 204),
        (include_str!("../../../events/http-report.json"), 401),
    ] {
        let mut event = event(text);
        event["headers"]["authorization"] = Value::from(authorization.as_str());
        assert_eq!(world.invoke(event).await.status, status, "{text}");
    }
}
