//! `GET /analytics/pv.gif`.

use serde_json::json;

use super::api::{Answer, Api, Request};

/// Regression test for a bug of a well-known pair of analytics functions: a response without a picture. Other tests check the picture's
/// content.
fn assert_picture(answer: &Answer, status: u64) {
    assert_eq!(answer.status, status);
    assert_eq!((answer.bytes.len(), &answer.bytes[..6]), (43, b"GIF89a".as_slice()));
    assert_eq!(
        (&answer.headers["content-type"], &answer.headers["cache-control"]),
        (&json!("image/gif"), &json!("no-store"))
    );
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    assert_eq!(answer.headers["cross-origin-resource-policy"], "cross-origin");
}

#[tokio::test]
async fn a_picture_counts_a_view_without_scripts() {
    let api = Api::new();
    let query = "path=/about&referrer=https%3A%2F%2Fsearch.example%2Fq&utm_campaign=spring&token=secret";
    assert_picture(&api.send(Request::picture(query)).await, 200);
    let view = api.only_view();
    assert_eq!((view.site.as_str(), view.page.as_str()), ("example.com", "/about"));
    assert_eq!(view.referrer.unwrap().as_str(), "search.example");
    assert_eq!(view.campaign.unwrap().as_str(), "spring");
    assert_eq!(view.utm.as_deref(), Some("utm_campaign=spring"));
    assert!(view.visitor.is_some());
}

#[tokio::test]
async fn a_head_request_counts_nothing() {
    let api = Api::new();
    let answer =
        api.send(Request::new("HEAD", "/analytics/pv.gif?path=/").header("referer", "https://example.com/")).await;
    assert_eq!((answer.status, &answer.headers["content-type"]), (200, &json!("image/gif")));
    assert!(answer.bytes.is_empty() && api.records().is_empty());
}

#[tokio::test]
async fn without_a_path_the_referer_names_the_page() {
    let api = Api::new();
    let request = Request::picture("").header("referer", "https://example.com/about/?utm_source=mail&id=7");
    assert_picture(&api.send(request).await, 200);
    let view = api.only_view();
    assert_eq!((view.page.as_str(), view.utm.as_deref()), ("/about", Some("utm_source=mail")));
}

#[tokio::test]
async fn without_a_referer_the_origin_names_the_site() {
    let api = Api::new();
    let request = Request::picture("").without("referer").header("origin", "https://other.example");
    assert_picture(&api.send(request).await, 200);
    let view = api.only_view();
    assert_eq!((view.site.as_str(), view.page.as_str()), ("other.example", "/"));
}

#[tokio::test]
async fn an_unknown_site_gets_a_picture_without_a_view() {
    let api = Api::new();
    for referer in ["https://evil.example/", "https://example.com.evil.example/", "about:blank", "", "é"] {
        assert_picture(&api.send(Request::picture("path=/").header("referer", referer)).await, 403);
    }
    assert_picture(&api.send(Request::picture("path=/").without("referer")).await, 403);
    assert!(api.records().is_empty());
}

#[tokio::test]
async fn a_store_error_still_returns_a_picture() {
    let api = Api::new();
    api.store.fail_at(Some("put_view"));
    assert_picture(&api.send(Request::picture("path=/")).await, 500);
}
