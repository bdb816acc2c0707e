//! The handler on Lambda.

use std::env;
use std::process::ExitCode;

use bucket::Bucket;
use glitch::Glitch;
use lambda_runtime::{Error, service_fn};

fn main() -> ExitCode {
    startup::run(serve())
}

async fn serve() -> Result<(), Error> {
    let glitch = Glitch::new(Bucket::from_env(|name| env::var(name).ok(), "UPLOADS_URL")?);
    lambda_runtime::run(service_fn(|event| reply::respond(event, |request| glitch.handle(request)))).await
}
