use std::error::Error as StdError;
use std::{iter, mem};

use http::header::{ACCEPT_ENCODING, ALLOW, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use http_event::{BodyError, Response};
use lambda_runtime::Diagnostic;
use serde::Serialize;
use serde_json::json;

/// Bytes of a detail that are told.
const DETAIL_BYTES: usize = 1000;

/// Bytes of a field's name that are told: unknown fields have any name.
const FIELD_BYTES: usize = 100;

/// Fields of one request that are told of at most.
const FIELD_ERRORS: usize = 20;

/// Seconds after which a request is worth another try.
const RETRY_AFTER_SECONDS: &str = "5";

/// What is told of our failure; the id may follow.
const FAILED: &str = "The service failed. Try again; if it fails again, report the request id";

/// A field that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The field or parameter as the client names it.
    pub field: String,
    /// A name for the rule, such as `required`.
    pub rule: &'static str,
    /// The rule in words that say how to keep it.
    pub detail: String,
}

/// Why a request is not answered as asked.
#[derive(Debug)]
pub enum Error {
    /// The client's mistake.
    Client {
        /// A 4xx status.
        status: StatusCode,
        /// A name to tell it apart by, such as `InvalidMessage`.
        error_type: &'static str,
        /// What is wrong with this request and how to mend it.
        detail: String,
    },
    /// The client's mistake, in fields that can be named: 422.
    Invalid {
        /// A name to tell it apart by, such as `InvalidCurrency`.
        error_type: &'static str,
        /// All that is wrong, so that one more request is enough.
        errors: Vec<FieldError>,
    },
    /// A method that the path does not take: 405.
    MethodNotAllowed {
        /// The methods that it takes, as in `GET, POST`.
        allow: &'static str,
    },
    /// A body in a content coding, such as gzip: 415.
    UnsupportedCoding {
        /// The codings, as in `content-encoding`.
        coding: String,
    },
    /// Something that the service depends on is slow or busy: 503.
    Unavailable(lambda_runtime::Error),
    /// Our failure.
    Internal(lambda_runtime::Error),
}

impl Error {
    /// A request that fails with a 4xx status.
    pub fn client(status: StatusCode, error_type: &'static str, detail: impl Into<String>) -> Self {
        Self::Client { status, error_type, detail: detail.into() }
    }

    /// A request that makes no sense: 400.
    pub fn bad_request(error_type: &'static str, detail: impl Into<String>) -> Self {
        Self::client(StatusCode::BAD_REQUEST, error_type, detail)
    }

    /// A request, or a reply to it, that is over a limit: 413.
    pub fn too_large(error_type: &'static str, detail: impl Into<String>) -> Self {
        Self::client(StatusCode::PAYLOAD_TOO_LARGE, error_type, detail)
    }

    /// A method other than those of the path, such as `GET, POST`: 405.
    #[must_use]
    pub fn method_not_allowed(allow: &'static str) -> Self {
        Self::MethodNotAllowed { allow }
    }

    /// Something of ours that failed: 500.
    pub fn internal(source: impl Into<lambda_runtime::Error>) -> Self {
        Self::Internal(source.into())
    }

    /// Something that is slow or busy, and will not be later: 503 with `retry-after`.
    pub fn unavailable(source: impl Into<lambda_runtime::Error>) -> Self {
        Self::Unavailable(source.into())
    }

    /// A request with fields that break rules: 422.
    #[must_use]
    pub fn invalid(error_type: &'static str, errors: Vec<FieldError>) -> Self {
        Self::Invalid { error_type, errors }
    }

    /// The reply to an HTTP request, an RFC 9457 problem. Logs our failure.
    #[must_use]
    pub fn into_response(self, request_id: &str) -> Response {
        let header = match self {
            Self::MethodNotAllowed { allow } => Some((ALLOW, allow)),
            Self::UnsupportedCoding { .. } => Some((ACCEPT_ENCODING, "identity")),
            Self::Unavailable(_) => Some((RETRY_AFTER, RETRY_AFTER_SECONDS)),
            _ => None,
        };
        let (status, problem) = self.into_problem(request_id);
        let response = Response::text(status, HeaderValue::from_static("application/problem+json"), problem);
        match header {
            Some((name, value)) => response.header(name, HeaderValue::from_static(value)),
            None => response,
        }
    }

    /// The status and the RFC 9457 problem, for a reply that does not go through Lambda. Logs our failure.
    #[must_use]
    pub fn into_problem(self, request_id: &str) -> (StatusCode, String) {
        let Told { status, error_type, detail, errors } = self.told();
        let mut problem = json!({
            "type": "about:blank",
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "detail": detail,
            "errorType": error_type,
            "requestId": request_id,
        });
        if let (Some(members), false) = (problem.as_object_mut(), errors.is_empty()) {
            members.insert("errors".to_owned(), json!(errors));
        }
        (status, problem.to_string())
    }

