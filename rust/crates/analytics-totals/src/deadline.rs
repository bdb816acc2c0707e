use std::time::{Duration, SystemTime};

use analytics_store::StoreError;
use tokio::time::{Instant, sleep, timeout};

/// Timeout of a call: a little more than the timeout of the client with all its retries.
const CALL: Duration = Duration::from_millis(6_500);

/// Maximum number of attempts. A table that is busy for longer has to wait for the next invocation.
const ATTEMPTS: u32 = 8;

/// Maximum pause before the second attempt; it doubles with each.
const FIRST_DELAY: Duration = Duration::from_millis(50);

/// Maximum pause between two attempts.
const LONGEST_DELAY: Duration = Duration::from_secs(2);

/// The end of an invocation. No call starts that could time out after it.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(Instant);

impl Deadline {
    /// Creates a deadline at a time.
    #[must_use]
    pub fn at(time: SystemTime) -> Self {
        Self::after(time.duration_since(SystemTime::now()).unwrap_or_default())
    }

    /// Creates a deadline after some time.
    #[must_use]
    pub fn after(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    /// Retries a call with growing pauses. `random` makes them differ between invocations.
    ///
    /// # Errors
    /// The error of the last attempt, or that no time is left for a call.
    pub async fn call<T, F>(self, random: u64, mut call: impl FnMut() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let mut error = StoreError::transient("not enough time is left for a call");
        for attempt in 0..ATTEMPTS {
            let pause = if attempt == 0 { Duration::ZERO } else { pause(random, attempt) };
            if Instant::now() + pause + CALL > self.0 {
                break;
            }
            sleep(pause).await;
            error = match timeout(CALL, call()).await {
                Ok(Ok(value)) => return Ok(value),
                Ok(Err(error)) => error,
                Err(elapsed) => StoreError::transient(elapsed),
            };
        }
        Err(error)
    }
}

/// Returns a pause between half of an attempt's maximum and all of it, by one byte of `random`.
fn pause(random: u64, attempt: u32) -> Duration {
    let longest = (FIRST_DELAY * 2_u32.pow(attempt - 1)).min(LONGEST_DELAY);
    let byte = u32::try_from(random.rotate_right(8 * attempt) & 0xff).unwrap_or_default();
    longest * (256 + byte) / 512
}
