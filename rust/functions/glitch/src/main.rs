//! Glitches what is posted to it: a JPEG or a PNG so that it still opens, anything else byte by byte. Shows a page to
//! do that at.

use std::process::ExitCode;

use lambda_runtime::service_fn;

mod chunk;
mod glitch;
mod handler;
mod jpeg;
mod options;
mod paeth;
mod page;
mod picture;
mod png;
mod random;
#[cfg(test)]
mod samples;

fn main() -> ExitCode {
    startup::run(lambda_runtime::run(service_fn(|event| reply::respond(event, handler::handle))))
}
