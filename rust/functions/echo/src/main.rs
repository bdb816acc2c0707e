//! Returns a message three times: `{"message": "hi"}` → `{"echo": "hi... hi... hi..."}`.

use std::process::ExitCode;

mod handler;
mod message;

fn main() -> ExitCode {
    powertools::run(env!("CARGO_BIN_NAME"), powertools::serve(handler::handle))
}
