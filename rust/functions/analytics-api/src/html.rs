//! The HTML documents of `/analytics`: a shared layout and style, without scripts.

use std::sync::LazyLock;

use axum::body::Body;
use axum::response::Response;
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use page::Assets;

/// Prepared for the first document: most environments only collect views, and a hash of the style would delay their
/// start.
static ASSETS: LazyLock<Assets> = LazyLock::new(|| Assets::new(include_str!("html/analytics.css"), ""));

/// Returns a response with a document, which no cache may store: it is for one user.
pub fn page(status: StatusCode, title: &str, body: &Markup) -> Response {
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) }
                // Without an icon link, browsers request `/favicon.ico`.
                link rel="icon" href="data:,";
                style { (PreEscaped(&ASSETS.style)) }
            }
            body { (body) }
        }
    };
    let mut response = Response::new(Body::from(document.into_string()));
    *response.status_mut() = status;
    *response.headers_mut() = ASSETS.headers.clone();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
