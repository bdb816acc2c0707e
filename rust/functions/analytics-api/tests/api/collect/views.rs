//! `POST /analytics/collect`.

use analytics::{Device, Moment, OTHER};
use analytics_api::BODY_LIMIT;
use serde_json::json;

use super::api::{Api, CHROME, DAY, HOUR, NOW, ORIGIN_SECRET, Request};

#[tokio::test]
async fn a_view_is_recorded_with_all_properties() {
    let api = Api::new();
    let body = json!({
        "url": "https://example.com/a//b/?utm_source=news&id=7&utm_campaign=spring#top",
        "referrer": "https://www.search.example/find?q=secret",
    });
    let request = Request::collect("").json(&body).header("cloudfront-viewer-country", "DE");
    let request = request.header("x-origin-secret", ORIGIN_SECRET);
    let answer = api.send(request).await;
    let view = api.only_view();
    assert_eq!((answer.status, answer.view_id()), (202, view.id));
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(view.id.time.milliseconds(), NOW);
    assert_eq!((view.site.as_str(), view.page.as_str()), ("example.com", "/a/b"));
    assert_eq!(view.referrer.unwrap().as_str(), "search.example");
    assert_eq!(view.campaign.unwrap().as_str(), "spring");
    assert_eq!(view.utm.as_deref(), Some("utm_source=news&utm_campaign=spring"));
    assert_eq!((view.agent.browser.as_str(), view.agent.version.as_str()), ("Chrome", "140.0.0.0"));
    assert_eq!((view.agent.system.as_str(), view.agent.device), ("Linux", Device::Desktop));
    assert_eq!((view.agent.bot, view.country.as_deref()), (None, Some("DE")));
    assert!(view.visitor.is_some());
}

#[tokio::test]
async fn a_view_expires_after_the_retention() {
    let api = Api::new();
    api.send(Request::collect("https://example.com/")).await;
    let expires = api.records()[0].expires;
    assert_eq!(expires, Moment::from_milliseconds(NOW + 90 * DAY + 30 * HOUR).unwrap());
}

#[tokio::test]
async fn text_is_accepted_like_json() {
    let api = Api::new();
    let request = Request::collect("https://example.com/text");
    for content_type in ["text/plain", "text/plain;charset=UTF-8", "Application/JSON; charset=utf-8"] {
        let view = api.viewed(request.clone().header("content-type", content_type)).await;
        assert_eq!(view.page.as_str(), "/text");
    }
}

/// Regression test for a bug of a well-known pair of analytics functions.
#[tokio::test]
async fn a_base64_body_is_accepted() {
    let api = Api::new();
    let view = api.send(Request::collect("https://example.com/é").base64()).await.view();
    assert_eq!(api.only_view().page.as_str(), "/é");
    api.pass(1000);
    assert_eq!(api.send(Request::append(&view, 1000, 50).base64()).await.status, 202);
}

#[tokio::test]
async fn unknown_fields_are_ignored() {
    let api = Api::new();
    let body = json!({"url": "https://example.com/", "referrer": null, "screen": [1, 2], "title": "Home"});
    assert_eq!(api.send(Request::collect("").json(&body)).await.status, 202);
    let body = json!({"url": "https://example.com/"});
    assert_eq!(api.send(Request::collect("").json(&body)).await.status, 202);
}

/// Regression test for a bug of a well-known pair of analytics functions.
#[tokio::test]
async fn all_spellings_of_a_path_are_one_page() {
    let api = Api::new();
    for path in ["/caf%C3%A9/", "/caf%c3%a9", "//caf%C3%A9/./", "/x/../caf%C3%A9?y#z"] {
        assert_eq!(api.viewed(Request::collect(&format!("https://example.com{path}"))).await.page.as_str(), "/café");
    }
    for query in ["path=/caf%C3%A9/", "path=//caf%25C3%25A9", "path=caf%C3%A9"] {
        assert_eq!(api.send(Request::picture(query)).await.status, 200);
    }
    let picture = Request::picture("").header("referer", "https://example.com/caf%C3%A9/?y=1");
    assert_eq!(api.send(picture).await.status, 200);
    assert_eq!(api.records().len(), 8);
    assert!(api.records().iter().all(|record| record.view.page.as_str() == "/café"), "{:?}", api.records());
}

/// Regression test for a bug of a well-known pair of analytics functions.
#[tokio::test]
async fn no_path_names_another_kind_of_item() {
    let api = Api::new();
    for path in ["path=user", "/path=user", "/user", "/../total/example.com/day", "/visitor-secret/2026-11-21", "/#x"] {
        api.viewed(Request::collect(&format!("https://example.com/{path}"))).await;
    }
    for item in api.store.memory.items() {
        let key = analytics::keys::Key::from_item(&item).unwrap();
        assert_eq!(key.path, "view/example.com");
        assert!(key.section.starts_with("2026-11-21/001795231140000-"), "{key:?}");
    }
}

