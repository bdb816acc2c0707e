//! Spans of an invocation and its calls, exported by OpenTelemetry to a collector on the same machine.
//!
//! They belong to the trace that X-Ray has started for the invocation, if X-Ray samples it.

use std::borrow::Cow;
use std::env;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use futures_util::FutureExt as _;
use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue, Value};
use opentelemetry_otlp::{RetryPolicy, SpanExporter, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{
    IdGenerator as _, RandomIdGenerator, SpanData, SpanEvents, SpanExporter as _, SpanLinks,
};
use tokio::time::timeout;

use crate::collector::Collector;
use crate::function::Function;
use crate::invocation::{Facts, Invocation, current, xray_field};

/// Maximum time that an invocation waits for the collector.
const EXPORT_TIMEOUT: Duration = Duration::from_millis(200);

static EXPORTER: OnceLock<Result<SpanExporter, String>> = OnceLock::new();

/// The part of a sampled X-Ray trace that an invocation adds.
#[derive(Debug)]
pub(crate) struct Trace {
    trace_id: TraceId,
    parent_id: SpanId,
    /// Id of the invocation's own span.
    span_id: SpanId,
    started: SystemTime,
    ended: Mutex<Vec<SpanData>>,
}

impl Trace {
    /// Continues the trace of a tracing header; `None` if X-Ray does not sample it.
    pub(crate) fn new(header: &str) -> Option<Self> {
        if xray_field(header, "Sampled=") != Some("1") {
            return None;
        }
        Some(Self {
            trace_id: trace_id(xray_field(header, "Root=")?)?,
            parent_id: SpanId::from_hex(xray_field(header, "Parent=")?).ok()?,
            span_id: RandomIdGenerator::default().new_span_id(),
            started: SystemTime::now(),
            ended: Mutex::default(),
        })
    }

    /// Ends the span of the invocation.
    pub(crate) fn end(&self, invocation: &Invocation, outcome: &serde_json::Value, facts: &Facts) {
        let mut attributes = vec![
            KeyValue::new("faas.invocation_id", invocation.request_id.clone()),
            KeyValue::new("faas.coldstart", invocation.is_cold_start),
        ];
        let route = facts.field("route").and_then(serde_json::Value::as_str);
        attributes.extend(route.map(|route| KeyValue::new("http.route", route.to_owned())));
        let status = facts.field("status").and_then(serde_json::Value::as_i64);
        attributes.extend(status.map(|status| KeyValue::new("http.response.status_code", status)));
        let error_type = facts.field("error_type").and_then(serde_json::Value::as_str);
        attributes.extend(error_type.map(|error| KeyValue::new("error.type", error.to_owned())));
        let function = Function::get();
        self.push(Ended {
            span_id: self.span_id,
            parent_id: self.parent_id,
            kind: SpanKind::Server,
            name: route.map_or(Cow::Borrowed(function.service), |route| route.to_owned().into()),
            started: self.started,
            attributes,
            status: match outcome.as_str() {
                Some("error" | "panic" | "timeout") => Status::error(""),
                _ => Status::Unset,
            },
        });
    }

    fn push(&self, span: Ended) {
        let context = |id| SpanContext::new(self.trace_id, id, TraceFlags::SAMPLED, false, TraceState::NONE);
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).push(SpanData {
            span_context: context(span.span_id),
            parent_span_id: span.parent_id,
            parent_span_is_remote: span.parent_id == self.parent_id,
            span_kind: span.kind,
            name: span.name,
            start_time: span.started,
            end_time: SystemTime::now(),
            attributes: span.attributes,
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: span.status,
            instrumentation_scope: InstrumentationScope::builder("powertools").build(),
        });
    }

    /// Exports the spans that have ended. A failure is one warning per environment.
    async fn export(&self) {
        static HAS_FAILED: AtomicBool = AtomicBool::new(false);
        let spans = std::mem::take(&mut *self.ended.lock().unwrap_or_else(PoisonError::into_inner));
        if spans.is_empty() {
            return;
        }
        let error = match EXPORTER.get_or_init(exporter) {
            Err(error) => error.clone(),
            Ok(exporter) => match timeout(EXPORT_TIMEOUT, exporter.export(spans)).await {
                Ok(Ok(())) => return,
                Ok(Err(error)) => error.to_string(),
                Err(_) => format!("no response within {} ms", EXPORT_TIMEOUT.as_millis()),
            },
        };
        if !HAS_FAILED.swap(true, Ordering::Relaxed) {
            tracing::warn!(error, "traces are lost: add the layer of an OpenTelemetry collector to the function");
        }
    }
}

/// Completes an invocation, also one that panics, and then exports its spans.
pub(crate) async fn exporting<T>(trace: Option<&Trace>, invocation: impl Future<Output = T>) -> T {
    let Some(trace) = trace else { return invocation.await };
    let result = AssertUnwindSafe(invocation).catch_unwind().await;
    trace.export().await;
    result.unwrap_or_else(|panic| resume_unwind(panic))
}

