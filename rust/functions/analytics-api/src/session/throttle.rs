use analytics::Moment;
use reply::Error;

use super::Refusal;
use super::store::Store;
use super::token::Keys;

/// Seconds in which attempts to sign in are counted together.
const WINDOW: u64 = 900;

/// Seconds that a count is kept after its window.
const KEPT: u64 = 3600;

/// Attempts at a user's password from one address.
const FROM_ONE_ADDRESS: u64 = 10;

/// Attempts at a user's password from anywhere.
const FROM_ANYWHERE: u64 = 100;

/// Count an attempt to sign in, whether there is such a user or not.
///
/// # Errors
/// `TooManyAttempts`, and the store's failure.
pub async fn admit(store: &dyn Store, keys: &Keys, user: &str, address: &str, now: Moment) -> Result<(), Refusal> {
    let window = now.seconds() / WINDOW;
    let end = (window + 1).saturating_mul(WINDOW);
    let expires = after(end, KEPT)?;
    // One after the other: what comes from one address without end must not use up the attempts of all others.
    for (parts, most) in [(&[user, address] as &[&str], FROM_ONE_ADDRESS), (&[user], FROM_ANYWHERE)] {
        let attempts = store.count_attempt(&keys.who(window, parts), expires).await.map_err(Error::internal)?;
        if attempts > most {
            return Err(Refusal::TooManyAttempts { retry_after: end.saturating_sub(now.seconds()) });
        }
    }
    Ok(())
}

/// Forget the attempts at a user's password from an address that has it: whoever signs in often is not throttled.
///
/// # Errors
/// The store's failure.
pub async fn forgive(store: &dyn Store, keys: &Keys, user: &str, address: &str, now: Moment) -> Result<(), Error> {
    let window = now.seconds() / WINDOW;
    store.forget_attempts(&keys.who(window, &[user, address])).await.map_err(Error::internal)
}

/// The moment some seconds after a second.
///
/// # Errors
/// A moment after the year 9999 is our failure.
pub fn after(second: u64, seconds: u64) -> Result<Moment, Error> {
    Moment::from_milliseconds(second.saturating_add(seconds).saturating_mul(1000)).map_err(Error::internal)
}
