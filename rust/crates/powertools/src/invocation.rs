use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use lambda_runtime::{Context, Diagnostic};
use serde_json::Value;
use tokio::time::timeout;
use tracing::Level;

use crate::function::Function;
use crate::levels::Levels;
use crate::metrics::Metrics;
use crate::traces::{Trace, exporting, exporting_meanwhile};
use crate::{line, subscriber};

/// Margin before the deadline at which an unfinished invocation logs its closing line: Lambda kills the process at the
/// deadline.
const TIMEOUT_MARGIN: Duration = Duration::from_millis(50);

tokio::task_local! {
    static CURRENT: Arc<Invocation>;
}

/// An invocation in progress.
#[derive(Debug)]
pub(crate) struct Invocation {
    pub(crate) request_id: String,
    pub(crate) function_arn: String,
    pub(crate) xray_trace_id: String,
    pub(crate) is_cold_start: bool,
    /// Whether its debug lines are logged.
    is_sampled: AtomicBool,
    /// `None` if the invocation is not traced.
    pub(crate) trace: Option<Trace>,
    started: Instant,
    facts: Mutex<Facts>,
}

/// The fields and metrics that the handler recorded.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) correlation_id: Option<String>,
    pub(crate) fields: Vec<(&'static str, Value)>,
    pub(crate) metrics: Metrics,
}

impl Facts {
    /// Returns a recorded field.
    pub(crate) fn field(&self, wanted: &str) -> Option<&Value> {
        self.fields.iter().find_map(|(name, value)| (*name == wanted).then_some(value))
    }

    fn set(&mut self, name: &'static str, value: Value) {
        match self.fields.iter_mut().find(|(existing, _)| *existing == name) {
            Some((_, existing)) => *existing = value,
            None => self.fields.push((name, value)),
        }
    }
}

/// Outcome of an invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Success,
    /// Some records of a batch must be retried.
    Partial,
    ClientError,
    Error,
    Panic,
    /// The function was about to time out.
    Timeout,
}

impl Outcome {
    fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Partial => "partial",
            Self::ClientError => "client_error",
            Self::Error => "error",
            Self::Panic => "panic",
            Self::Timeout => "timeout",
        }
    }
}

impl From<Outcome> for Value {
    fn from(outcome: Outcome) -> Self {
        outcome.name().into()
    }
}

/// Adds `correlation_id` to all further lines of this invocation, for example API Gateway's request id. The default is
/// the invocation's id.
pub fn correlate(id: impl Into<String>) {
    with_facts(|facts| facts.correlation_id = Some(id.into()));
}

/// Returns the id passed to [`correlate`] in this invocation.
#[must_use]
pub fn correlation_id() -> Option<String> {
    CURRENT.try_with(|invocation| invocation.facts().correlation_id.clone()).ok().flatten()
}

/// Sets a field of this invocation's closing line; a no-op outside of an invocation.
///
/// The name `outcome` takes an [`Outcome`], and overrides the one derived from the handler's result.
pub fn record(name: &'static str, value: impl Into<Value>) {
    with_facts(|facts| facts.set(name, value.into()));
}

/// Logs the rest of this invocation at level debug if `header` is signed for the current time, by the key whose public
/// half is in `POWERTOOLS_DEBUG_PUBLIC_KEY`. Any other header is ignored.
pub fn debug_if_signed(header: &[u8]) {
    if let Some(invocation) = current()
        && Levels::get().is_signed(header)
    {
        invocation.is_sampled.store(true, Ordering::Relaxed);
    }
}

pub(crate) fn with_facts(change: impl FnOnce(&mut Facts)) {
    // Only tasks of an invocation have one.
    let _ = CURRENT.try_with(|invocation| change(&mut invocation.facts()));
}

/// Returns the invocation that this task belongs to.
pub(crate) fn current() -> Option<Arc<Invocation>> {
    CURRENT.try_with(Arc::clone).ok()
}

