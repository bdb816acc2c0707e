use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use opentelemetry::{Array, StringValue, Value};
use powertools::CallSpan;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// Traces each call: its operation, tables, status and retries, never keys or items.
///
/// <https://opentelemetry.io/docs/specs/semconv/database/dynamodb/>
#[derive(Debug)]
pub(crate) struct Spans;

/// The span of a call in progress, in the call's configuration; it ends with the call, also if that is canceled.
#[derive(Debug)]
struct InProgress(Mutex<Option<CallSpan>>);

impl Storable for InProgress {
    type Storer = StoreReplace<Self>;
}

impl Intercept for Spans {
    fn name(&self) -> &'static str {
        "Spans"
    }

    fn read_after_serialization(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = config.load::<Metadata>().map_or("", Metadata::name).to_owned();
        let Some(mut span) = CallSpan::start(format!("DynamoDB.{operation}")) else { return Ok(()) };
        span.set("rpc.system", "aws-api");
        span.set("rpc.service", "DynamoDB");
        span.set("rpc.method", operation);
        span.set("aws.dynamodb.table_names", tables(context.request().body().bytes().unwrap_or_default()));
        config.interceptor_state().store_put(InProgress(Mutex::new(Some(span))));
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let span = config.load::<InProgress>().and_then(|InProgress(span)| span.lock().ok()?.take());
        let Some(mut span) = span else { return Ok(()) };
        if let Some(response) = context.response() {
            span.set("http.response.status_code", i64::from(response.status().as_u16()));
        }
        if let Some(attempts) = config.load::<RequestAttempts>() {
            span.set("http.request.resend_count", i64::from(attempts.attempts().saturating_sub(1)));
        }
        if !matches!(context.output_or_error(), Some(Ok(_))) {
            span.fail();
        }
        Ok(())
    }
}

/// The tables of a request, wherever an operation names them.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Tables {
    table_name: Option<String>,
    /// One action each, by its kind, in `TransactWriteItems` and `TransactGetItems`.
    transact_items: Vec<BTreeMap<String, Named>>,
    /// Keys or writes by table, in `BatchGetItem` and `BatchWriteItem`.
    request_items: BTreeMap<String, IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    table_name: String,
}

fn tables(body: &[u8]) -> Value {
    let Tables { table_name, transact_items, request_items } = serde_json::from_slice(body).unwrap_or_default();
    let transacted = transact_items.into_iter().flat_map(BTreeMap::into_values).map(|Named { table_name }| table_name);
    let names: BTreeSet<String> = table_name.into_iter().chain(transacted).chain(request_items.into_keys()).collect();
    Value::Array(Array::String(names.into_iter().map(StringValue::from).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_request_names_its_tables() {
        for (body, expected) in [
            (r#"{"TableName": "a", "Key": {"pk": {"S": "x"}}}"#, "[\"a\"]"),
            (
                r#"{"TransactItems": [{"Put": {"TableName": "b", "Item": {}}}, {"Get": {"TableName": "a"}}]}"#,
                "[\"a\",\"b\"]",
            ),
            (
                r#"{"TransactItems": [{"Update": {"TableName": "a"}}, {"ConditionCheck": {"TableName": "a"}}]}"#,
                "[\"a\"]",
            ),
            (r#"{"RequestItems": {"a": {"Keys": []}, "b": [{"PutRequest": {}}]}}"#, "[\"a\",\"b\"]"),
            (r#"{"Statement": "SELECT * FROM a"}"#, "[]"),
            ("", "[]"),
        ] {
            assert_eq!(tables(body.as_bytes()).to_string(), expected, "{body}");
        }
    }
}