    /// The reply to a direct invocation. Logs our failure.
    #[must_use]
    pub fn into_diagnostic(self) -> Diagnostic {
        let Told { error_type, detail, .. } = self.told();
        Diagnostic { error_type: error_type.to_owned(), error_message: detail }
    }

    /// The status and what is wrong, for a page that people read. Logs our failure.
    #[must_use]
    pub fn into_sentences(self, request_id: &str) -> (StatusCode, String) {
        let is_ours = matches!(self, Self::Internal(_));
        let Told { status, detail, .. } = self.told();
        (status, if is_ours { format!("{FAILED} {request_id}.") } else { detail })
    }

    fn told(self) -> Told {
        match self {
            Self::Client { status, error_type, detail } => {
                Told { status, error_type, detail: shortened(detail, DETAIL_BYTES), errors: Vec::new() }
            }
            Self::Invalid { error_type, errors } => Told::invalid(error_type, errors),
            Self::MethodNotAllowed { allow } => Told {
                status: StatusCode::METHOD_NOT_ALLOWED,
                error_type: "MethodNotAllowed",
                detail: format!("This path does not take this method. Use one of {allow}."),
                errors: Vec::new(),
            },
            Self::UnsupportedCoding { coding } => Told {
                status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
                error_type: "UnsupportedCoding",
                detail: shortened(
                    format!(
                        "The body has the content coding {coding:?}. Send it uncompressed, without content-encoding."
                    ),
                    DETAIL_BYTES,
                ),
                errors: Vec::new(),
            },
            Self::Unavailable(source) => {
                tracing::error!(error = with_causes(source.as_ref()), "the store does not answer in time");
                Told {
                    status: StatusCode::SERVICE_UNAVAILABLE,
                    error_type: "Unavailable",
                    detail: format!("The service is busy. Try again in {RETRY_AFTER_SECONDS} seconds."),
                    errors: Vec::new(),
                }
            }
            Self::Internal(source) => {
                tracing::error!(error = with_causes(source.as_ref()), "the request failed");
                Told {
                    status: StatusCode::INTERNAL_SERVER_ERROR,
                    error_type: "InternalError",
                    detail: format!("{FAILED}."),
                    errors: Vec::new(),
                }
            }
        }
    }
}

/// What a caller is told.
struct Told {
    status: StatusCode,
    error_type: &'static str,
    detail: String,
    errors: Vec<FieldError>,
}

impl Told {
    fn invalid(error_type: &'static str, mut errors: Vec<FieldError>) -> Self {
        errors.truncate(FIELD_ERRORS);
        for error in &mut errors {
            error.field = shortened(mem::take(&mut error.field), FIELD_BYTES);
            error.detail = shortened(mem::take(&mut error.detail), DETAIL_BYTES);
        }
        let details = errors.iter().map(|error| error.detail.as_str()).collect::<Vec<_>>().join(" ");
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self { status, error_type, detail: shortened(details, DETAIL_BYTES), errors }
    }
}

/// A detail may quote the request, which may be as large as a reply is allowed to be.
fn shortened(text: String, bytes: usize) -> String {
    if text.len() <= bytes {
        return text;
    }
    let end = text.floor_char_boundary(bytes);
    text.split_at(end).0.to_owned() + "…"
}

