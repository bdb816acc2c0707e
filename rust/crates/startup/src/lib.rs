//! What every function does before its first invocation: set up JSON logs, for panics too, and the runtime to serve on.
//!
//! Clients and settings are not made here; a function's `main` makes those.

use std::process::ExitCode;

mod logs;
mod panics;
mod rust_log;

/// Set up the logs, then `serve` until Lambda ends the environment. A failure is logged, and ends the process.
pub fn run(serve: impl Future<Output = Result<(), lambda_runtime::Error>>) -> ExitCode {
    match start(serve) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error, "the function cannot run");
            ExitCode::FAILURE
        }
    }
}

fn start(serve: impl Future<Output = Result<(), lambda_runtime::Error>>) -> Result<(), lambda_runtime::Error> {
    panics::log();
    logs::install()?;
    // One invocation at a time needs one thread: more only add to the slowest replies.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(serve)
}
