//! The same function with a closing line and a metric for each invocation.

use std::process::ExitCode;

use lambda_runtime::{Diagnostic, LambdaEvent};
use serde_json::Value;

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Diagnostic> {
    powertools::correlate("JKJaXmPLvHcESHA=");
    powertools::record("route", "POST /echo");
    powertools::record("status", 200);
    powertools::count("Echoes", 1);
    Ok(event.payload)
}

fn main() -> ExitCode {
    powertools::run(env!("CARGO_BIN_NAME"), powertools::serve(handle))
}
