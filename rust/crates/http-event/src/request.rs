use std::fmt;

use http::header::COOKIE;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::{Body, SourceIp};

/// A client's request to the HTTP API.
///
/// Unlike `aws_lambda_events`, it reads only the fields that handlers need: no other field can make an event invalid.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Event")]
pub struct Request {
    pub method: Method,
    /// The path, still percent-encoded, with the name of the stage unless it is `$default`.
    pub path: String,
    /// The headers. A header that the client repeats is one value, joined by commas. The event's separate `cookies` are
    /// merged into the `cookie` header.
    pub headers: HeaderMap,
    /// The body, empty when the client sent none.
    pub body: Body,
    /// The client's address, as API Gateway sees it.
    pub source_ip: Option<SourceIp>,
    /// The host that the client called, without the port: the API's own or a custom domain.
    pub domain_name: Option<String>,
    /// The matched route, such as `GET /currencies/{code}`.
    pub route_key: Option<String>,
    /// API Gateway's id of the request, which is in the access log too.
    pub request_id: Option<String>,
    raw_query: String,
}

impl Request {
    /// The query string as sent, without the question mark.
    #[must_use]
    pub fn raw_query(&self) -> &str {
        &self.raw_query
    }

    /// The query's names and values, percent-decoded, in the order sent.
    pub fn query(&self) -> form_urlencoded::Parse<'_> {
        form_urlencoded::parse(self.raw_query.as_bytes())
    }
}

impl TryFrom<Event> for Request {
    type Error = &'static str;

    fn try_from(event: Event) -> Result<Self, Self::Error> {
        if event.version.as_deref() != Some("2.0") {
            return Err("its version is not 2.0");
        }
        let RequestContext { http, domain_name, request_id } =
            event.request_context.ok_or("it has no requestContext")?;
        let body = event.body.unwrap_or_default();
        Ok(Self {
            method: http.method,
            path: event.raw_path.or(http.path).ok_or("it has no rawPath")?,
            headers: with_cookies(event.headers, event.cookies.unwrap_or_default()),
            body: if event.is_base64_encoded == Some(true) { Body::Base64(body) } else { Body::Text(body) },
            source_ip: http.source_ip,
            domain_name,
            route_key: event.route_key,
            request_id,
            raw_query: event.raw_query_string.unwrap_or_default(),
        })
    }
}

/// An invocation of a function behind an HTTP API.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Event")]
pub enum Invocation {
    Request(Box<Request>),
    /// An event that only starts an environment: from a schedule, or from a plugin that avoids cold starts.
    WarmUp,
}

impl TryFrom<Event> for Invocation {
    type Error = &'static str;

    fn try_from(event: Event) -> Result<Self, Self::Error> {
        if event.is_warm_up() {
            return Ok(Self::WarmUp);
        }
        Request::try_from(event).map(|request| Self::Request(Box::new(request)))
    }
}

/// Returns the headers as the client sent them. Invalid cookies, which no client can send, are omitted.
fn with_cookies(Headers(mut headers): Headers, cookies: Vec<Option<String>>) -> HeaderMap {
    let is_valid = |cookie: &String| HeaderValue::from_bytes(cookie.as_bytes()).is_ok();
    let cookies: Vec<String> = cookies.into_iter().flatten().filter(is_valid).collect();
    if !cookies.is_empty() {
        headers.extend(HeaderValue::try_from(cookies.join("; ")).ok().map(|cookies| (COOKIE, cookies)));
    }
    headers
}

/// The event as received. Gateways, emulators and tests write null for missing values, so every field may be null
/// except those that identify a request.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    version: Option<String>,
    route_key: Option<String>,
    raw_path: Option<String>,
    raw_query_string: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    headers: Headers,
    cookies: Option<Vec<Option<String>>>,
    request_context: Option<RequestContext>,
    body: Option<String>,
    is_base64_encoded: Option<bool>,
    source: Option<String>,
    #[serde(
        alias = "warmup",
        alias = "warmUp",
        alias = "warm-up",
        alias = "warm_up",
        alias = "warm",
        alias = "keepWarm",
        alias = "keep-warm",
        alias = "keep_warm",
        alias = "keepAlive",
        alias = "keep-alive",
        alias = "keepalive",
        alias = "ping"
    )]
    warmer: Option<IgnoredAny>,
}

impl Event {
    fn is_warm_up(&self) -> bool {
        let is_schedule =
            |source: &String| source.contains("warm") || ["aws.events", "aws.scheduler"].contains(&source.as_str());
        self.request_context.is_none() && (self.warmer.is_some() || self.source.as_ref().is_some_and(is_schedule))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    http: Http,
    domain_name: Option<String>,
    request_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Http {
    #[serde(with = "http_serde::method")]
    method: Method,
    path: Option<String>,
    source_ip: Option<SourceIp>,
}

fn null_as_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Headers, without those with an invalid name or value.
#[derive(Default)]
struct Headers(HeaderMap);

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeadersVisitor)
    }
}

struct HeadersVisitor;