/// Runs an invocation and logs its closing line when it ends, panics or is about to time out.
///
/// # Errors
/// The handler's errors.
pub async fn observe<R>(
    context: Context,
    handle: impl Future<Output = Result<R, Diagnostic>>,
) -> Result<R, Diagnostic> {
    let invocation = Arc::new(Invocation::new(&context));
    let time_left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    // The state of a handler can be large: on the heap, the futures around it do not contain it again.
    let closed = close_after(&invocation, time_left, Box::pin(handle));
    CURRENT.scope(invocation.clone(), exporting(invocation.trace.as_ref(), closed)).await
}

async fn close_after<R>(
    invocation: &Invocation,
    time_left: Duration,
    mut handle: Pin<Box<impl Future<Output = Result<R, Diagnostic>>>>,
) -> Result<R, Diagnostic> {
    let mut closing = Closing { invocation, outcome: Some(Outcome::Panic) };
    // An invocation without a deadline, as in tests, cannot time out.
    let result = match timeout(time_left.saturating_sub(TIMEOUT_MARGIN), handle.as_mut()).await {
        Ok(result) => result,
        Err(_) => {
            if !time_left.is_zero() {
                closing.write(Outcome::Timeout);
            }
            exporting_meanwhile(invocation.trace.as_ref(), handle).await
        }
    };
    closing.write(match &result {
        Ok(_) => Outcome::Success,
        Err(Diagnostic { error_type, .. }) => {
            invocation.facts().set("error_type", error_type.as_str().into());
            Outcome::Error
        }
    });
    result
}

/// Writes the closing line of an invocation exactly once.
struct Closing<'a> {
    invocation: &'a Invocation,
    /// Outcome if the invocation is dropped now; `None` once the line is written.
    outcome: Option<Outcome>,
}

impl Closing<'_> {
    fn write(&mut self, outcome: Outcome) {
        if self.outcome.take().is_some() {
            self.invocation.close(outcome);
        }
    }
}

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        if let Some(outcome) = self.outcome.take() {
            self.invocation.close(outcome);
        }
    }
}

impl Invocation {
    pub(crate) fn new(context: &Context) -> Self {
        let header = context.xray_trace_id.as_deref().unwrap_or_default();
        Self {
            request_id: context.request_id.clone(),
            function_arn: context.invoked_function_arn.clone(),
            xray_trace_id: xray_field(header, "Root=").unwrap_or(header).to_owned(),
            is_cold_start: Function::get().is_cold_start(),
            is_sampled: Levels::get().is_sampled(&context.request_id).into(),
            trace: Trace::new(header),
            started: Instant::now(),
            facts: Mutex::default(),
        }
    }

    pub(crate) fn is_sampled(&self) -> bool {
        self.is_sampled.load(Ordering::Relaxed)
    }

    /// No code that can panic runs under the lock, so a poisoned lock guards consistent data.
    pub(crate) fn facts(&self) -> MutexGuard<'_, Facts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the closing line, which contains the metrics; they are written at any log level.
    fn close(&self, outcome: Outcome) {
        let duration_ms = (self.started.elapsed().as_secs_f64() * 1e6).round() / 1e3;
        let facts = std::mem::take(&mut *self.facts());
        let outcome = facts.field("outcome").cloned().unwrap_or_else(|| outcome.into());
        if let Some(trace) = &self.trace {
            trace.end(self, &outcome, &facts);
        }
        if facts.metrics.is_empty() && !Levels::get().enables("powertools", Level::INFO, self.is_sampled()) {
            return;
        }
        let correlation_id = facts.correlation_id.as_deref().unwrap_or(&self.request_id);
        subscriber::write(&line::closing(self, correlation_id, &outcome, duration_ms, &facts));
    }
}

/// Returns a field of a tracing header, such as `Root=` in `Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1`.
pub(crate) fn xray_field<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    header.split(';').find_map(|field| field.trim().strip_prefix(name))
}

#[cfg(test)]
mod tests {
    use std::panic::AssertUnwindSafe;

