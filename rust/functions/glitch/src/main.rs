//! The handler on Lambda.

use std::process::ExitCode;

use lambda_runtime::service_fn;

fn main() -> ExitCode {
    startup::run(lambda_runtime::run(service_fn(|event| reply::respond(event, glitch::handle))))
}
