//! Ships orders from a queue: `{"id": "a1", "pieces": 3}`. An order without pieces fails, and only that one is retried.

use aws_lambda_events::sqs::SqsMessageObj;
use lambda_runtime::{Error, tracing};
use serde::{Deserialize, Serialize};

#[derive(Deserialize, Serialize)]
struct Order {
    id: String,
    pieces: u32,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    partial_batch::run(ship).await
}

async fn ship(message: SqsMessageObj<Order>) -> Result<(), Error> {
    let Order { id, pieces } = message.body;
    if pieces == 0 {
        return Err(format!("order {id} has no pieces").into());
    }
    tracing::info!(id, pieces, "shipped");
    Ok(())
}
