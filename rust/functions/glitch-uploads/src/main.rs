//! Glitches each picture that is uploaded to the bucket, and stores the result next to it.

use std::env;
use std::process::ExitCode;

use bucket::{Bucket, Client};
use lambda_runtime::Error;

mod event;
mod handler;

fn main() -> ExitCode {
    powertools::run(env!("CARGO_BIN_NAME"), serve())
}

async fn serve() -> Result<(), Error> {
    let client = &Client::new(Bucket::from_env(|name| env::var(name).ok(), "UPLOADS_URL")?)?;
    powertools::serve(async |event| handler::handle(event, client).await.map_err(powertools::failure)).await
}
