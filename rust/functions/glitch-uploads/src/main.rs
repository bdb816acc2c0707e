//! Glitches each picture that is uploaded to the bucket, and puts the result next to it.

use std::env;
use std::process::ExitCode;

use bucket::{Bucket, Client};
use lambda_runtime::{Error, service_fn};

mod event;
mod handler;

fn main() -> ExitCode {
    startup::run(serve())
}

async fn serve() -> Result<(), Error> {
    let client = &Client::new(Bucket::from_env(|name| env::var(name).ok(), "UPLOADS_URL")?)?;
    lambda_runtime::run(service_fn(async |event| handler::handle(event, client).await)).await
}
