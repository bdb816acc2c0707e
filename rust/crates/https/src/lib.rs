//! An HTTP client for calls to AWS: HTTP/1.1 over TLS, with Mozilla's root certificates in the binary.
//!
//! AWS's own `aws-smithy-http-client` reads and parses the system's certificates instead, which takes more than half of a
//! cold start with DynamoDB, and adds HTTP/2, which neither DynamoDB nor S3 supports.

use std::time::Duration;

use hyper::body::Body;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

/// A client of requests with the body `B`, which reuses connections.
pub type Client<B> = legacy::Client<HttpsConnector<HttpConnector>, B>;

/// Returns a client. Plain HTTP is for emulators.
///
/// # Errors
/// TLS cannot be set up.
pub fn client<B: Body + Send>() -> Result<Client<B>, rustls::Error>
where
    B::Data: Send,
{
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(Duration::from_secs(1)));
    let https = HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp);
    Ok(legacy::Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(https))
}
