//! Log lines: one JSON object each, with the keys of Powertools for AWS Lambda.
//!
//! <https://docs.aws.amazon.com/powertools/python/latest/core/logger/#standard-structured-keys>

use std::fmt;
use std::time::SystemTime;

use serde::ser::{SerializeMap, Serializer as _};
use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::{Event, Level};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{self, FormatTime as _};

use crate::function::Function;
use crate::invocation::{Facts, Invocation};

/// Formats a log event.
pub(crate) fn of_event(event: &Event<'_>, invocation: Option<&Invocation>) -> Vec<u8> {
    let mut message = Message::default();
    event.record(&mut message);
    let level = *event.metadata().level();
    write(level, &message.0, invocation, invocation.map(correlation_id).as_deref(), |map| {
        map.serialize_entry("target", event.metadata().target())?;
        let mut fields = Fields { map, result: Ok(()) };
        event.record(&mut fields);
        fields.result
    })
}

/// Formats the closing line of an invocation.
pub(crate) fn closing(
    invocation: &Invocation,
    correlation_id: &str,
    outcome: &Value,
    duration_ms: f64,
    facts: &Facts,
) -> Vec<u8> {
    let function = Function::get();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let message = match (facts.field("route"), facts.field("status")) {
        (Some(route), Some(status)) => format!("{} {}", text(route), text(status)),
        _ => format!("invocation ended: {}", text(outcome)),
    };
    write(Level::INFO, &message, Some(invocation), Some(correlation_id), |map| {
        map.serialize_entry("function_version", &function.version)?;
        map.serialize_entry("duration_ms", &duration_ms)?;
        map.serialize_entry("outcome", outcome)?;
        for (name, value) in facts.fields.iter().filter(|(name, _)| *name != "outcome") {
            map.serialize_entry(name, value)?;
        }
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        for (name, value) in facts.metrics.members(function, since_1970.as_millis()) {
            map.serialize_entry(name, &value)?;
        }
        Ok(())
    })
}

fn correlation_id(invocation: &Invocation) -> String {
    invocation.facts().correlation_id.clone().unwrap_or_else(|| invocation.request_id.clone())
}

type Map<'a, 'b> = <&'a mut serde_json::Serializer<&'b mut Vec<u8>> as serde::Serializer>::SerializeMap;

fn write(
    level: Level,
    message: &str,
    invocation: Option<&Invocation>,
    correlation_id: Option<&str>,
    more: impl FnOnce(&mut Map<'_, '_>) -> serde_json::Result<()>,
) -> Vec<u8> {
    let mut line = Vec::with_capacity(1024);
    let written = write_to(&mut line, level, message, invocation, correlation_id, more);
    if written.is_err() {
        // Only a custom `Serialize` can fail, and these values are JSON already.
        line.clear();
    }
    line.push(b'\n');
    line
}

fn write_to(
    line: &mut Vec<u8>,
    level: Level,
    message: &str,
    invocation: Option<&Invocation>,
    correlation_id: Option<&str>,
    more: impl FnOnce(&mut Map<'_, '_>) -> serde_json::Result<()>,
) -> serde_json::Result<()> {
    let function = Function::get();
    let mut serializer = serde_json::Serializer::new(line);
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("level", level.as_str())?;
    map.serialize_entry("message", message)?;
    map.serialize_entry("timestamp", &now())?;
    map.serialize_entry("service", function.service)?;
    if let Some(invocation) = invocation {
        map.serialize_entry("cold_start", &invocation.is_cold_start)?;
    }
    map.serialize_entry("function_name", &function.name)?;
    map.serialize_entry("function_memory_size", &function.memory_size)?;
    if let Some(invocation) = invocation {
        map.serialize_entry("function_arn", &invocation.function_arn)?;
        map.serialize_entry("function_request_id", &invocation.request_id)?;
        map.serialize_entry("correlation_id", &correlation_id)?;
        map.serialize_entry("xray_trace_id", &invocation.xray_trace_id)?;
    }
    more(&mut map)?;
    map.end()
}

fn now() -> String {
    let mut text = String::with_capacity(32);
    // Writing to a string cannot fail.
    let _ = time::SystemTime.format_time(&mut Writer::new(&mut text));
    text
}

#[derive(Default)]
struct Message(String);

impl Visit for Message {
    // Replaces the default, which pulls in the formatting of floats.
    fn record_f64(&mut self, _: &Field, _: f64) {}

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.0);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

/// Writes the fields of an event, except its message.
struct Fields<'m, M> {
    map: &'m mut M,
    result: serde_json::Result<()>,
}

impl<M: SerializeMap<Error = serde_json::Error>> Fields<'_, M> {
    fn entry(&mut self, field: &Field, value: &impl serde::Serialize) {
        if self.result.is_ok() && field.name() != "message" {
            self.result = self.map.serialize_entry(field.name(), value);
        }
    }
}

impl<M: SerializeMap<Error = serde_json::Error>> Visit for Fields<'_, M> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.entry(field, &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.entry(field, &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.entry(field, &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.entry(field, &value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.entry(field, &value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.entry(field, &format!("{value:?}"));
    }
}
