//! The OpenAPI document, and Swagger UI for it. All links are relative, so that it works under any path of the API; all
//! files are served from here, so that the content security policy can be strict.

use std::io::Read as _;
use std::sync::{Arc, OnceLock};

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use flate2::read::GzDecoder;
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, VARY};
use http::{HeaderMap, HeaderValue};
use http_service::headers::accepts_gzip;
use http_service::{DomainName, Problem};
use reply::Error;
use serde_json::json;
use swagger_ui::{ASSETS, Asset};
use utoipa::openapi::{OpenApi, Server};

use crate::{OAuth, openapi};

const PAGE: &str = include_str!("docs/page.html");
const START: &str = include_str!("docs/start.js");

/// The documentation of the service.
pub struct Docs {
    /// Built on first use, because most environments serve no documentation.
    document: OnceLock<OpenApi>,
    oauth: OAuth,
    api_url: String,
}

impl Docs {
    /// Creates the documentation of a service at `api_url`; a custom domain overrides the URL.
    pub fn new(oauth: OAuth, api_url: String) -> Self {
        Self { document: OnceLock::new(), oauth, api_url }
    }

    /// Returns the document for a client that called this domain.
    fn json(&self, domain: Option<&DomainName>) -> Result<String, Error> {
        let mut document = self.document.get_or_init(|| openapi::document(&self.oauth)).clone();
        document.servers = Some(vec![Server::new(self.server(domain))]);
        document.to_json().map_err(Error::internal)
    }

    /// Returns the absolute URL of the API, so that it is valid in a saved copy, too. The host name of a local emulator
    /// may not resolve for every client, so it is not used.
    fn server(&self, domain: Option<&DomainName>) -> String {
        match domain.map(|DomainName(name)| name) {
            Some(name) if !self.api_url.contains(name) && !name.ends_with("localhost") => format!("https://{name}"),
            _ => self.api_url.clone(),
        }
    }

    /// Returns the script that starts Swagger UI with the OAuth settings.
    fn start(&self) -> String {
        START.replace("\"CLIENT_ID\"", &json!(self.oauth.client_id).to_string())
    }

    /// The document may load files and call the API at its own origin, call the token endpoint, and nothing else.
    fn policy(&self) -> Result<HeaderValue, Error> {
        let policy = format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' {}; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            self.oauth.token_origin
        );
        HeaderValue::try_from(policy).map_err(Error::internal)
    }
}

type Shared = State<Arc<Docs>>;

/// Returns the OpenAPI document.
pub async fn document(State(docs): Shared, domain: Option<Extension<DomainName>>) -> Result<Response, Problem> {
    let domain = domain.as_ref().map(|Extension(domain)| domain);
    let headers = [(CONTENT_TYPE, HeaderValue::from_static("application/json")), (CACHE_CONTROL, REVALIDATE)];
    Ok((headers, docs.json(domain)?).into_response())
}

/// Returns the HTML document with Swagger UI.
pub async fn page(State(docs): Shared) -> Result<Response, Problem> {
    let page = text("text/html; charset=utf-8", PAGE.to_owned());
    guarded(page, &docs)
}

/// Returns a file of Swagger UI.
pub async fn file(State(docs): Shared, path: Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let Path(name) = path;
    if name == "start.js" {
        return guarded(text("text/javascript; charset=utf-8", docs.start()), &docs);
    }
    match ASSETS.iter().find(|asset| asset.name == name) {
        Some(asset) => guarded(packed(asset, &headers)?, &docs),
        None => Err(http_service::no_route().await),
    }
}

fn text(content_type: &'static str, text: String) -> Response {
    let headers = [(CONTENT_TYPE, HeaderValue::from_static(content_type)), (CACHE_CONTROL, REVALIDATE)];
    (headers, text).into_response()
}

/// Returns a file with gzip, as it is in the binary, to clients that accept it.
fn packed(asset: &Asset, headers: &HeaderMap) -> Result<Response, Error> {
    let common = [
        (CONTENT_TYPE, HeaderValue::from_static(asset.content_type)),
        (CACHE_CONTROL, A_DAY),
        (VARY, HeaderValue::from_static("accept-encoding")),
    ];
    if accepts_gzip(headers) {
        return Ok((common, [(CONTENT_ENCODING, "gzip")], asset.gzip).into_response());
    }
    let mut bytes = Vec::new();
    GzDecoder::new(asset.gzip).read_to_end(&mut bytes).map_err(Error::internal)?;
    Ok((common, bytes).into_response())
}

/// Forbids framing, and hides the URL, which may contain an OAuth code, from other sites.
fn guarded(mut response: Response, docs: &Docs) -> Result<Response, Problem> {
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, docs.policy()?);
    response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

/// Swagger UI changes only with a deployment, and a day-old copy works as well.
const A_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");
