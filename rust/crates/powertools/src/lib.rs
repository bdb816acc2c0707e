//! Logs, metrics and sampling for AWS Lambda functions.
// Documentation builds only, so that editing the README does not change a binary.
#![cfg_attr(any(doc, doctest), doc = include_str!("../README.md"))]

use std::process::ExitCode;

use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use serde::{Deserialize, Serialize};

#[cfg(any(test, feature = "test-util"))]
mod capture;
#[cfg(feature = "otel")]
mod collector;
mod debug_header;
mod function;
mod invocation;
mod levels;
mod line;
mod metrics;
mod panics;
mod subscriber;
#[cfg_attr(not(feature = "otel"), path = "no_traces.rs")]
mod traces;

#[cfg(any(test, feature = "test-util"))]
pub use capture::captured;
pub use invocation::{Outcome, correlate, correlation_id, debug_if_signed, observe, record};
pub use metrics::{count, count_by};
#[cfg(feature = "otel")]
pub use traces::CallSpan;

/// Sets up logging for a service, then runs `start` until Lambda ends the environment. An error is logged and ends the
/// process.
pub fn run(service: &'static str, start: impl Future<Output = Result<(), Error>>) -> ExitCode {
    match run_in_runtime(service, start) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error, "the function cannot start");
            ExitCode::FAILURE
        }
    }
}

fn run_in_runtime(service: &'static str, start: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    panics::log();
    subscriber::install(service)?;
    // One invocation at a time needs one thread; more threads only slow down the slowest responses.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(start)
}

/// Calls a handler for each event until Lambda ends the environment, and logs a closing line for each.
///
/// # Errors
/// The Runtime API cannot be reached.
pub async fn serve<A, R, F>(handle: impl Fn(LambdaEvent<A>) -> F) -> Result<(), Error>
where
    A: for<'de> Deserialize<'de>,
    R: Serialize,
    F: Future<Output = Result<R, Diagnostic>>,
{
    lambda_runtime::run(service_fn(|event: LambdaEvent<A>| {
        let context = event.context.clone();
        observe(context, handle(event))
    }))
    .await
}

/// Logs a server error with its causes, and returns the reply to the failed invocation.
pub fn failure(error: impl Into<Error>) -> Diagnostic {
    let error: Error = error.into();
    let first: &dyn std::error::Error = error.as_ref();
    let causes: Vec<String> =
        std::iter::successors(Some(first), |&error| error.source()).map(ToString::to_string).collect();
    tracing::error!(error = causes.join(": "), "invocation failed");
    Diagnostic { error_type: "InternalError".to_owned(), error_message: causes.join(": ") }
}