#[tokio::test]
async fn any_text_is_accepted_as_a_path() {
    let api = Api::new();
    for (path, page) in [
        ("/日本語/😀", "/日本語/😀"),
        ("/%D7%A9%D7%9C%D7%95%D7%9D", "/שלום"),
        ("/مرحبا/x", "/مرحبا/x"),
        ("/\u{202E}txt.exe", "/%E2%80%AEtxt.exe"),
        ("/' OR 1=1; DROP TABLE views; --", "/' OR 1=1; DROP TABLE views; --"),
        ("/<script>alert(1)</script>", "/<script>alert(1)</script>"),
        ("/=cmd|' /C calc'!A0", "/=cmd|' /C calc'!A0"),
        ("/%00%0A", "/%00%0A"),
    ] {
        assert_eq!(api.viewed(Request::collect(&format!("https://example.com{path}"))).await.page.as_str(), page);
    }
}

#[tokio::test]
async fn a_path_that_is_too_long_counts_as_other() {
    let api = Api::new();
    for length in [513, 3000, 8000] {
        let url = format!("https://example.com/{}", "a".repeat(length));
        assert_eq!(api.viewed(Request::collect(&url)).await.page.as_str(), OTHER);
    }
    let picture = Request::picture(&format!("path=/{}", "a".repeat(10_000)));
    assert_eq!(api.send(picture).await.status, 200);
    assert_eq!(api.records().len(), 4);
    assert!(api.records().iter().all(|record| record.view.page.as_str() == OTHER));
    let url = format!("https://example.com/{}", "a".repeat(BODY_LIMIT));
    assert_eq!(api.send(Request::collect(&url)).await.json["errorType"], "BodyTooLarge");
}

#[tokio::test]
async fn bots_are_recorded_by_name_without_visitor() {
    let api = Api::new();
    for (agent, bot) in [
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot"),
        ("curl/8.15.0", "HTTP Library"),
        (&CHROME.replace("Chrome/", "HeadlessChrome/"), "HeadlessChrome"),
        ("", "No user agent"),
    ] {
        let view = api.viewed(Request::collect("https://example.com/").header("user-agent", agent)).await;
        assert_eq!((view.agent.bot.as_deref(), view.visitor), (Some(bot), None));
    }
    let view = api.viewed(Request::collect("https://example.com/").without("user-agent")).await;
    assert_eq!(view.agent.bot.as_deref(), Some("No user agent"));
}

#[tokio::test]
async fn only_views_of_configured_sites_are_collected() {
    let api = Api::new();
    let request = Request::collect("https://example.com/");
    for origin in ["https://evil.example", "http://example.com", "https://www.example.com", "null", "*", "é"] {
        let answer = api.send(request.clone().header("origin", origin)).await;
        assert_eq!((answer.status, &answer.json["errorType"]), (403, &json!("UnknownSite")), "{origin}");
        assert!(answer.json["detail"].as_str().unwrap().contains("analyticsSites"), "{answer:?}");
    }
    assert_eq!(api.send(request.without("origin")).await.json["errorType"], "UnknownSite");
    assert!(api.records().is_empty());
}

#[tokio::test]
async fn a_site_cannot_report_views_of_another() {
    let api = Api::new();
    for url in [
        "https://other.example/",
        "https://www.example.com/",
        "https://example.com:8443/",
        "https://example.com@other.example/",
        "https://example.com.other.example/",
    ] {
        let answer = api.send(Request::collect(url)).await;
        assert_eq!((answer.status, answer.errors()), (422, vec![("url", "site")]), "{url}");
    }
    let request = Request::collect("http://localhost:8000/a").header("origin", "http://localhost:8000");
    assert_eq!(api.viewed(request).await.site.as_str(), "localhost:8000");
}

#[tokio::test]
async fn a_store_error_is_a_500_without_a_view() {
    let api = Api::new();
    let url = "https://example.com/?utm_source=mail";
    for call in
        ["secret", "delete_secrets_before", "offer_secret", "known_values", "count_source", "add_value", "put_view"]
    {
        api.store.fail_at(Some(call));
        let answer = api.send(Request::collect(url)).await;
        assert_eq!((answer.status, &answer.json["errorType"]), (500, &json!("InternalError")), "{call}");
        assert!(!answer.text.contains("4f2"), "{}", answer.text);
        assert!(api.records().is_empty());
    }
    api.store.fail_at(None);
    assert_eq!(api.viewed(Request::collect(url)).await.page.as_str(), "/");
}
