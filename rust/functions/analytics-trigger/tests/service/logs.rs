//! What is logged: the lines that a metric and a person look for, and nothing else.

use std::io;
use std::sync::{Arc, Mutex};

use analytics_trigger::Shards;
use analytics_trigger::store::memory::Memory;
use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::faulty::{Call, Fault, Faulty, World};
use crate::suite::world::{TIME, inserted, invoke, view, view_item};

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Lines {
    /// The lines, without their times.
    fn all(&self) -> Vec<Value> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines()
            .map(|line| {
                let mut line: Value = serde_json::from_str(line).unwrap();
                line.as_object_mut().unwrap().remove("timestamp");
                line
            })
            .collect()
    }
}

/// What an invocation logs, in the form of the crate `startup`.
async fn logged(world: &Arc<World>, records: &[Value]) -> Vec<Value> {
    let lines = Lines::default();
    let layer = tracing_subscriber::fmt::layer().json().flatten_event(true).with_span_list(false);
    let subscriber = tracing_subscriber::registry().with(layer.with_writer(lines.clone()));
    let guard = tracing::subscriber::set_default(subscriber);
    invoke(&Faulty::new(world), Shards::ONE, records, TIME).await.unwrap();
    drop(guard);
    lines.all()
}

fn counts(records: u64, quarantined: u64, failed: u64) -> Value {
    json!({
        "level": "INFO", "target": "analytics_trigger::handler", "message": "a batch is folded",
        "records": records, "quarantined": quarantined, "failed": failed,
        "views_counted": 0, "views_without_effect": 0,
        "leaves_counted": 0, "leaves_without_effect": 0, "leaves_without_view": 0,
    })
}

#[tokio::test]
async fn a_quarantined_record_is_a_line_that_a_metric_counts() {
    let mut records = inserted([&view_item(&view(1, 1))]);
    records[0]["dynamodb"]["NewImage"].as_object_mut().unwrap().remove("Page");
    let world = World::new(Memory::default(), |_| Fault::None);
    let quarantined = json!({
        "level": "ERROR", "target": "analytics_trigger::quarantine", "message": "a record is quarantined",
        "sequence_number": "000000000000000000001", "reason": "the attribute Page is missing",
    });
    assert_eq!(logged(&world, &records).await, [quarantined, counts(1, 1, 0)]);
}

#[tokio::test(start_paused = true)]
async fn records_that_are_left_are_a_warning_with_the_reason() {
    let records = inserted([&view_item(&view(1, 1))]);
    let world = World::new(Memory::default(), |call| if call == Call::Write { Fault::Throttled } else { Fault::None });
    let left = json!({
        "level": "WARN", "target": "analytics_trigger::handler",
        "message": "records are left to another invocation", "failure": "throttled",
    });
    assert_eq!(logged(&world, &records).await, [counts(1, 0, 1), left]);
}
