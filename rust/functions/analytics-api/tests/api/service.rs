//! Invokes the production service as API Gateway does.

use std::sync::Arc;

use analytics::Sites;
use analytics_api::collect::{self, Collector, Limits};
use analytics_api::report::Reports;
use analytics_api::session::{self, Sessions, Verify, verify};
use analytics_api::{Clock, CloudFront, Parts, app};
use analytics_store::{Memory, ReadTables};
use base64_simd::STANDARD;
use http_service::App;
use lambda_runtime::{Context, LambdaEvent};
use serde_json::{Value, json};

/// The secret that CloudFront adds to requests, and its SHA-256.
pub const ORIGIN_SECRET: &str = "s3cret";
const ORIGIN_SECRET_SHA256: &str = "1ec1c26b50d5d3c58d9583181af8076655fe00756bf7285940ba3670f99fcba0";

/// The stores and settings of a service.
pub struct Setup {
    pub views: Arc<dyn collect::store::Store>,
    pub accounts: Arc<dyn session::store::Store>,
    pub tables: Arc<dyn ReadTables>,
    /// The value of `ANALYTICS_SITES`.
    pub sites: Value,
    pub values_per_day: u16,
    pub verify: Verify,
    pub clock: Clock,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            views: Arc::new(collect::store::memory::Memory::default()),
            accounts: Arc::new(session::store::memory::Memory::default()),
            tables: Arc::new(Memory::default()),
            sites: json!(["https://example.com"]),
            values_per_day: 1000,
            verify: Box::new(verify),
            clock: Clock::system(),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: u64,
    pub headers: Value,
    pub cookies: Vec<String>,
    /// The decoded body.
    pub bytes: Vec<u8>,
    /// The body as text.
    pub text: String,
    /// The body as JSON; null if it is not JSON.
    pub json: Value,
}

impl Answer {
    /// Returns the status and the error type.
    pub fn error(&self) -> (u64, &str) {
        (self.status, self.json["errorType"].as_str().unwrap_or_default())
    }

    /// Returns the invalid fields, with the rules that they violate.
    pub fn errors(&self) -> Vec<(&str, &str)> {
        let errors = self.json["errors"].as_array().unwrap();
        errors.iter().map(|error| (error["field"].as_str().unwrap(), error["rule"].as_str().unwrap())).collect()
    }
}

pub struct Service(App);

impl Service {
    pub fn new(Setup { views, accounts, tables, sites, values_per_day, verify, clock }: Setup) -> Self {
        let sites = Sites::from_env(|name| (name == "ANALYTICS_SITES").then(|| sites.to_string())).unwrap();
        let cloudfront = CloudFront::from_env(|_| Some(ORIGIN_SECRET_SHA256.to_owned())).unwrap();
        let limits = Limits { retention_days: 90, values_per_day };
        Self(app(Parts {
            cloudfront,
            reports: Arc::new(Reports::new(tables, sites.all(), limits.retention_days, clock.clone())),
            sessions: Arc::new(Sessions::new(accounts, verify, clock.clone())),
            collector: Arc::new(Collector::new(views, sites, limits, clock)),
        }))
    }

    pub async fn invoke(&self, event: Value) -> Answer {
        let mut context = Context::default();
        context.request_id = "id-1".to_owned();
        let event = LambdaEvent::new(serde_json::from_value(event).unwrap(), context);
        let response = http_service::respond(event, &self.0).await.unwrap();
        let response = serde_json::to_value(response).unwrap();
        let body = response["body"].as_str().unwrap();
        let is_base64 = response["isBase64Encoded"].as_bool().unwrap_or_default();
        let bytes = if is_base64 { STANDARD.decode_to_vec(body).unwrap() } else { body.as_bytes().to_vec() };
        Answer {
            status: response["statusCode"].as_u64().unwrap(),
            headers: response["headers"].clone(),
            cookies: serde_json::from_value(response["cookies"].clone()).unwrap_or_default(),
            text: String::from_utf8_lossy(&bytes).into_owned(),
            json: serde_json::from_slice(&bytes).unwrap_or_default(),
            bytes,
        }
    }
}
