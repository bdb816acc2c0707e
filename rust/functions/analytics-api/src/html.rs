//! The HTML documents of `/analytics`: a shared layout and style, without scripts.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::header::{CACHE_CONTROL, InvalidHeaderValue};
use http::{HeaderValue, StatusCode};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use page::Assets;

/// Renders HTML documents.
#[derive(Clone)]
pub struct Html(Arc<Assets>);

impl Html {
    /// Prepares the shared style.
    ///
    /// # Errors
    /// Never in practice; see [`Assets::new`].
    pub fn new() -> Result<Self, InvalidHeaderValue> {
        Ok(Self(Arc::new(Assets::new(include_str!("html/analytics.css"), "")?)))
    }

    /// Returns a response with a document, which no cache may store: it is for one user.
    pub fn page(&self, status: StatusCode, title: &str, body: &Markup) -> Response {
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
                    style { (PreEscaped(&self.0.style)) }
                }
                body { (body) }
            }
        };
        let mut response = Response::new(Body::from(document.into_string()));
        *response.status_mut() = status;
        *response.headers_mut() = self.0.headers.clone();
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}
