//! A client of the API.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use analytics::{Leave, Record, View, ViewId, keys};
use analytics_api::Clock;
use base64_simd::STANDARD;
use serde_json::{Value, json};

use super::spy::Spy;
pub use crate::service::{Answer, ORIGIN_SECRET};
use crate::service::{Service, Setup};

/// The time at which the tests start: 2026-11-21 03:19 in UTC.
pub const NOW: u64 = 1_795_231_140_000;

pub const SECOND: u64 = 1000;
pub const HOUR: u64 = 3600 * SECOND;
pub const DAY: u64 = 24 * HOUR;

pub const CHROME: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
pub const IP: &str = "203.0.113.77";
pub const ORIGIN: &str = "https://example.com";

/// The cap of the tests: values of a dimension that a day counts by name.
pub const CAP: u16 = 20;

/// The service with a store.
pub struct Api {
    pub store: Arc<Spy>,
    clock: Arc<AtomicU64>,
    cap: u16,
    sites: Value,
    service: Service,
}

/// A request event of API Gateway.
#[derive(Clone)]
pub struct Request(pub Value);

impl Answer {
    /// Returns the token of the recorded view.
    pub fn view(&self) -> String {
        assert_eq!(self.status, 202, "{self:?}");
        self.json["view"].as_str().unwrap().to_owned()
    }

    /// Returns the id of the recorded view.
    pub fn view_id(&self) -> ViewId {
        ViewId::parse(self.view().rsplit_once('-').unwrap().0).unwrap()
    }
}

impl Request {
    /// Returns a request from a page of the site, by a browser.
    pub fn new(method: &str, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self(json!({
            "version": "2.0",
            "routeKey": format!("{method} {path}"),
            "rawPath": path,
            "rawQueryString": query,
            "headers": {
                "host": "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com",
                "origin": ORIGIN,
                "user-agent": CHROME,
                "x-forwarded-for": IP,
            },
            "requestContext": {"http": {
                "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": IP, "userAgent": CHROME,
            }},
            "isBase64Encoded": false,
        }))
    }

    pub fn collect(url: &str) -> Self {
        Self::new("POST", "/analytics/collect").json(&json!({"url": url, "referrer": ""}))
    }

    pub fn append(view: &str, duration_ms: u64, scroll: u8) -> Self {
        let body = json!({"view": view, "durationMs": duration_ms, "scroll": scroll});
        Self::new("POST", "/analytics/append").json(&body)
    }

    pub fn picture(query: &str) -> Self {
        let request = Self::new("GET", &format!("/analytics/pv.gif?{query}"));
        request.without("origin").header("referer", "https://example.com/")
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.0["headers"][name] = json!(value);
        self
    }

    pub fn without(mut self, header: &str) -> Self {
        self.0["headers"].as_object_mut().unwrap().remove(header);
        self
    }

    pub fn sent_from(mut self, ip: &str) -> Self {
        self.0["requestContext"]["http"]["sourceIp"] = json!(ip);
        self
    }

    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(&body.to_string())
    }

    pub fn body(mut self, body: &str) -> Self {
        self.0["body"] = json!(body);
        self
    }

    /// Encodes the body as base64.
    pub fn base64(mut self) -> Self {
        self.0["body"] = json!(STANDARD.encode_to_string(self.0["body"].as_str().unwrap()));
        self.0["isBase64Encoded"] = json!(true);
        self
    }
}

impl Api {
    pub fn new() -> Self {
        Self::counting(CAP)
    }

    /// Creates a service with another cap.
    pub fn counting(cap: u16) -> Self {
        let sites = json!([ORIGIN, "https://other.example", "http://localhost:8000"]);
        Self::over(Arc::default(), Arc::new(AtomicU64::new(NOW)), cap, sites)
    }

    /// Creates a service for one site, which has a time zone.
    pub fn in_zone(name: &str, rule: &str) -> Self {
        let sites = json!([{"origin": ORIGIN, "timeZone": name, "rule": rule}]);
        Self::over(Arc::default(), Arc::new(AtomicU64::new(NOW)), CAP, sites)
    }

    /// Returns an environment in which the site has another time zone.
    pub fn moved_to(&self, name: &str, rule: &str) -> Self {
        let sites = json!([{"origin": ORIGIN, "timeZone": name, "rule": rule}]);
        Self::over(self.store.clone(), self.clock.clone(), self.cap, sites)
    }

    /// Returns another environment of the same function.
    pub fn another_environment(&self) -> Self {
        Self::over(self.store.clone(), self.clock.clone(), self.cap, self.sites.clone())
    }

    fn over(store: Arc<Spy>, clock: Arc<AtomicU64>, cap: u16, sites: Value) -> Self {
        let time = clock.clone();
        let service = Service::new(Setup {
            views: store.clone(),
            sites: sites.clone(),
            values_per_day: cap,
            clock: Clock::new(move || SystemTime::UNIX_EPOCH + Duration::from_millis(time.load(Ordering::Relaxed))),
            ..Setup::default()
        });
        Self { store, clock, cap, sites, service }
    }

    /// Sets the clock.
    pub fn set(&self, milliseconds: u64) {
        self.clock.store(milliseconds, Ordering::Relaxed);
    }

    /// Advances the clock.
    pub fn pass(&self, milliseconds: u64) {
        self.clock.fetch_add(milliseconds, Ordering::Relaxed);
    }

    pub async fn send(&self, Request(event): Request) -> Answer {
        self.service.invoke(event).await
    }

    /// Returns all stored views, by site and time.
    pub fn records(&self) -> Vec<Record> {
        let items = self.store.memory.items();
        items.iter().filter(|item| !keys::is_leave(item)).map(|item| Record::decode(item).unwrap()).collect()
    }

    /// Returns the only stored view.
    pub fn only_view(&self) -> View {
        let [record] = <[Record; 1]>::try_from(self.records()).unwrap();
        record.view
    }

    /// Returns all stored leaves.
    pub fn leaves(&self) -> Vec<Leave> {
        let items = self.store.memory.items();
        items.iter().filter(|item| keys::is_leave(item)).map(|item| Leave::decode(item).unwrap()).collect()
    }

    /// Sends a request, and returns the recorded view.
    pub async fn viewed(&self, request: Request) -> View {
        let id = self.send(request).await.view_id();
        let mut found = self.records().into_iter().map(|record| record.view).filter(|view| view.id == id);
        found.next().unwrap()
    }
}
