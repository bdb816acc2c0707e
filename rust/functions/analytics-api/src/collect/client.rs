use std::convert::Infallible;

use analytics::Agent;
use axum::extract::FromRequestParts;
use http::header::USER_AGENT;
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use http_event::SourceIp;

use super::agent::agent;
use crate::cloudfront::Country;

/// Address and user agent, from which a visitor is derived.
pub type Identity = (SourceIp, Vec<u8>);

/// The properties of a client that a view needs. No `Debug`, so that they are never logged.
pub struct Client {
    /// `None` if the browser asks for privacy.
    pub identity: Option<Identity>,
    pub agent: Agent,
    /// ISO 3166-1 code of the country, if CloudFront sends one.
    pub country: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let source_ip = parts.extensions.remove::<SourceIp>();
        let user_agent = parts.headers.get(USER_AGENT).map(HeaderValue::as_bytes).unwrap_or_default();
        let brands = parts.headers.get("sec-ch-ua").and_then(|brands| brands.to_str().ok()).unwrap_or_default();
        let identity = source_ip.filter(|_| !asks_for_privacy(&parts.headers)).map(|ip| (ip, user_agent.to_vec()));
        let agent = agent(&String::from_utf8_lossy(user_agent), brands);
        let country = parts.extensions.remove().map(|Country(country)| country);
        Ok(Self { identity, agent, country })
    }
}

/// Global Privacy Control, <https://www.w3.org/TR/gpc/>.
fn asks_for_privacy(headers: &HeaderMap) -> bool {
    headers.get("sec-gpc").is_some_and(|value| value == "1")
}
