use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep, timeout};

use crate::store::Failure;

/// How long one call may take, which is a little more than its client waits with all its attempts.
const CALL: Duration = Duration::from_millis(6_500);

/// How often a call is made at most: a table that is busy for longer is left alone until the next invocation.
const ATTEMPTS: u32 = 8;

/// Time before the second attempt at most; it doubles with each.
const FIRST_DELAY: Duration = Duration::from_millis(50);

/// Time between two attempts at most.
const LONGEST_DELAY: Duration = Duration::from_secs(2);

/// When an invocation ends. No call is begun that may not be answered by then.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(Instant);

impl Deadline {
    /// The deadline at a time.
    #[must_use]
    pub fn at(time: SystemTime) -> Self {
        Self::after(time.duration_since(SystemTime::now()).unwrap_or_default())
    }

    /// The deadline in some time.
    #[must_use]
    pub fn after(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    /// Call a store until it answers, with longer and longer pauses, which `random` makes differ between invocations.
    ///
    /// # Errors
    /// The last failure, or that there is no time for a call.
    pub async fn call<T, F>(self, random: u64, mut call: impl FnMut() -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let mut failure: Failure = "no time is left for a call".into();
        for attempt in 0..ATTEMPTS {
            let pause = if attempt == 0 { Duration::ZERO } else { pause(random, attempt) };
            if Instant::now() + pause + CALL > self.0 {
                break;
            }
            sleep(pause).await;
            failure = match timeout(CALL, call()).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(failure)) => failure,
                Err(elapsed) => elapsed.into(),
            };
        }
        Err(failure)
    }
}

/// From half the longest pause of an attempt to the whole of it, by one byte of `random`.
fn pause(random: u64, attempt: u32) -> Duration {
    let longest = (FIRST_DELAY * 2_u32.pow(attempt - 1)).min(LONGEST_DELAY);
    let byte = u32::try_from(random.rotate_right(8 * attempt) & 0xff).unwrap_or_default();
    longest * (256 + byte) / 512
}
