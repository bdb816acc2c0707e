//! An event source mapping of a stream, by AWS's rules.
//!
//! If a response lists failures, the lowest is the checkpoint, and delivery resumes from it. If the function fails, the
//! batch is split and the first half is delivered before the second; that uses up no retry. When the retries are used
//! up, the records are discarded. Any record may be delivered twice, also concurrently, and again after later ones.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html>

use std::sync::Arc;
use std::time::Duration;

use analytics::keys::Key;
use analytics_totals::Shards;
use tokio::time::sleep;

use crate::dice::Dice;
use crate::faulty::{Faulty, World};
use crate::world::invoke;

/// A record, its sequence number, and the key of its item.
#[derive(Debug, Clone)]
pub struct Record {
    pub sequence_number: String,
    pub json: String,
    pub key: Key,
}

/// An event source mapping.
pub struct Mapping {
    pub world: Arc<World>,
    pub shards: Shards,
    pub batch_size: usize,
    pub retries: usize,
    /// Probability in percent that a batch is delivered twice, and that an earlier one is delivered again.
    pub duplicates: usize,
    pub dice: Dice,
}

impl Mapping {
    /// Delivers a shard of a stream, and returns the discarded records.
    pub async fn run(mut self, records: &[Record]) -> Vec<Record> {
        let mut discarded = Vec::new();
        let mut position = 0;
        while position < records.len() {
            let end = (position + 1 + self.dice.below(self.batch_size)).min(records.len());
            self.deliver(&records[position..end], &mut discarded).await;
            if self.dice.percent(self.duplicates) {
                let start = self.dice.below(end);
                let end = (start + 1 + self.dice.below(self.batch_size)).min(end);
                self.deliver(&records[start..end], &mut Vec::new()).await;
            }
            position = end;
        }
        discarded
    }

    async fn deliver(&mut self, batch: &[Record], discarded: &mut Vec<Record>) {
        let mut slices = vec![(batch, self.retries)];
        while let Some((slice, retries)) = slices.pop() {
            let rest = match self.invoke_once_or_twice(slice).await {
                Ok(failures) if failures.is_empty() => continue,
                Ok(failures) => {
                    let position = |name: &String| slice.iter().position(|record| record.sequence_number == *name);
                    let lowest = failures.iter().map(position).min().flatten().unwrap_or(0);
                    &slice[lowest..]
                }
                Err(Died) if slice.len() > 1 => {
                    let (first, second) = slice.split_at(slice.len() / 2);
                    slices.extend([(second, retries), (first, retries)]);
                    continue;
                }
                Err(Died) => slice,
            };
            sleep(Duration::from_secs(1)).await;
            match retries.checked_sub(1) {
                Some(retries) => slices.push((rest, retries)),
                None => discarded.extend_from_slice(rest),
            }
        }
    }

    /// Invokes the function, sometimes while another invocation processes some of the same records.
    async fn invoke_once_or_twice(&mut self, slice: &[Record]) -> Result<Vec<String>, Died> {
        let times = [7, 8, 30].map(Duration::from_secs);
        let (time, other) = (self.dice.one_of(&times), self.dice.one_of(&times));
        let some = &slice[..=self.dice.below(slice.len())];
        if self.dice.percent(self.duplicates) {
            return tokio::join!(self.invoke(slice, time), self.invoke(some, other)).0;
        }
        self.invoke(slice, time).await
    }

    async fn invoke(&self, slice: &[Record], time: Duration) -> Result<Vec<String>, Died> {
        let store = Faulty::new(&self.world);
        let records: Vec<&str> = slice.iter().map(|record| record.json.as_str()).collect();
        tokio::select! {
            biased;
            () = store.death.notified() => Err(Died),
            response = invoke(&store, self.shards, &records, time) => Ok(response.expect("a batch is a valid event")),
        }
    }
}

/// The function died without a response.
#[derive(Debug)]
struct Died;
