//! A client of the API.

use std::sync::Arc;

use currencies::OAuth;
use currencies::store::Store;
use http_service::App;
use lambda_runtime::{Context, LambdaEvent};
use serde_json::{Value, json};

use super::conformance::assert_conforms;

/// The service with a store.
#[derive(Clone)]
pub struct Api {
    app: App,
    document: Arc<Value>,
}

/// A response.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u64,
    pub headers: Value,
    /// The body as text.
    pub text: String,
    /// The body as JSON; null if it is not JSON.
    pub json: Value,
}

impl Answer {
    pub fn etag(&self) -> &str {
        self.headers["etag"].as_str().unwrap()
    }
}

pub fn oauth() -> OAuth {
    OAuth {
        authorization_url: "https://sign-in.example.com/oauth2/authorize".to_owned(),
        token_url: "https://sign-in.example.com/oauth2/token".to_owned(),
        token_origin: "https://sign-in.example.com".to_owned(),
        client_id: "</script>\"quoted\"".to_owned(),
    }
}

pub const API_URL: &str = "https://a1b2c3.execute-api.eu-central-1.amazonaws.com";

impl Api {
    pub fn over(store: Arc<dyn Store>) -> Self {
        let app = currencies::app(store, oauth(), API_URL.to_owned());
        Self { app, document: Arc::new(super::conformance::document()) }
    }

    /// Invokes the service with an event, as API Gateway does.
    pub async fn invoke(&self, event: Value) -> Value {
        let mut context = Context::default();
        context.request_id = "id-1".to_owned();
        let event = LambdaEvent::new(serde_json::from_value(event).unwrap(), context);
        let response = http_service::respond(event, &self.app).await.unwrap();
        serde_json::to_value(response).unwrap()
    }

    /// Sends a request, and checks the response against the OpenAPI document.
    pub async fn send(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let answer = self.ask(method, target, headers, body).await;
        assert_conforms(&self.document, method, target.split('?').next().unwrap(), &answer);
        answer
    }

    /// Sends a request that the OpenAPI document does not describe.
    pub async fn ask(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let headers: Value = headers.iter().map(|&(name, value)| (name.to_owned(), json!(value))).collect();
        let event = json!({
            "version": "2.0", "rawPath": path, "rawQueryString": query, "headers": headers,
            "requestContext": {"http": {"method": method}}, "body": body, "isBase64Encoded": false,
        });
        let response = self.invoke(event).await;
        let text = response["body"].as_str().unwrap().to_owned();
        Answer {
            status: response["statusCode"].as_u64().unwrap(),
            headers: response["headers"].clone(),
            json: serde_json::from_str(&text).unwrap_or_default(),
            text,
        }
    }

    pub async fn get(&self, target: &str) -> Answer {
        self.send("GET", target, &[], "").await
    }

    pub async fn post(&self, body: &Value) -> Answer {
        self.send("POST", "/currencies", &[JSON], &body.to_string()).await
    }

    pub async fn put(&self, code: &str, conditions: &[(&str, &str)], body: &Value) -> Answer {
        let headers = [&[JSON], conditions].concat();
        self.send("PUT", &format!("/currencies/{code}"), &headers, &body.to_string()).await
    }

    pub async fn delete(&self, code: &str, conditions: &[(&str, &str)]) -> Answer {
        self.send("DELETE", &format!("/currencies/{code}"), conditions, "").await
    }
}

pub const JSON: (&str, &str) = ("content-type", "application/json");

/// Returns a body that creates a currency.
pub fn new_currency(code: &str) -> Value {
    json!({"code": code, "name": "Euro", "symbol": "€", "minorUnits": 2})
}

/// Returns a body that replaces a currency.
pub fn content(name: &str) -> Value {
    json!({"name": name, "symbol": "€", "minorUnits": 2})
}
