use std::convert::Infallible;

use analytics::Agent;
use axum::extract::FromRequestParts;
use http::header::USER_AGENT;
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use http_event::SourceIp;

use super::agent::agent;

/// Who sent a request, as far as a view needs it. No `Debug`: it is in no log line.
pub struct Client {
    /// Address and agent, from which a visitor is derived; nothing where the browser asks for privacy.
    pub identity: Option<(SourceIp, Vec<u8>)>,
    /// What the user agent says.
    pub agent: Agent,
    /// ISO 3166 code of the country, where CloudFront is in front and gives one.
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
        Ok(Self { identity, agent, country: country(&parts.headers) })
    }
}

/// Global Privacy Control, <https://www.w3.org/TR/gpc/>.
fn asks_for_privacy(headers: &HeaderMap) -> bool {
    headers.get("sec-gpc").is_some_and(|value| value == "1")
}

fn country(headers: &HeaderMap) -> Option<String> {
    let country = headers.get("cloudfront-viewer-country")?.to_str().ok()?;
    (country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase())).then(|| country.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_two_capital_letters() {
        for (value, expected) in [("DE", Some("DE")), ("de", None), ("DEU", None), ("D1", None), ("", None)] {
            let headers = HeaderMap::from_iter([(
                http::HeaderName::from_static("cloudfront-viewer-country"),
                HeaderValue::from_static(value),
            )]);
            assert_eq!(country(&headers).as_deref(), expected, "{value:?}");
        }
    }
}
