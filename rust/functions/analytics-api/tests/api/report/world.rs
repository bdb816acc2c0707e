//! The service with a settable clock, and accounts whose hashes are free to verify.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use analytics_api::Clock;
use analytics_api::session::store::Store;
use analytics_api::session::store::memory::Memory;
use analytics_api::session::{InvalidHash, Verify};
use analytics_store::{Memory as Tables, ReadTables};
use serde_json::{Value, json};

pub use crate::service::Answer;
use crate::service::{Service, Setup};

pub const KEY: &str = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
pub const NEW_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// 2027-01-20, some time before noon.
pub const NOW: u64 = 1_800_442_740;

/// The service, and its stores and clock.
pub struct World {
    pub accounts: Arc<Memory>,
    pub verifications: Arc<AtomicUsize>,
    time: Arc<AtomicU64>,
    service: Service,
}

/// Verifies texts: the password follows `plain:` in the place of a hash.
fn verify(verifications: Arc<AtomicUsize>) -> Verify {
    Box::new(move |password, hash| {
        verifications.fetch_add(1, Ordering::Relaxed);
        match hash.strip_prefix("plain:") {
            Some(plain) => Ok(plain.as_bytes() == password),
            // The dummy hash, as if someone had found its password.
            None if hash.starts_with("$argon2id$") => Ok(password == b"nobody's"),
            None => Err(InvalidHash::Malformed),
        }
    })
}

impl World {
    /// Creates a service with the user `ann`, whose password is `correct horse`, and without totals.
    pub fn new() -> Self {
        Self::reporting(Tables::default(), &["example.com"])
    }

    /// Creates the service with views and totals.
    pub fn reporting(tables: impl ReadTables + 'static, sites: &[&str]) -> Self {
        let accounts = Self::accounts();
        Self::over(accounts.clone(), accounts, tables, sites_of(sites))
    }

    /// Creates the service for `example.com` in a time zone, at a time.
    pub fn in_zone(tables: impl ReadTables + 'static, (name, rule): (&str, &str), seconds: u64) -> Self {
        let sites = json!([{"origin": "https://example.com", "timeZone": name, "rule": rule}]);
        let accounts = Self::accounts();
        let world = Self::over(accounts.clone(), accounts, tables, sites);
        world.time.store(seconds, Ordering::Relaxed);
        world
    }

    fn accounts() -> Arc<Memory> {
        let accounts = Arc::new(Memory::default());
        accounts.state().keys = vec![KEY.to_owned()];
        accounts.state().accounts.insert("ann".to_owned(), "plain:correct horse".to_owned());
        accounts
    }

    /// Creates the service with any store of accounts.
    pub fn over(store: Arc<dyn Store>, accounts: Arc<Memory>, tables: impl ReadTables + 'static, sites: Value) -> Self {
        let time = Arc::new(AtomicU64::new(NOW));
        let shown = time.clone();
        let verifications = Arc::new(AtomicUsize::new(0));
        let service = Service::new(Setup {
            accounts: store,
            tables: Arc::new(tables),
            sites,
            verify: verify(verifications.clone()),
            clock: Clock::new(move || SystemTime::UNIX_EPOCH + Duration::from_secs(shown.load(Ordering::Relaxed))),
            ..Setup::default()
        });
        Self { accounts, verifications, time, service }
    }

    /// Advances the clock.
    pub fn wait(&self, seconds: u64) {
        self.time.fetch_add(seconds, Ordering::Relaxed);
    }

    pub async fn invoke(&self, event: Value) -> Answer {
        self.service.invoke(event).await
    }

    pub async fn send(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.invoke(event(method, target, headers, body)).await
    }

    /// Attempts to sign in from an address.
    pub async fn attempt(&self, user: &str, password: &str, address: &str) -> Answer {
        let body = json!({"user": user, "password": password}).to_string();
        let mut event = event("POST", "/analytics/sign-in", &[JSON], &body);
        event["requestContext"]["http"]["sourceIp"] = json!(address);
        self.invoke(event).await
    }

    /// Returns a token of `ann`.
    pub async fn token(&self) -> String {
        let answer = self.attempt("ann", "correct horse", "192.0.2.1").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json["token"].as_str().unwrap().to_owned()
    }

    /// Sends a request with a token.
    pub async fn ask(&self, method: &str, target: &str, token: &str) -> Answer {
        self.send(method, target, &[("authorization", &format!("Bearer {token}"))], "").await
    }

    /// Requests a report with a token of `ann`.
    pub async fn report(&self, query: &str) -> Answer {
        let token = self.token().await;
        self.ask("GET", &format!("/analytics/report?{query}"), &token).await
    }
}

/// Returns the list of sites in UTC.
pub fn sites_of(sites: &[&str]) -> Value {
    sites.iter().map(|site| format!("https://{site}")).collect()
}

pub const JSON: (&str, &str) = ("content-type", "application/json");

pub fn event(method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Value {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers: Value = headers.iter().map(|&(name, value)| (name.to_owned(), json!(value))).collect();
    json!({
        "version": "2.0", "rawPath": path, "rawQueryString": query, "headers": headers,
        "requestContext": {"http": {"method": method}}, "body": body, "isBase64Encoded": false,
    })
}
