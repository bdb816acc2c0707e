use http::header::COOKIE;
use http::{HeaderMap, HeaderValue, Method};
use serde::Deserialize;

use crate::{Body, SourceIp};

/// What a client sent to the HTTP API.
///
/// Unlike in `aws_lambda_events`, only what handlers need is read: no other field can make an event invalid.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Event")]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// The path, still percent-encoded, with the stage's name unless that is `$default`.
    pub path: String,
    /// The headers; one that the client repeats arrives as one value, joined by commas. Cookies, which events have
    /// beside the headers, are one of them.
    pub headers: HeaderMap,
    /// The body, empty when the client sent none.
    pub body: Body,
    /// Where the request came from, as API Gateway saw it.
    pub source_ip: Option<SourceIp>,
    /// The host that the client called, without a port: the API's own, or a custom domain.
    pub domain_name: Option<String>,
    raw_query: String,
}

impl Request {
    /// The query as it was sent, without the question mark.
    #[must_use]
    pub fn raw_query(&self) -> &str {
        &self.raw_query
    }

    /// The query's names and values, percent-decoded, in the order sent.
    pub fn query(&self) -> form_urlencoded::Parse<'_> {
        form_urlencoded::parse(self.raw_query.as_bytes())
    }
}

impl From<Event> for Request {
    fn from(event: Event) -> Self {
        let body = event.body.unwrap_or_default();
        Self {
            method: event.request_context.http.method,
            path: event.raw_path,
            headers: with_cookies(event.headers, &event.cookies),
            body: if event.is_base64_encoded { Body::Base64(body) } else { Body::Text(body) },
            source_ip: event.request_context.http.source_ip,
            domain_name: event.request_context.domain_name,
            raw_query: event.raw_query_string,
        }
    }
}

/// The headers as a client sends them. What is no header's value, which no client can send, is left out.
fn with_cookies(mut headers: HeaderMap, cookies: &[String]) -> HeaderMap {
    let header = (!cookies.is_empty()).then(|| HeaderValue::try_from(cookies.join("; ")).ok()).flatten();
    headers.extend(header.map(|cookies| (COOKIE, cookies)));
    headers
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    #[serde(rename = "version")]
    _version: Version,
    raw_path: String,
    raw_query_string: String,
    #[serde(default, with = "http_serde::header_map")]
    headers: HeaderMap,
    #[serde(default)]
    cookies: Vec<String>,
    request_context: RequestContext,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[derive(Deserialize)]
enum Version {
    #[serde(rename = "2.0")]
    V2,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    http: Http,
    domain_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Http {
    #[serde(with = "http_serde::method")]
    method: Method,
    source_ip: Option<SourceIp>,
}

#[cfg(test)]
mod tests {
    use http::header;
    use serde_json::{Value, json};

    use super::*;

    fn event() -> Value {
        json!({
            "version": "2.0",
            "routeKey": "POST /glitch",
            "rawPath": "/glitch",
            "rawQueryString": "seed=7&note=a%20b+c&note=",
            "headers": {"Content-Type": "image/png", "x-note": "één"},
            "requestContext": {"http": {"method": "POST", "path": "/glitch", "sourceIp": "192.0.2.1"}},
            "body": "aGk=",
            "isBase64Encoded": true,
        })
    }

    #[test]
    fn an_event_becomes_a_request() {
        let request: Request = serde_json::from_value(event()).unwrap();
        assert_eq!(request.method, Method::POST);
        assert_eq!(request.path, "/glitch");
        assert_eq!(request.headers.get(header::CONTENT_TYPE).unwrap(), "image/png");
        assert_eq!(request.body.into_bytes(2).unwrap(), b"hi");
    }

    #[test]
    fn the_source_ip_is_at_hand_and_in_no_debug_output() {
        let mut event = event();
        let request: Request = serde_json::from_value(event.clone()).unwrap();
        assert_eq!(request.source_ip.as_ref().unwrap().as_str(), "192.0.2.1");
        assert!(!format!("{request:?}").contains("192.0"), "{request:?}");

        event["requestContext"]["http"] = json!({"method": "POST"});
        assert_eq!(serde_json::from_value::<Request>(event).unwrap().source_ip, None);
    }

    #[test]
    fn cookies_beside_the_headers_are_one_header() {
        for (cookies, expected) in [
            (json!(["a=1", "b=\"2\""]), Some("a=1; b=\"2\"")),
            (json!(["a=1"]), Some("a=1")),
            (json!([]), None),
            (json!(["a=\n"]), None),
        ] {
            let mut event = event();
            event["cookies"] = cookies;
            let request: Request = serde_json::from_value(event).unwrap();
            assert_eq!(request.headers.get(COOKIE).map(|cookies| cookies.to_str().unwrap()), expected);
        }
    }

    #[test]
    fn a_cookie_header_stays_where_an_event_has_no_cookies() {
        let mut event = event();
        event["headers"]["cookie"] = json!("a=1; b=2");
        let request: Request = serde_json::from_value(event).unwrap();
        assert_eq!(request.headers.get(COOKIE).unwrap(), "a=1; b=2");
    }

    #[test]
    fn the_domain_is_the_one_that_was_called() {
        let mut event = event();
        event["requestContext"]["domainName"] = json!("api.example.com");
        let request: Request = serde_json::from_value(event).unwrap();
        assert_eq!(request.domain_name.as_deref(), Some("api.example.com"));
    }

    #[test]
    fn the_query_is_decoded_in_the_order_sent() {
        let request: Request = serde_json::from_value(event()).unwrap();
        assert_eq!(request.raw_query(), "seed=7&note=a%20b+c&note=");
        let pairs = request.query().into_owned().collect::<Vec<_>>();
        assert_eq!(pairs, [("seed", "7"), ("note", "a b c"), ("note", "")].map(|(k, v)| (k.to_owned(), v.to_owned())));
    }

    #[test]
    fn a_request_without_a_body_has_an_empty_one() {
        for body in [None, Some(Value::Null)] {
            let mut event = event();
            let fields = event.as_object_mut().unwrap();
            fields.remove("isBase64Encoded");
            fields.remove("body");
            fields.extend(body.map(|body| ("body".to_owned(), body)));
            let request: Request = serde_json::from_value(event).unwrap();
            assert_eq!(request.body, Body::Text(String::new()));
        }
    }

    #[test]
    fn payload_format_1_and_other_payloads_are_no_requests() {
        let mut version_1 = event();
        version_1["version"] = json!("1.0");
        for payload in [version_1, json!({"message": "hi"}), json!([]), json!("2.0")] {
            assert!(serde_json::from_value::<Request>(payload.clone()).is_err(), "{payload}");
        }
    }
}
