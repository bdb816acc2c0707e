//! Returns a message three times: `{"message": "hi"}` → `{"echo": "hi... hi... hi..."}`.

use std::process::ExitCode;

use lambda_runtime::service_fn;

mod handler;
mod message;

fn main() -> ExitCode {
    startup::run(lambda_runtime::run(service_fn(handler::handle)))
}
