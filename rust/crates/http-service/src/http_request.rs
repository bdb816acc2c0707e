use axum::body::Body;
use http::Uri;
use http_event::Request;
use reply::Error;

/// The host that a client called, as a request extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainName(pub String);

/// Converts an event to a request for axum, with `SourceIp` and `DomainName` as extensions.
///
/// # Errors
/// The client's errors: `InvalidPath`, `InvalidBase64` and `BodyTooLarge`.
pub(crate) fn http_request(request: Request, body_limit: usize) -> Result<http::Request<Body>, Error> {
    let uri = uri(&request)?;
    let body = request.body.into_bytes(body_limit)?;
    let mut http_request = http::Request::new(Body::from(body));
    *http_request.method_mut() = request.method;
    *http_request.uri_mut() = uri;
    *http_request.headers_mut() = request.headers;
    if let Some(source_ip) = request.source_ip {
        http_request.extensions_mut().insert(source_ip);
    }
    if let Some(domain_name) = request.domain_name {
        http_request.extensions_mut().insert(DomainName(domain_name));
    }
    Ok(http_request)
}

fn uri(request: &Request) -> Result<Uri, Error> {
    let invalid = |reason: &str| {
        Error::bad_request(
            "InvalidPath",
            format!("The path and query are not a valid URI ({reason}). Percent-encode them."),
        )
    };
    if !request.path.starts_with('/') {
        return Err(invalid("it does not start with a slash"));
    }
    let query = request.raw_query();
    let text = if query.is_empty() { request.path.clone() } else { [&request.path, query].join("?") };
    Uri::try_from(text).map_err(|error| invalid(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use http::Method;
    use http_event::SourceIp;
    use serde_json::json;

    use super::*;

    fn request(path: &str, query: &str, body: &str) -> Request {
        let event = json!({
            "version": "2.0", "rawPath": path, "rawQueryString": query, "headers": {"x-note": "hi"},
            "requestContext": {"http": {"method": "PUT", "sourceIp": "192.0.2.1"}, "domainName": "api.example.com"},
            "body": body, "isBase64Encoded": true,
        });
        serde_json::from_value(event).unwrap()
    }

    fn refusal(request: Request) -> String {
        http_request(request, 2).unwrap_err().into_diagnostic().error_type
    }

    #[tokio::test]
    async fn every_part_of_a_request_is_converted() {
        let http_request = http_request(request("/a%20b", "q=%2F&r", "AP8="), 2).unwrap();
        assert_eq!((http_request.method(), http_request.uri().to_string().as_str()), (&Method::PUT, "/a%20b?q=%2F&r"));
        assert_eq!(http_request.headers()["x-note"], "hi");
        assert_eq!(http_request.extensions().get::<SourceIp>().unwrap().as_str(), "192.0.2.1");
        assert_eq!(http_request.extensions().get::<DomainName>().unwrap().0, "api.example.com");
        assert_eq!(axum::body::to_bytes(http_request.into_body(), 2).await.unwrap(), [0, 255].as_slice());
    }

    #[test]
    fn an_invalid_uri_is_a_client_error() {
        for path in ["", "a", "*", "/a b", "http://example.com", "/\u{0}"] {
            assert_eq!(refusal(request(path, "", "")), "InvalidPath", "{path:?}");
        }
        assert_eq!(refusal(request("/", "a b", "")), "InvalidPath");
    }

    #[test]
    fn an_unusable_body_is_a_client_error() {
        assert_eq!(refusal(request("/", "", "*")), "InvalidBase64");
        assert_eq!(refusal(request("/", "", "AAAA")), "BodyTooLarge");
    }
}
