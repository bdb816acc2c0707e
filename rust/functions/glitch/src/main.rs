//! The glitch service on Lambda.

use std::env;
use std::process::ExitCode;

use bucket::Bucket;
use glitch::Glitch;
use lambda_runtime::Error;

fn main() -> ExitCode {
    powertools::run(env!("CARGO_BIN_NAME"), serve())
}

async fn serve() -> Result<(), Error> {
    let glitch = Glitch::new(Bucket::from_env(|name| env::var(name).ok(), "UPLOADS_URL")?);
    http_service::run_handler(async |request| glitch.handle(request).await).await
}