impl<'de> Visitor<'de> for HeadersVisitor {
    type Value = Headers;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("headers")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Headers, A::Error> {
        let mut headers = HeaderMap::with_capacity(map.size_hint().unwrap_or_default());
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            let name = HeaderName::try_from(name).ok();
            // Not only ASCII: API Gateway passes header values on unchanged.
            let value = value.as_str().and_then(|text| HeaderValue::from_bytes(text.as_bytes()).ok());
            headers.extend(name.zip(value));
        }
        Ok(Headers(headers))
    }
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
    fn debug_output_hides_the_source_ip() {
        let mut event = event();
        let request: Request = serde_json::from_value(event.clone()).unwrap();
        assert_eq!(request.source_ip.as_ref().unwrap().as_str(), "192.0.2.1");
        assert!(!format!("{request:?}").contains("192.0"), "{request:?}");

        event["requestContext"]["http"] = json!({"method": "POST"});
        assert_eq!(serde_json::from_value::<Request>(event).unwrap().source_ip, None);
    }

    #[test]
    fn the_cookies_of_an_event_become_one_header() {
        for (cookies, expected) in [
            (json!(["a=1", "b=\"2\""]), Some("a=1; b=\"2\"")),
            (json!(["a=1"]), Some("a=1")),
            (json!([]), None),
            (json!(["a=\n"]), None),
            (json!(["a=\n", "b=2", "c=\u{7f}"]), Some("b=2")),
        ] {
            let mut event = event();
            event["cookies"] = cookies;
            let request: Request = serde_json::from_value(event).unwrap();
            assert_eq!(request.headers.get(COOKIE).map(|cookies| cookies.to_str().unwrap()), expected);
        }
    }

    #[test]
    fn a_cookie_header_is_preserved_without_event_cookies() {
        let mut event = event();
        event["headers"]["cookie"] = json!("a=1; b=2");
        let request: Request = serde_json::from_value(event).unwrap();
        assert_eq!(request.headers.get(COOKIE).unwrap(), "a=1; b=2");
    }

    #[test]
    fn the_domain_name_is_read() {
        let mut event = event();
        event["requestContext"]["domainName"] = json!("api.example.com");
        let request: Request = serde_json::from_value(event).unwrap();
        assert_eq!(request.domain_name.as_deref(), Some("api.example.com"));
    }

    #[test]
    fn the_route_key_and_request_id_are_read() {
        let mut event = event();
        event["requestContext"]["requestId"] = json!("JKJaXmPLvHcESHA=");
        let request: Request = serde_json::from_value(event).unwrap();
        assert_eq!(request.route_key.as_deref(), Some("POST /glitch"));
        assert_eq!(request.request_id.as_deref(), Some("JKJaXmPLvHcESHA="));
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
    fn null_means_missing() {
        let http = json!({"method": "POST", "path": "/glitch", "sourceIp": null});
        for field in ["rawPath", "rawQueryString", "headers", "cookies", "body", "isBase64Encoded", "stageVariables"] {
            for other in ["rawQueryString", "headers", "cookies", "body"] {
                let mut event = event();
                event["requestContext"] = json!({"http": http, "domainName": null, "authorizer": null});
                event[field] = Value::Null;
                event[other] = Value::Null;
                let request: Request = serde_json::from_value(event).unwrap();
                assert_eq!(request.path, "/glitch", "{field}, {other}");
            }
        }
        let mut event = event();
        event["cookies"] = json!([null, "a=1"]);
        let request: Request = serde_json::from_value(event).unwrap();
        assert_eq!(request.headers.get(COOKIE).unwrap(), "a=1");
    }

    #[test]
    fn only_malformed_headers_are_omitted() {
        for (name, value) in [
            ("x bad", json!("a")),
            ("", json!("a")),
            ("x-\u{e9}", json!("a")),
            ("x-bad", json!("a\nb")),
            ("x-bad", json!("\u{0}")),
            ("x-bad", json!(null)),
            ("x-bad", json!(7)),
            ("x-bad", json!(["a", "b"])),
            ("x-bad", json!({"a": "b"})),
        ] {
            let mut event = event();
            event["headers"][name] = value.clone();
            let request: Request = serde_json::from_value(event).unwrap();
            assert_eq!(request.headers.len(), 2, "{name:?}: {value}");
            assert_eq!(request.headers.get("x-note").unwrap().as_bytes(), "één".as_bytes());
        }
    }

    #[test]
    fn warm_ups_and_requests_are_distinguished() {
        for payload in [
            json!({"source": "serverless-plugin-warmup"}),
            json!({"warmer": true, "concurrency": 3}),
            json!({"warmup": 1}),
            json!({"ping": {}}),
            json!({"keep-warm": "yes", "version": null}),
            json!({"version": "0", "id": "1", "detail-type": "Scheduled Event", "source": "aws.events", "detail": {}}),
        ] {
            assert_eq!(serde_json::from_value::<Invocation>(payload.clone()).unwrap(), Invocation::WarmUp, "{payload}");
        }
        for payload in [json!({"warmer": null}), json!({"source": "aws.s3"}), json!({}), json!({"message": "warm"})] {
            assert!(serde_json::from_value::<Invocation>(payload.clone()).is_err(), "{payload}");
        }
        let mut event = event();
        event["source"] = json!("aws.events");
        event["ping"] = json!(true);
        assert!(matches!(serde_json::from_value(event).unwrap(), Invocation::Request(_)));
    }

    #[test]
    fn payload_format_1_and_other_payloads_are_rejected() {
        let mut version_1 = event();
        version_1["version"] = json!("1.0");
        for payload in [version_1, json!({"message": "hi"}), json!([]), json!("2.0")] {
            assert!(serde_json::from_value::<Request>(payload.clone()).is_err(), "{payload}");
        }
    }
}