/// Exports the spans that have ended while an invocation, which is about to time out, goes on.
pub(crate) async fn exporting_meanwhile<T>(trace: Option<&Trace>, invocation: impl Future<Output = T>) -> T {
    let Some(trace) = trace else { return invocation.await };
    futures_util::future::join(invocation, trace.export()).await.0
}

/// Returns the id of an X-Ray trace for OpenTelemetry: the same digits without version and hyphens.
///
/// <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html>
fn trace_id(root: &str) -> Option<TraceId> {
    let (time, random) = root.strip_prefix("1-")?.split_once('-')?;
    if (time.len(), random.len()) != (8, 24) {
        return None;
    }
    TraceId::from_hex(&[time, random].concat()).ok().filter(|id| *id != TraceId::INVALID)
}

/// Returns the exporter to the collector at `OTEL_EXPORTER_OTLP_ENDPOINT`, by default `http://localhost:4318`.
fn exporter() -> Result<SpanExporter, String> {
    let exporter = SpanExporter::builder().with_http().with_http_client(Collector::new());
    // Its retries would block the thread, for as long as a response says.
    let exporter = exporter.with_retry_policy(RetryPolicy::disabled()).build();
    let mut exporter = exporter.map_err(|error| error.to_string())?;
    let function = Function::get();
    let attributes = [
        KeyValue::new("service.name", function.service),
        KeyValue::new("faas.name", function.name.clone()),
        KeyValue::new("faas.version", function.version.clone()),
        KeyValue::new("cloud.provider", "aws"),
        KeyValue::new("cloud.platform", "aws_lambda"),
        KeyValue::new("cloud.region", env::var("AWS_REGION").unwrap_or_default()),
    ];
    exporter.set_resource(&Resource::builder_empty().with_attributes(attributes).build());
    Ok(exporter)
}

/// A span without the values that all spans of an invocation share.
struct Ended {
    span_id: SpanId,
    parent_id: SpanId,
    kind: SpanKind,
    name: Cow<'static, str>,
    started: SystemTime,
    attributes: Vec<KeyValue>,
    status: Status,
}

/// A call of this invocation to another service. Its span ends when it is dropped, and is exported with the invocation.
#[derive(Debug)]
pub struct CallSpan {
    invocation: Arc<Invocation>,
    name: Cow<'static, str>,
    started: SystemTime,
    attributes: Vec<KeyValue>,
    status: Status,
}

impl CallSpan {
    /// Starts a span; `None` outside of an invocation, and if X-Ray does not sample the invocation.
    #[must_use]
    pub fn start(name: impl Into<Cow<'static, str>>) -> Option<Self> {
        let invocation = current()?;
        invocation.trace.as_ref()?;
        Some(Self {
            invocation,
            name: name.into(),
            started: SystemTime::now(),
            attributes: Vec::new(),
            status: Status::Unset,
        })
    }

    /// Adds an attribute. Names are those of OpenTelemetry's semantic conventions.
    pub fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        self.attributes.push(KeyValue::new(name, value));
    }

    /// Marks the call as failed.
    pub fn fail(&mut self) {
        self.status = Status::error("");
    }
}

impl Drop for CallSpan {
    fn drop(&mut self) {
        if let Some(trace) = &self.invocation.trace {
            trace.push(Ended {
                span_id: RandomIdGenerator::default().new_span_id(),
                parent_id: trace.span_id,
                kind: SpanKind::Client,
                name: std::mem::take(&mut self.name),
                started: self.started,
                attributes: std::mem::take(&mut self.attributes),
                status: self.status.clone(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const HEADER: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

    #[test]
    fn a_trace_continues_that_of_x_ray() {
        for header in [HEADER.to_owned(), format!("{HEADER};Lineage=1:a87bd80c:0"), HEADER.replace(';', "; ")] {
            let trace = Trace::new(&header).unwrap();
            assert_eq!(trace.trace_id.to_string(), "5759e988bd862e3fe1be46a994272793");
            assert_eq!(trace.parent_id.to_string(), "53995c3f42cd8ad8");
        }
    }

    #[test]
    fn an_unsampled_or_invalid_trace_has_no_spans() {
        for (text, other) in [
            ("Sampled=1", "Sampled=0"),
            ("Sampled=1", "Sampled=?"),
            (";Sampled=1", ""),
            ("Root=1-", "Root=2-"),
            ("Root=1-5", "Root=1-"),
            ("5759e988-", "-5759e988"),
            ("Parent=5", "Parent=x"),
            ("Root=1-5759e988-bd862e3fe1be46a994272793", "Root=1-00000000-000000000000000000000000"),
        ] {
            let header = HEADER.replace(text, other);
            assert!(Trace::new(&header).is_none(), "{header}");
        }
    }

    #[tokio::test]
    async fn the_span_of_a_panic_is_exported_too() {
        let context = lambda_runtime::Context::default();
        let invocation = Invocation::new(&context);
        let trace = Trace::new(HEADER).unwrap();
        let panics = exporting(Some(&trace), async {
            trace.end(&invocation, &json!("panic"), &Facts::default());
            panic!("on purpose");
        });
        assert!(AssertUnwindSafe(panics).catch_unwind().await.is_err());
        assert!(trace.ended.lock().unwrap().is_empty());
    }
}
