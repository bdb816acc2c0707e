//! Counters in CloudWatch's embedded metric format: CloudWatch extracts the metrics from a log line, without an API
//! call.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use serde_json::{Value, json};

use crate::function::Function;
use crate::invocation::with_facts;

/// The dimension that [`count_by`] adds to a metric.
const REASON: &str = "reason";

/// Adds to a metric.
///
/// The namespace is the service's name, and the only dimension `function_name`, so the number of metrics does not grow
/// with traffic.
pub fn count(metric: &'static str, amount: u64) {
    with_facts(|facts| facts.metrics.add(metric, amount));
}

/// Increments a metric, and the same metric by a reason out of a small fixed set. An invocation has one reason.
pub fn count_by(metric: &'static str, reason: &'static str) {
    with_facts(|facts| {
        facts.metrics.add(metric, 1);
        facts.metrics.reason = Some((metric, reason));
    });
}

/// The metrics of an invocation.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    counts: Vec<(&'static str, u64)>,
    reason: Option<(&'static str, &'static str)>,
}

impl Metrics {
    pub(crate) fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    fn add(&mut self, metric: &'static str, amount: u64) {
        match self.counts.iter_mut().find(|(name, _)| *name == metric) {
            Some((_, count)) => *count += amount,
            None => self.counts.push((metric, amount)),
        }
    }

    /// Returns the fields that make a line an embedded metric.
    pub(crate) fn members(&self, function: &Function, timestamp_ms: u128) -> Vec<(&'static str, Value)> {
        if self.is_empty() {
            return Vec::new();
        }
        let directive = |dimensions: &[&str], metrics: &[&str]| {
            let metrics: Vec<Value> = metrics.iter().map(|name| json!({"Name": name, "Unit": "Count"})).collect();
            json!({"Namespace": function.service, "Dimensions": [dimensions], "Metrics": metrics})
        };
        let names: Vec<&str> = self.counts.iter().map(|(name, _)| *name).collect();
        let mut directives = vec![directive(&["function_name"], &names)];
        let mut members: Vec<(&'static str, Value)> =
            self.counts.iter().map(|&(name, count)| (name, count.into())).collect();
        if let Some((metric, reason)) = self.reason {
            directives.push(directive(&["function_name", REASON], &[metric]));
            members.push((REASON, reason.into()));
        }
        let timestamp = u64::try_from(timestamp_ms).unwrap_or_default();
        members.push(("_aws", json!({"Timestamp": timestamp, "CloudWatchMetrics": directives})));
        members
    }
}
