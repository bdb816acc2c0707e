use std::borrow::Cow;
use std::error::Error as StdError;
use std::{iter, mem};

use http::header::{ACCEPT_ENCODING, ALLOW, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use http_event::BodyError;
use lambda_runtime::Diagnostic;

use crate::problem::{FieldError, Problem};

/// Maximum length of `detail` in bytes.
const DETAIL_BYTES: usize = 1000;

/// Maximum length of a field's name in bytes: unknown fields may have any name.
const FIELD_BYTES: usize = 100;

/// Maximum number of fields that a response lists.
const FIELD_ERRORS: usize = 20;

/// Value of `retry-after`, in seconds.
const RETRY_AFTER_SECONDS: &str = "5";

/// Public message of a server error; the request id may follow.
const FAILED: &str = "The service failed. Try again; if it fails again, report the request id";

/// Error of a request.
#[derive(Debug)]
pub enum Error {
    /// A client error.
    Client {
        /// A 4xx status.
        status: StatusCode,
        /// Identifies the error, such as `InvalidMessage`.
        error_type: &'static str,
        /// What is wrong with the request, and what to do.
        detail: String,
    },
    /// A client error in fields: 422.
    Invalid {
        /// Identifies the error, such as `InvalidCurrency`.
        error_type: &'static str,
        /// All invalid fields, so that one corrected request is enough.
        errors: Vec<FieldError>,
    },
    /// The path does not support the method: 405.
    MethodNotAllowed {
        /// The supported methods, such as `GET, POST`.
        allow: Cow<'static, str>,
    },
    /// The body has a content coding, such as gzip: 415.
    UnsupportedCoding {
        /// The value of `content-encoding`.
        coding: String,
    },
    /// A dependency is slow or throttling: 503.
    Unavailable(lambda_runtime::Error),
    /// A server error: 500.
    Internal(lambda_runtime::Error),
}

impl Error {
    /// Creates a client error with a 4xx status.
    pub fn client(status: StatusCode, error_type: &'static str, detail: impl Into<String>) -> Self {
        Self::Client { status, error_type, detail: detail.into() }
    }

    /// Creates a 400.
    pub fn bad_request(error_type: &'static str, detail: impl Into<String>) -> Self {
        Self::client(StatusCode::BAD_REQUEST, error_type, detail)
    }

    /// Creates a 413, for a request or its response.
    pub fn too_large(error_type: &'static str, detail: impl Into<String>) -> Self {
        Self::client(StatusCode::PAYLOAD_TOO_LARGE, error_type, detail)
    }

    /// Creates a 405 with the supported methods, such as `GET, POST`.
    #[must_use]
    pub fn method_not_allowed(allow: &'static str) -> Self {
        Self::MethodNotAllowed { allow: allow.into() }
    }

    /// Creates a 500.
    pub fn internal(source: impl Into<lambda_runtime::Error>) -> Self {
        Self::Internal(source.into())
    }

    /// Creates a 503 with `retry-after`, for a dependency that is slow or throttling.
    pub fn unavailable(source: impl Into<lambda_runtime::Error>) -> Self {
        Self::Unavailable(source.into())
    }

    /// Creates a 422.
    #[must_use]
    pub fn invalid(error_type: &'static str, errors: Vec<FieldError>) -> Self {
        Self::Invalid { error_type, errors }
    }

    /// Returns the response to an HTTP request: an RFC 9457 problem.
    #[must_use]
    pub fn into_http(self, request_id: &str) -> http::Response<String> {
        let header = match &self {
            Self::MethodNotAllowed { allow } => HeaderValue::try_from(allow.as_ref()).ok().map(|allow| (ALLOW, allow)),
            Self::UnsupportedCoding { .. } => Some((ACCEPT_ENCODING, HeaderValue::from_static("identity"))),
            Self::Unavailable(_) => Some((RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS))),
            _ => None,
        };
        let status = self.status();
        let problem = Problem {
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: shortened(self.detail(), DETAIL_BYTES),
            error_type: self.error_type(),
            request_id: request_id.to_owned(),
            errors: self.field_errors(),
        };
        let mut response = http::Response::new(serde_json::to_string(&problem).unwrap_or_default());
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response.headers_mut().extend(header);
        response
    }

    /// Returns the reply to a direct invocation.
    #[must_use]
    pub fn into_diagnostic(self) -> Diagnostic {
        let error_message = shortened(self.detail(), DETAIL_BYTES);
        Diagnostic { error_type: self.error_type().to_owned(), error_message }
    }

    /// Returns the message for an HTML document.
    #[must_use]
    pub fn message(&self, request_id: &str) -> String {
        match self {
            Self::Internal(_) => format!("{FAILED} {request_id}."),
            other => shortened(other.detail(), DETAIL_BYTES),
        }
    }

    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Client { status, .. } => *status,
            Self::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::UnsupportedCoding { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns the name that identifies the error.
    #[must_use]
    pub fn error_type(&self) -> &'static str {
        match self {
            Self::Client { error_type, .. } | Self::Invalid { error_type, .. } => error_type,
            Self::MethodNotAllowed { .. } => "MethodNotAllowed",
            Self::UnsupportedCoding { .. } => "UnsupportedCoding",
            Self::Unavailable(_) => "Unavailable",
            Self::Internal(_) => "InternalError",
        }
    }

    /// Returns a server error with its causes, for the log; `None` for client errors.
    ///
    /// Errors of AWS clients say only "service error" without their causes.
    #[must_use]
    pub fn causes(&self) -> Option<String> {
        let (Self::Unavailable(source) | Self::Internal(source)) = self else { return None };
        let error: &dyn StdError = source.as_ref();
        let causes = iter::successors(Some(error), |&error| error.source()).map(ToString::to_string);
        Some(causes.collect::<Vec<_>>().join(": "))
    }

    /// Returns what is wrong, and what to do.
    fn detail(&self) -> String {
        match self {
            Self::Client { detail, .. } => detail.clone(),
            Self::Invalid { errors, .. } => {
                let details = errors.iter().take(FIELD_ERRORS).map(|error| error.detail.as_str());
                details.collect::<Vec<_>>().join(" ")
            }
            Self::MethodNotAllowed { allow } => {
                format!("This path does not support this method. Use one of {allow}.")
            }
            Self::UnsupportedCoding { coding } => {
                format!("The body has the content coding {coding:?}. Send it uncompressed, without content-encoding.")
            }
            Self::Unavailable(_) => format!("The service is busy. Try again in {RETRY_AFTER_SECONDS} seconds."),
            Self::Internal(_) => format!("{FAILED}."),
        }
    }

    fn field_errors(self) -> Vec<FieldError> {
        let Self::Invalid { mut errors, .. } = self else { return Vec::new() };
        errors.truncate(FIELD_ERRORS);
        for error in &mut errors {
            error.field = shortened(mem::take(&mut error.field), FIELD_BYTES);
            error.detail = shortened(mem::take(&mut error.detail), DETAIL_BYTES);
        }
        errors
    }
}

