use async_trait::async_trait;
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};

/// A client of the collector: HTTP/1.1 without TLS, because it is on the same machine. The caller limits the time.
#[derive(Debug)]
pub(crate) struct Collector(Client<HttpConnector, Full<Bytes>>);

impl Collector {
    pub(crate) fn new() -> Self {
        let mut connector = HttpConnector::new();
        // Otherwise, a body can wait 40 ms for the acknowledgment of its head.
        connector.set_nodelay(true);
        Self(Client::builder(TokioExecutor::new()).build(connector))
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let request = request.map(Full::new);
        let response = match self.0.request(request.clone()).await {
            Ok(response) => response,
            // The collector may have closed the connection while the environment was frozen.
            Err(_) => self.0.request(request).await?,
        };
        let (parts, body) = response.into_parts();
        Ok(Response::from_parts(parts, body.collect().await?.to_bytes()))
    }
}
