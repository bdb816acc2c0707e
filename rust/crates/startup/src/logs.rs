use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::rust_log::{self, InvalidRustLog};

/// Log to stdout: a JSON object on a line, its `span.requestId` that of the invocation.
///
/// # Errors
/// `InvalidRustLog`; the logs are set up all the same, so that it can be logged.
pub fn install() -> Result<(), InvalidRustLog> {
    let (targets, outcome) = match rust_log::targets() {
        Ok(targets) => (targets, Ok(())),
        Err(error) => (rust_log::default(), Err(error)),
    };
    let lines = fmt::layer().json().flatten_event(true).with_span_list(false);
    tracing_subscriber::registry().with(lines).with(within_invocations(targets)).init();
    outcome
}

fn within_invocations(targets: Targets) -> Targets {
    targets
        // The span that carries the request id is of level info; `RUST_LOG=error` must not take it from the errors.
        .with_target("lambda_runtime::layers::trace", LevelFilter::INFO)
        // Logs every error that a handler returns, and panics without their message. Returned errors are the caller's
        // mistakes, or logged already; panics are logged by our hook.
        .with_target("lambda_runtime::layers::panic", LevelFilter::OFF)
}