/// Truncates a text, because it may quote a request as large as the response may be.
fn shortened(text: String, bytes: usize) -> String {
    if text.len() <= bytes {
        return text;
    }
    let end = text.floor_char_boundary(bytes);
    text.split_at(end).0.to_owned() + "…"
}

impl From<BodyError> for Error {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::InvalidBase64 => Self::bad_request("InvalidBase64", error.to_string()),
            BodyError::TooLarge { .. } => Self::too_large("BodyTooLarge", error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn parts(response: &http::Response<String>) -> (u16, Value) {
        assert_eq!(response.headers().get(CONTENT_TYPE).unwrap(), "application/problem+json");
        (response.status().as_u16(), serde_json::from_str(response.body()).unwrap())
    }

    #[test]
    fn a_client_error_is_a_problem_without_a_cause() {
        let error = Error::bad_request("InvalidMessage", "message is missing");
        assert_eq!(error.causes(), None);
        let problem = json!({
            "type": "about:blank", "title": "Bad Request", "status": 400, "detail": "message is missing",
            "errorType": "InvalidMessage", "requestId": "id-1",
        });
        assert_eq!(parts(&error.into_http("id-1")), (400, problem));
    }

    #[test]
    fn an_unsupported_method_is_reported_with_the_supported_ones() {
        let response = Error::method_not_allowed("GET, POST").into_http("id-1");
        assert_eq!(response.headers().get(ALLOW).unwrap(), "GET, POST");
        let (status, problem) = parts(&response);
        assert_eq!((status, &problem["errorType"]), (405, &json!("MethodNotAllowed")));
    }

    #[test]
    fn an_unsupported_coding_is_reported_with_the_supported_one() {
        let response = Error::UnsupportedCoding { coding: "gzip".to_owned() }.into_http("id-1");
        assert_eq!(response.headers().get(ACCEPT_ENCODING).unwrap(), "identity");
        let (status, problem) = parts(&response);
        assert_eq!((status, &problem["errorType"]), (415, &json!("UnsupportedCoding")));
        assert!(problem["detail"].as_str().unwrap().contains("gzip"), "{problem}");
    }

    #[test]
    fn no_response_contains_the_cause_of_a_server_error() {
        let failure = || Error::internal("table users-4f2 is gone");
        assert_eq!(failure().causes().unwrap(), "table users-4f2 is gone");

        let (status, problem) = parts(&failure().into_http("id-1"));
        assert_eq!(
            (status, &problem["errorType"], &problem["requestId"]),
            (500, &json!("InternalError"), &json!("id-1"))
        );
        let diagnostic = failure().into_diagnostic();
        assert_eq!(diagnostic.error_type, "InternalError");
        let message = failure().message("id-1");
        assert_eq!(message, "The service failed. Try again; if it fails again, report the request id id-1.");
        for reply in [problem.to_string(), diagnostic.error_message, message] {
            assert!(!reply.contains("users"), "{reply}");
        }
    }

    #[test]
    fn every_form_of_a_reply_has_the_same_message() {
        let error = || Error::too_large("MessageTooLarge", "Send less.");
        let diagnostic = error().into_diagnostic();
        assert_eq!(
            (diagnostic.error_type.as_str(), diagnostic.error_message.as_str()),
            ("MessageTooLarge", "Send less.")
        );
        assert_eq!(error().message("id-1"), "Send less.");
        assert_eq!(parts(&error().into_http("id-1")).1["detail"], "Send less.");
    }

    #[test]
    fn a_long_detail_is_truncated() {
        for character in ["x", "é", "😀"] {
            let diagnostic = Error::bad_request("InvalidMessage", character.repeat(1_000_000)).into_diagnostic();
            assert!(diagnostic.error_message.len() <= 1003 && diagnostic.error_message.ends_with("…"), "{character}");
        }
    }

    #[test]
    fn the_causes_of_an_error_are_listed() {
        #[derive(Debug, thiserror::Error)]
        #[error("service error")]
        struct Service(#[from] std::fmt::Error);

        let causes = Error::internal(Service(std::fmt::Error)).causes().unwrap();
        assert_eq!(causes, format!("service error: {}", std::fmt::Error));
    }

    fn field_error(field: &str) -> FieldError {
        FieldError { field: field.to_owned(), rule: "required", detail: format!("{field} is missing.") }
    }

    #[test]
    fn every_invalid_field_is_listed() {
        let error = Error::invalid("InvalidCurrency", vec![field_error("name"), field_error("symbol")]);
        let (status, problem) = parts(&error.into_http("id-1"));
        assert_eq!(status, 422);
        assert_eq!(
            problem["errors"][1],
            json!({"field": "symbol", "rule": "required", "detail": "symbol is missing."})
        );
        assert_eq!(problem["detail"], "name is missing. symbol is missing.");
    }

    #[test]
    fn a_thousand_invalid_fields_give_a_short_problem() {
        let error = Error::invalid("InvalidCurrency", vec![field_error(&"é".repeat(9000)); 1000]);
        let (_, problem) = parts(&error.into_http("id-1"));
        assert_eq!(problem["errors"].as_array().unwrap().len(), FIELD_ERRORS);
        assert!(problem.to_string().len() < 30_000);
    }

    #[test]
    fn an_unusable_body_is_a_client_error() {
        let status = |error: BodyError| parts(&Error::from(error).into_http("id-1")).0;
        assert_eq!(status(BodyError::InvalidBase64), 400);
        assert_eq!(status(BodyError::TooLarge { limit: 1, length: 2 }), 413);
    }
}
