//! Measures the cost of counting, compared with a naive trigger that makes one ADD for each counter of each view:
//! `cargo run --release -p bench-trigger`.
//!
//! It runs in memory, which measures only the handler's own work, and with the DynamoDB endpoint in
//! `ANALYTICS_BENCH_ENDPOINT`. The traffic is one site's: 200 pages by Zipf's law, 60% of the views by new visitors of
//! the day.

use std::env;
use std::error::Error;
use std::time::{Duration, Instant, SystemTime};

use analytics::{Record, View};
use analytics_totals::Shards;
use analytics_trigger::{Event, handle};
use lambda_runtime::{Context, LambdaEvent};
use reply::Received;
use serde_json::json;

use self::place::{Cost, Place};

mod naive;
mod place;
mod traffic;

/// Number of views of each run.
const VIEWS: usize = 2000;

#[derive(Clone, Copy)]
enum Trigger {
    Ours,
    /// The naive one.
    Naive,
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "the output is for the operator")]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    println!("store    trigger  batch   views/s calls/view writecalls/view writes/view write units/view");
    let endpoint = env::var("ANALYTICS_BENCH_ENDPOINT").ok();
    for endpoint in [None].into_iter().chain(endpoint.map(Some)) {
        let name = if endpoint.is_some() { "dynamodb" } else { "memory" };
        for batch in [10, 100] {
            let ours = run(endpoint.as_deref(), batch, Trigger::Ours).await?;
            let plain = run(endpoint.as_deref(), batch, Trigger::Naive).await?;
            println!("{name:<8} ours     {batch:>5} {ours}");
            println!("{name:<8} plain    {batch:>5} {plain}");
            println!("{name:<8} ratio    {batch:>5} {}", ours.ratio_to(&plain));
        }
    }
    Ok(())
}

/// Counts all views in batches of a size, and returns the cost.
async fn run(endpoint: Option<&str>, batch: usize, trigger: Trigger) -> Result<Cost, Box<dyn Error + Send + Sync>> {
    let kind = match trigger {
        Trigger::Ours => "ours",
        Trigger::Naive => "plain",
    };
    let place = Place::new(endpoint, &format!("{kind}-{batch}")).await?;
    let views = traffic::traffic(VIEWS)?;
    for view in &views {
        place.put(view).await?;
    }
    let mut time = Duration::ZERO;
    for (number, views) in views.chunks(batch).enumerate() {
        let event = event(number * batch, views);
        let start = Instant::now();
        match trigger {
            Trigger::Ours => count(&place, &event).await?,
            Trigger::Naive => {
                let records = views.iter().map(|view| Record::decode(&traffic::item(view)));
                naive::count(&place, &records.collect::<Result<Vec<_>, _>>()?).await?;
            }
        }
        time += start.elapsed();
    }
    Ok(place.cost(VIEWS, time))
}

async fn count(place: &Place, event: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
    let payload: Received<Event> = serde_json::from_str(event)?;
    let mut context = Context::default();
    let deadline = SystemTime::now() + Duration::from_secs(60);
    context.deadline = u64::try_from(deadline.duration_since(SystemTime::UNIX_EPOCH)?.as_millis())?;
    let response = handle(LambdaEvent::new(payload, context), place, Shards::ONE).await;
    let failures = response.map_err(|error| error.error_message)?.batch_item_failures;
    if failures.is_empty() { Ok(()) } else { Err(format!("{} views are not counted", failures.len()).into()) }
}

/// Returns the event of a stream's mapping.
fn event(before: usize, views: &[View]) -> String {
    let record = |(index, view): (usize, &View)| {
        let change = json!({
            "SequenceNumber": format!("{:021}", before + index + 1),
            "NewImage": traffic::item(view),
            "StreamViewType": "NEW_IMAGE",
        });
        json!({"eventName": "INSERT", "eventSource": "aws:dynamodb", "dynamodb": change})
    };
    json!({"Records": views.iter().enumerate().map(record).collect::<Vec<_>>()}).to_string()
}
