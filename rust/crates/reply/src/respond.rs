use http::Method;
use http_event::{Invocation, Request, Response};
use lambda_runtime::{Diagnostic, LambdaEvent};

use crate::{Error, Received, check_coding};

/// Serves one invocation of a function that is there for an HTTP API only. A HEAD gets no body, whatever the handler says, and
/// a warm-up an empty response.
///
/// # Errors
/// `NotAnHttpEvent` when anything else invokes it. Whatever goes wrong with a request is a response.
pub async fn respond(
    event: LambdaEvent<Received<Invocation>>,
    handle: impl AsyncFnOnce(Request) -> Result<Response, Error>,
) -> Result<Response, Diagnostic> {
    let LambdaEvent { payload: Received(received), context } = event;
    match received {
        Ok(Invocation::WarmUp) => Ok(Response::no_content()),
        Ok(Invocation::Request(request)) => {
            let is_head = request.method == Method::HEAD;
            let coding = if request.body.is_empty() { Ok(()) } else { check_coding(&request.headers) };
            let response = match coding {
                Ok(()) => handle(*request).await,
                Err(error) => Err(error),
            };
            let response = response.unwrap_or_else(|error| error.into_response(&context.request_id));
            Ok(if is_head { response.without_body() } else { response })
        }
        Err(reason) => Err(Error::bad_request(
            "NotAnHttpEvent",
            format!("This function takes HTTP API events of payload format 2.0 ({reason}). Call it through the API."),
        )
        .into_diagnostic()),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, StatusCode};
    use lambda_runtime::Context;
    use serde_json::{Value, json};

    use super::*;

    fn invocation(payload: &Value) -> LambdaEvent<Received<Invocation>> {
        let mut context = Context::default();
        context.request_id = "id-1".to_owned();
        LambdaEvent::new(serde_json::from_value(payload.clone()).unwrap(), context)
    }

    fn get() -> Value {
        json!({
            "version": "2.0", "rawPath": "/", "rawQueryString": "",
            "requestContext": {"http": {"method": "GET"}},
        })
    }

    #[tokio::test]
    async fn a_request_gets_the_handlers_response() {
        let ok = Response::text(StatusCode::OK, HeaderValue::from_static("text/plain"), "hi".to_owned());
        assert_eq!(respond(invocation(&get()), async |_| Ok(ok.clone())).await.unwrap(), ok);
    }

    #[tokio::test]
    async fn an_error_becomes_a_response_with_the_invocations_request_id() {
        let error = || Error::bad_request("InvalidOption", "no such option");
        let response = respond(invocation(&get()), async |_| Err(error())).await.unwrap();
        assert_eq!(response, error().into_response("id-1"));
    }

    #[tokio::test]
    async fn a_head_gets_the_headers_of_a_get() {
        let mut event = get();
        event["requestContext"]["http"]["method"] = json!("HEAD");
        let text = Response::text(StatusCode::OK, HeaderValue::from_static("text/plain"), "hi".to_owned());
        let response = respond(invocation(&event), async |_| Ok(text.clone())).await.unwrap();
        assert_eq!(response.headers, text.headers);
        assert_eq!(serde_json::to_value(response).unwrap()["body"], "");
    }

    #[tokio::test]
    async fn a_body_in_a_coding_does_not_reach_the_handler() {
        let mut event = get();
        event["headers"] = json!({"Content-Encoding": "gzip"});
        let ok = Response::text(StatusCode::OK, HeaderValue::from_static("text/plain"), "hi".to_owned());
        assert_eq!(respond(invocation(&event), async |_| Ok(ok.clone())).await.unwrap(), ok);
        event["body"] = json!("hi");
        let response = respond(invocation(&event), async |_| panic!("not called")).await.unwrap();
        assert_eq!(response.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }

    #[tokio::test]
    async fn a_warm_up_is_no_error_and_does_not_reach_the_handler() {
        let payload = json!({"source": "serverless-plugin-warmup"});
        let response = respond(invocation(&payload), async |_| panic!("not called")).await.unwrap();
        assert_eq!(response, Response::no_content());
    }

    #[tokio::test]
    async fn any_other_payload_is_refused_by_name() {
        for payload in [json!({"message": "hi"}), json!("hi"), json!(null)] {
            let error = respond(invocation(&payload), async |_| panic!("not called")).await.unwrap_err();
            assert_eq!(error.error_type, "NotAnHttpEvent", "{payload}");
        }
    }
}
