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
    without_contents(targets)
        // The span that carries the request id is of level info; `RUST_LOG=error` must not take it from the errors.
        .with_target("lambda_runtime::layers::trace", LevelFilter::INFO)
        // Logs every error that a handler returns, and panics without their message. Returned errors are the caller's
        // mistakes, or logged already; panics are logged by our hook.
        .with_target("lambda_runtime::layers::panic", LevelFilter::OFF)
}

/// What these trace are whole events, with addresses, agents, tokens and passwords, and whole items, with keys and
/// secrets. Whoever wants that names them: to trace everything is not enough.
fn without_contents(targets: Targets) -> Targets {
    let at_most_debug = targets.default_level().unwrap_or(LevelFilter::OFF).min(LevelFilter::DEBUG);
    let named: Vec<String> = targets.iter().map(|(name, _)| name.to_owned()).collect();
    let unnamed = ["lambda_runtime::layers::api_response", "aws_smithy_runtime"]
        .into_iter()
        .filter(|target| !named.iter().any(|name| name == target));
    targets.with_targets(unnamed.map(|target| (target, at_most_debug)))
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    const WITH_CONTENTS: [&str; 2] =
        ["lambda_runtime::layers::api_response", "aws_smithy_runtime::client::orchestrator"];

    #[test]
    fn what_clients_send_and_tables_keep_is_not_traced_with_everything() {
        let targets = within_invocations(Targets::new().with_default(LevelFilter::TRACE));
        assert!(targets.would_enable("lambda_runtime::layers", &Level::TRACE));
        for target in WITH_CONTENTS {
            assert!(
                !targets.would_enable(target, &Level::TRACE) && targets.would_enable(target, &Level::DEBUG),
                "{target}"
            );
        }
        let named = Targets::new().with_target(WITH_CONTENTS[0], LevelFilter::TRACE);
        assert!(within_invocations(named).would_enable(WITH_CONTENTS[0], &Level::TRACE));
    }

    #[test]
    fn no_more_is_logged_than_is_asked_for() {
        let targets = within_invocations(Targets::new().with_default(LevelFilter::INFO));
        for target in WITH_CONTENTS {
            assert!(
                !targets.would_enable(target, &Level::DEBUG) && targets.would_enable(target, &Level::INFO),
                "{target}"
            );
        }
    }
}
