//! Checks responses against the OpenAPI document: status, headers, content type and schema.

use std::sync::Arc;

use currencies::store::memory::Memory;
use serde_json::Value;

use super::api::{API_URL, Answer, oauth};

/// Returns the document that the service serves.
pub fn document() -> Value {
    let app = currencies::app(Arc::new(Memory::default()), oauth(), API_URL.to_owned());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let answer = std::thread::spawn(move || {
        runtime.block_on(async {
            let request = http::Request::get("/openapi.json").body(axum::body::Body::empty()).unwrap();
            let response = app.respond(request).await;
            axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap()
        })
    });
    serde_json::from_slice(&answer.join().unwrap()).unwrap()
}

/// Checks a response against the document.
pub fn assert_conforms(document: &Value, method: &str, path: &str, answer: &Answer) {
    let template = if path == "/currencies" { path } else { "/currencies/{code}" };
    let operation = &document["paths"][template][method.to_lowercase()];
    let response = &operation["responses"][answer.status.to_string()];
    assert!(response.is_object(), "{method} {template} does not promise {answer:?}");
    for (name, _) in response["headers"].as_object().into_iter().flatten() {
        assert!(answer.headers[name].is_string(), "{name} is missing in {answer:?}");
    }
    let Some(content) = response["content"].as_object() else {
        assert_eq!(answer.text, "", "{method} {template}");
        return;
    };
    let content_type = answer.headers["content-type"].as_str().unwrap();
    let schema = &content.get(content_type).unwrap_or_else(|| panic!("{content_type} of {answer:?}"))["schema"];
    assert_valid(document, schema, &answer.json);
}

/// Checks a value against the JSON Schema keywords that the document uses.
fn assert_valid(document: &Value, schema: &Value, value: &Value) {
    if let Some(reference) = schema["$ref"].as_str() {
        return assert_valid(document, document.pointer(reference.trim_start_matches('#')).unwrap(), value);
    }
    let name = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let types = &schema["type"];
    assert!(types == name || types.as_array().is_some_and(|types| types.iter().any(|a| a == name)), "{schema} {value}");
    if let (Some(least), Some(number)) = (schema["minimum"].as_f64(), value.as_f64()) {
        assert!(number >= least, "{schema} {value}");
    }
    if let (Some(most), Some(number)) = (schema["maximum"].as_f64(), value.as_f64()) {
        assert!(number <= most, "{schema} {value}");
    }
    if let (Some(most), Some(text)) = (schema["maxLength"].as_u64(), value.as_str()) {
        assert!(text.chars().count() as u64 <= most, "{schema} {value}");
    }
    for item in value.as_array().into_iter().flatten() {
        assert_valid(document, &schema["items"], item);
    }
    for (field, value) in value.as_object().into_iter().flatten() {
        let property = &schema["properties"][field];
        assert!(property.is_object(), "{field} is in no {schema}");
        assert_valid(document, property, value);
    }
    for field in schema["required"].as_array().into_iter().flatten() {
        assert!(value.get(field.as_str().unwrap()).is_some(), "{field} is missing in {value}");
    }
}