    use futures_util::FutureExt as _;
    use serde_json::json;
    use tokio::time::sleep;

    use super::*;
    use crate::{captured, count, count_by};

    fn context() -> Context {
        let mut context = Context::default();
        context.request_id = "id-1".to_owned();
        let deadline = (SystemTime::now() + Duration::from_secs(10)).duration_since(SystemTime::UNIX_EPOCH).unwrap();
        context.deadline = u64::try_from(deadline.as_millis()).unwrap();
        context.xray_trace_id =
            Some("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0".to_owned());
        context
    }

    fn failure() -> Diagnostic {
        Diagnostic { error_type: "InvalidName".to_owned(), error_message: "no".to_owned() }
    }

    /// Returns the lines that an invocation logs.
    async fn lines(handle: impl Future<Output = Result<(), Diagnostic>>) -> Vec<Value> {
        captured(AssertUnwindSafe(observe(context(), handle)).catch_unwind()).await.unwrap().1
    }

    #[tokio::test(start_paused = true)]
    async fn every_outcome_has_one_closing_line() {
        let late = async {
            sleep(Duration::from_secs(20)).await;
            Ok(())
        };
        for (lines, outcome) in [
            (lines(async { Ok(()) }).await, "success"),
            (lines(async { Err(failure()) }).await, "error"),
            (lines(async { panic!("on purpose") }).await, "panic"),
            (lines(late).await, "timeout"),
        ] {
            let [line] = lines.as_slice() else { panic!("{outcome}: {lines:?}") };
            assert_eq!((&line["outcome"], &line["function_request_id"]), (&json!(outcome), &json!("id-1")));
            assert_eq!(line["xray_trace_id"], "1-5759e988-bd862e3fe1be46a994272793");
            assert!(line["duration_ms"].is_number(), "{line}");
        }
    }

    #[tokio::test]
    async fn lines_of_an_invocation_have_its_ids() {
        let lines = lines(async {
            correlate("gateway-1");
            tracing::error!(error = "no", "request failed");
            record("records", 3);
            record("outcome", Outcome::ClientError);
            Err(failure())
        })
        .await;
        let [event, closing] = lines.as_slice() else { panic!("{lines:?}") };
        for line in [event, closing] {
            assert_eq!((&line["correlation_id"], &line["function_request_id"]), (&json!("gateway-1"), &json!("id-1")));
        }
        assert_eq!((&event["level"], &event["error"]), (&json!("ERROR"), &json!("no")));
        assert_eq!((&closing["outcome"], &closing["error_type"]), (&json!("client_error"), &json!("InvalidName")));
        assert_eq!(closing["records"], 3);
    }

    #[tokio::test]
    async fn the_closing_line_contains_the_metrics() {
        let lines = lines(async {
            count("Greetings", 2);
            count("Greetings", 1);
            count_by("Refused", "TooLong");
            Ok(())
        })
        .await;
        let [line] = lines.as_slice() else { panic!("{lines:?}") };
        assert_eq!((&line["Greetings"], &line["Refused"], &line["reason"]), (&json!(3), &json!(1), &json!("TooLong")));
        let directives = &line["_aws"]["CloudWatchMetrics"];
        let names =
            |index: usize| directives[index]["Metrics"].as_array().unwrap().iter().map(|metric| &metric["Name"]);
        assert_eq!(names(0).collect::<Vec<_>>(), ["Greetings", "Refused"]);
        assert_eq!(names(1).collect::<Vec<_>>(), ["Refused"]);
        assert_eq!(directives[1]["Dimensions"], json!([["function_name", "reason"]]));
        assert!(line["_aws"]["Timestamp"].as_u64().unwrap() > 1_700_000_000_000);
    }

    #[tokio::test]
    async fn nothing_is_recorded_outside_of_an_invocation() {
        record("records", 3);
        count("Greetings", 1);
        assert_eq!(correlation_id(), None);
    }
}
