use std::time::Instant;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;

/// Returns an HTTP client for the SDK.
///
/// # Errors
/// TLS cannot be set up.
pub fn http_client() -> Result<SharedHttpClient, rustls::Error> {
    let connector = SharedHttpConnector::new(Connector(https::client()?));
    Ok(http_client_fn(move |_, _| connector.clone()))
}

#[derive(Debug)]
struct Connector(https::Client<SdkBody>);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.clone();
        let operation = operation(&request);
        HttpConnectorFuture::new(logged(operation, async move {
            let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            // Every connection error is worth a retry, although the request may have been processed: writes are idempotent,
            // except counts of attempts and of sources, which may be one too high.
            let response = client.request(request).await.map_err(|error| ConnectorError::io(error.into()))?;
            HttpResponse::try_from(response.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        }))
    }
}

/// Returns the operation of a request: `PutItem` for the target `DynamoDB_20120810.PutItem`.
fn operation(request: &HttpRequest) -> String {
    let target = request.headers().get("x-amz-target").unwrap_or_default();
    target.rsplit('.').next().unwrap_or_default().to_owned()
}

/// Logs one attempt of a call at level debug: its operation, status and duration, never its contents.
async fn logged(
    operation: String,
    call: impl Future<Output = Result<HttpResponse, ConnectorError>>,
) -> Result<HttpResponse, ConnectorError> {
    let started = Instant::now();
    let response = call.await;
    let status = response.as_ref().map_or(0, |response| response.status().as_u16());
    tracing::debug!(operation, status, elapsed_ms = started.elapsed().as_secs_f64() * 1e3, "dynamodb call");
    response
}
