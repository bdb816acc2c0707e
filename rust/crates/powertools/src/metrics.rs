//! Counters in CloudWatch's embedded metric format: a line of the log that CloudWatch makes metrics of, without a call.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use serde_json::{Value, json};

use crate::function::Function;
use crate::invocation::with_facts;

/// The name of the dimension by which [`count_by`] divides a metric.
const REASON: &str = "reason";

/// Adds to a metric of the service.
///
/// Its namespace is the service's name, its one dimension `function_name`: each name costs the same at any traffic.
pub fn count(metric: &'static str, amount: u64) {
    with_facts(|facts| facts.metrics.add(metric, amount));
}

/// Adds one to a metric, and to the same metric by a reason, of which the code has a few. An invocation has one reason.
pub fn count_by(metric: &'static str, reason: &'static str) {
    with_facts(|facts| {
        facts.metrics.add(metric, 1);
        facts.metrics.reason = Some((metric, reason));
    });
}

/// What an invocation has counted.
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
        match self.counts.iter_mut().find(|(known, _)| *known == metric) {
            Some((_, count)) => *count += amount,
            None => self.counts.push((metric, amount)),
        }
    }

    /// Returns the members of a line that make it one of the format.
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
