use std::borrow::Cow;

use base64_simd::STANDARD;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::ser::{Error as _, SerializeStruct as _};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// A response in the form that API Gateway expects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    pub status: StatusCode,
    /// The headers, each with one value of visible ASCII, except `set-cookie`, which may have several.
    pub headers: HeaderMap,
    body: Body,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Body {
    Text(String),
    /// A JSON string of base64, including its quotes.
    Base64(String),
}

impl Response {
    /// Returns a text response.
    #[must_use]
    pub fn text(status: StatusCode, content_type: HeaderValue, text: String) -> Self {
        Self::new(status, content_type, Body::Text(text))
    }

    /// Returns a JSON response.
    ///
    /// # Errors
    /// `value` cannot be represented as JSON.
    pub fn json(status: StatusCode, value: &impl Serialize) -> serde_json::Result<Self> {
        Ok(Self::text(status, HeaderValue::from_static("application/json"), serde_json::to_string(value)?))
    }

    /// Returns a binary response, encoded as base64.
    #[must_use]
    pub fn bytes(status: StatusCode, content_type: HeaderValue, bytes: &[u8]) -> Self {
        Self::new(status, content_type, Body::Base64(base64_json(bytes)))
    }

    /// Returns a response with the given headers. The body is sent as text if it is UTF-8, which is shorter unless
    /// compressed, otherwise as base64.
    #[must_use]
    pub fn with_headers(status: StatusCode, headers: HeaderMap, bytes: Vec<u8>) -> Self {
        let body = match String::from_utf8(bytes) {
            Ok(text) => Body::Text(text),
            Err(error) => Body::Base64(base64_json(error.as_bytes())),
        };
        Self { status, headers, body }
    }

    /// Returns a 204 response.
    #[must_use]
    pub fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, headers: HeaderMap::new(), body: Body::Text(String::new()) }
    }

    /// Adds or replaces a header.
    #[must_use]
    pub fn header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Removes the body, as for a HEAD request.
    #[must_use]
    pub fn without_body(mut self) -> Self {
        self.body = Body::Text(String::new());
        self
    }

    fn new(status: StatusCode, content_type: HeaderValue, body: Body) -> Self {
        Self { status, headers: HeaderMap::from_iter([(header::CONTENT_TYPE, content_type)]), body }
    }
}

fn base64_json(bytes: &[u8]) -> String {
    let mut json = String::with_capacity(STANDARD.encoded_length(bytes.len()) + 2);
    json.push('"');
    STANDARD.encode_append(bytes, &mut json);
    json.push('"');
    json
}

fn without_cookies(headers: &HeaderMap) -> Cow<'_, HeaderMap> {
    if !headers.contains_key(header::SET_COOKIE) {
        return Cow::Borrowed(headers);
    }
    let mut others = headers.clone();
    others.remove(header::SET_COOKIE);
    Cow::Owned(others)
}

impl Serialize for Response {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let headers = without_cookies(&self.headers);
        let cookies: Vec<_> =
            self.headers.get_all(header::SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok()).collect();
        let mut event = serializer.serialize_struct("Response", 5)?;
        event.serialize_field("statusCode", &self.status.as_u16())?;
        event.serialize_field("headers", &Headers(&headers))?;
        if cookies.is_empty() {
            event.skip_field("cookies")?;
        } else {
            event.serialize_field("cookies", &cookies)?;
        }
        match &self.body {
            Body::Text(text) => {
                event.serialize_field("isBase64Encoded", &false)?;
                event.serialize_field("body", text)?;
            }
            // Raw JSON, because escaping would take three times as long as the encoding.
            Body::Base64(json) => {
                event.serialize_field("isBase64Encoded", &true)?;
                event.serialize_field("body", serde_json::from_str::<&RawValue>(json).map_err(S::Error::custom)?)?;
            }
        }
        event.end()
    }
}

#[derive(Serialize)]
struct Headers<'a>(#[serde(with = "http_serde::header_map")] &'a HeaderMap);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_is_sent_unchanged() {
        let response =
            Response::text(StatusCode::NOT_FOUND, HeaderValue::from_static("text/plain"), "\"né\"".to_owned());
        let event = json!({
            "statusCode": 404, "headers": {"content-type": "text/plain"}, "isBase64Encoded": false, "body": "\"né\"",
        });
        assert_eq!(serde_json::to_value(response).unwrap(), event);
    }

    #[test]
    fn json_has_its_content_type() {
        let response = Response::json(StatusCode::OK, &json!({"echo": "hi"})).unwrap();
        assert_eq!(response.headers.get(header::CONTENT_TYPE).unwrap(), "application/json");
        assert_eq!(serde_json::to_value(response).unwrap()["body"], r#"{"echo":"hi"}"#);
    }

    #[test]
    fn bytes_are_sent_as_base64() {
        for (bytes, base64) in [(&[] as &[u8], ""), (&[0, 255, 1], "AP8B"), (&[0], "AA==")] {
            let response = Response::bytes(StatusCode::OK, HeaderValue::from_static("image/png"), bytes);
            let text = serde_json::to_string(&response).unwrap();
            let event = json!({
                "statusCode": 200, "headers": {"content-type": "image/png"}, "isBase64Encoded": true, "body": base64,
            });
            assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), event);
        }
    }

    #[test]
    fn only_utf_8_is_sent_as_text() {
        for (bytes, base64, body) in
            [(b"" as &[u8], false, ""), ("né".as_bytes(), false, "né"), (&[0, 255], true, "AP8=")]
        {
            let response = Response::with_headers(StatusCode::OK, HeaderMap::new(), bytes.to_vec());
            let event = json!({"statusCode": 200, "headers": {}, "isBase64Encoded": base64, "body": body});
            assert_eq!(serde_json::to_value(response).unwrap(), event);
        }
    }

    #[test]
    fn cookies_are_sent_separately_from_the_headers() {
        let mut response = Response::text(StatusCode::OK, HeaderValue::from_static("text/plain"), String::new());
        for cookie in ["a=1; Secure", "b=2"] {
            response.headers.append(header::SET_COOKIE, HeaderValue::from_static(cookie));
        }
        let event = serde_json::to_value(response).unwrap();
        assert_eq!(event["cookies"], json!(["a=1; Secure", "b=2"]));
        assert_eq!(event["headers"], json!({"content-type": "text/plain"}));
    }

    #[test]
    fn a_header_can_be_added_and_replaced() {
        let response = Response::bytes(StatusCode::OK, HeaderValue::from_static("image/png"), &[])
            .header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
            .header(header::CONTENT_TYPE, HeaderValue::from_static("image/gif"));
        let event = serde_json::to_string(&response).unwrap();
        assert!(event.contains(r#""headers":{"content-type":"image/gif","cache-control":"no-store"}"#), "{event}");
    }
}
