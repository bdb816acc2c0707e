//! The handler on Lambda.

use std::process::ExitCode;

fn main() -> ExitCode {
    powertools::run(env!("CARGO_BIN_NAME"), http_service::run_handler(glitch::handle))
}