/// Clients of AWS say no more than "service error" unless asked for the causes.
fn with_causes(error: &dyn StdError) -> String {
    iter::successors(Some(error), |&error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
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
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use serde_json::Value;
    use tracing::Subscriber;
    use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

    use super::*;

    /// Counts the events that are logged.
    #[derive(Clone, Default)]
    struct Count(Arc<AtomicUsize>);

    impl<S: Subscriber> Layer<S> for Count {
        fn on_event(&self, _: &tracing::Event<'_>, _: Context<'_, S>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What `reply` returns, and how many events it logs.
    fn logged<T>(reply: impl FnOnce() -> T) -> (T, usize) {
        let count = Count::default();
        let reply = tracing::subscriber::with_default(tracing_subscriber::registry().with(count.clone()), reply);
        (reply, count.0.load(Ordering::Relaxed))
    }

    fn parts(response: Response) -> (Value, Value) {
        let event = serde_json::to_value(response).unwrap();
        assert_eq!(event["headers"]["content-type"], "application/problem+json");
        let problem = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
        (event["statusCode"].clone(), problem)
    }

    #[test]
    fn the_clients_mistake_is_told_and_not_logged() {
        let error = Error::bad_request("InvalidMessage", "message is missing");
        let (response, events) = logged(|| error.into_response("id-1"));
        let problem = json!({
            "type": "about:blank", "title": "Bad Request", "status": 400, "detail": "message is missing",
            "errorType": "InvalidMessage", "requestId": "id-1",
        });
        assert_eq!((parts(response), events), ((json!(400), problem), 0));
    }

    #[test]
    fn a_method_that_is_not_taken_is_told_with_those_that_are() {
        let response = Error::method_not_allowed("GET, POST").into_response("id-1");
        assert_eq!(response.headers.get(ALLOW).unwrap(), "GET, POST");
        let (status, problem) = parts(response);
        assert_eq!((status, &problem["errorType"]), (json!(405), &json!("MethodNotAllowed")));
    }

    #[test]
    fn a_coding_that_is_not_taken_is_told_with_the_one_that_is() {
        let response = Error::UnsupportedCoding { coding: "gzip".to_owned() }.into_response("id-1");
        assert_eq!(response.headers.get(ACCEPT_ENCODING).unwrap(), "identity");
        let (status, problem) = parts(response);
        assert_eq!((status, &problem["errorType"]), (json!(415), &json!("UnsupportedCoding")));
        assert!(problem["detail"].as_str().unwrap().contains("gzip"), "{problem}");
    }

    #[test]
    fn our_failure_is_logged_once_and_its_cause_not_told() {
        let (response, events) = logged(|| Error::internal("table users-4f2 is gone").into_response("id-1"));
        let (status, problem) = parts(response);
        assert_eq!((status, events), (json!(500), 1));
        assert_eq!((&problem["errorType"], &problem["requestId"]), (&json!("InternalError"), &json!("id-1")));
        assert!(!problem.to_string().contains("users"), "{problem}");
    }

    #[test]
    fn people_are_told_in_sentences_and_of_our_failure_the_request_id() {
        let ((status, text), events) = logged(|| Error::internal("table users-4f2 is gone").into_sentences("id-1"));
        assert_eq!((status.as_u16(), events), (500, 1));
        assert_eq!(text, "The service failed. Try again; if it fails again, report the request id id-1.");

        let (told, events) = logged(|| Error::bad_request("InvalidMessage", "Say more.").into_sentences("id-1"));
        assert_eq!((told, events), ((StatusCode::BAD_REQUEST, "Say more.".to_owned()), 0));
    }

    #[test]
    fn a_direct_invocation_is_told_the_same() {
        let (told, events) = logged(|| Error::too_large("MessageTooLarge", "too long").into_diagnostic());
        assert_eq!((told.error_type.as_str(), told.error_message.as_str(), events), ("MessageTooLarge", "too long", 0));

        let (told, events) = logged(|| Error::internal("table users-4f2 is gone").into_diagnostic());
        assert_eq!((told.error_type.as_str(), events), ("InternalError", 1));
        assert!(!told.error_message.contains("users"), "{told:?}");
    }

    #[test]
    fn a_detail_that_quotes_a_huge_request_is_cut() {
        for character in ["x", "é", "😀"] {
            let told = Error::bad_request("InvalidMessage", character.repeat(1_000_000)).into_diagnostic();
            assert!(told.error_message.len() <= 1003 && told.error_message.ends_with("…"), "{character}");
        }
    }

    #[test]
    fn a_logged_error_names_its_causes() {
        #[derive(Debug, thiserror::Error)]
        #[error("service error")]
        struct Service(#[from] std::fmt::Error);

        assert_eq!(with_causes(&Service(std::fmt::Error)), format!("service error: {}", std::fmt::Error));
    }

    fn field_error(field: &str) -> FieldError {
        FieldError { field: field.to_owned(), rule: "required", detail: format!("{field} is missing.") }
    }

    #[test]
    fn each_field_that_breaks_a_rule_is_named() {
        let error = Error::invalid("InvalidCurrency", vec![field_error("name"), field_error("symbol")]);
        let (response, events) = logged(|| error.into_response("id-1"));
        let (status, problem) = parts(response);
        assert_eq!((status, events), (json!(422), 0));
        assert_eq!(
            problem["errors"][1],
            json!({"field": "symbol", "rule": "required", "detail": "symbol is missing."})
        );
        assert_eq!(problem["detail"], "name is missing. symbol is missing.");
    }

    #[test]
    fn a_request_with_a_thousand_wrong_fields_gets_a_short_problem() {
        let error = Error::invalid("InvalidCurrency", vec![field_error(&"é".repeat(9000)); 1000]);
        let (_, problem) = parts(error.into_response("id-1"));
        assert_eq!(problem["errors"].as_array().unwrap().len(), FIELD_ERRORS);
        assert!(problem.to_string().len() < 30_000);
    }

    #[test]
    fn an_unusable_body_is_the_clients_mistake() {
        let status = |error: BodyError| parts(Error::from(error).into_response("id-1")).0;
        assert_eq!(status(BodyError::InvalidBase64), 400);
        assert_eq!(status(BodyError::TooLarge { limit: 1, length: 2 }), 413);
    }
}
