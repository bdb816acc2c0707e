//! Slows guessing of passwords down, without keeping anyone out.
//!
//! Attempts are counted per network, per user and network, and per user. Whoever exceeds a limit is slowed to one
//! attempt per interval, never locked out. A network from which a user has signed in before has limits of its own for
//! this user, which nobody else's attempts use up.
//!
//! | counted | at once in an hour | then |
//! |---|---|---|
//! | a network, over all users | 30 | one a minute |
//! | a user from one network | 10 | one in ten minutes |
//! | a user from all networks that are not known | 30 | two from each network in the hour, up to 1,000 networks |
//!
//! Ten networks so have at most 100 attempts at a user in any hour, and it takes a thousand to keep a user out who comes
//! from a network that is not known.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use analytics::Moment;
use futures_util::future::{try_join, try_join_all};
use reply::Error;

use super::Refusal;
use super::store::Store;
use super::token::Keys;
use crate::network::network;
use crate::store_error::store_error;

/// Attempts of a network in an hour, over all users.
const OF_NETWORK: u64 = 30;

/// Attempts at a user from one network in an hour.
const AT_USER_FROM_NETWORK: u64 = 10;

/// Attempts at a user in an hour from networks that are not known.
const AT_USER: u64 = 30;

/// Attempts at a user that each further network has in an hour.
const OF_EACH_FURTHER_NETWORK: u64 = 2;

/// Further networks that have such attempts.
const FURTHER_NETWORKS: u64 = 1000;

const MINUTE: u64 = 60;
const TEN_MINUTES: u64 = 600;
const HOUR: u64 = 3600;

/// Seconds that a count outlives its interval.
const KEPT: u64 = 3600;

/// Seconds for which a network stays known after the last sign-in: 30 days.
const KNOWN: u64 = 30 * 24 * HOUR;

/// Refusals that an environment remembers at most.
const REFUSALS: usize = 10_000;

/// Counts attempts to sign in, whether there is such a user or not.
pub struct Throttle {
    store: Arc<dyn Store>,
    /// Who is refused, and until which second. A flood costs no writes then.
    refused: Mutex<BTreeMap<String, u64>>,
}

/// An attempt that may be made.
pub struct Attempt {
    /// The counts that the attempt is in, and when they expire.
    counted: Vec<(String, Moment)>,
    /// Under which name the network is known for the user.
    known: String,
}

impl Throttle {
    /// Creates a throttle that counts in a store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, refused: Mutex::default() }
    }

    /// Counts an attempt at a user's password from an address.
    ///
    /// # Errors
    /// `TooManyAttempts` with the seconds until the next one is taken, and the store's failure.
    pub async fn admit(&self, keys: &Keys, user: &str, address: &str, now: Moment) -> Result<Attempt, Refusal> {
        let network = network(address);
        let of_network = ["network", &network];
        let of_pair = ["user at network", user, &network];
        let known = keys.all_names(0, &of_pair);
        let [name_of_pair, name_of_network] = [&of_pair as &[&str], &of_network].map(|parts| keys.who(0, parts));
        let attempt = Attempt { counted: Vec::new(), known: keys.who(0, &of_pair) };
        let mut counting = Counting { throttle: self, keys, now, attempt };

        self.check_refused(&name_of_pair, now)?;
        let is_known = self.is_known(&known).await?;
        if !is_known {
            self.check_refused(&name_of_network, now)?;
            let is_over = counting.count(HOUR, &of_network).await? > OF_NETWORK;
            if is_over && counting.count_slot(MINUTE, &of_network).await? > 1 {
                return Err(self.refuse(&[&name_of_network, &name_of_pair], MINUTE, now));
            }
        }
        let from_pair = counting.count(HOUR, &of_pair).await?;
        if from_pair > AT_USER_FROM_NETWORK && counting.count_slot(TEN_MINUTES, &of_pair).await? > 1 {
            return Err(self.refuse(&[&name_of_pair], TEN_MINUTES, now));
        }
        if !is_known {
            let is_further = from_pair <= OF_EACH_FURTHER_NETWORK;
            let further = if is_further { OF_EACH_FURTHER_NETWORK * FURTHER_NETWORKS } else { 0 };
            if counting.count(HOUR, &["user", user]).await? > AT_USER + further {
                // Or refused attempts of a few networks would use up those of all others.
                counting.take_back_last().await?;
                return Err(self.refuse(&[&name_of_pair], HOUR, now));
            }
        }
        Ok(counting.attempt)
    }

    /// Takes an attempt back that was the user's own, and makes the network known.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn succeed(&self, Attempt { counted, known }: Attempt, now: Moment) -> Result<(), Error> {
        let until = after(now.seconds(), KNOWN)?;
        let taken_back = counted.iter().map(|(name, expires)| self.store.take_back_attempt(name, *expires));
        let all = try_join(try_join_all(taken_back), self.store.remember(&known, until));
        all.await.map(drop).map_err(store_error)
    }

    async fn is_known(&self, names: &[String]) -> Result<bool, Error> {
        let known = try_join_all(names.iter().map(|name| self.store.is_remembered(name))).await;
        Ok(known.map_err(store_error)?.contains(&true))
    }

    fn check_refused(&self, name: &str, now: Moment) -> Result<(), Refusal> {
        match self.refusals().get(name).map(|until| until.saturating_sub(now.seconds())) {
            None | Some(0) => Ok(()),
            Some(retry_after) => Err(Refusal::TooManyAttempts { retry_after }),
        }
    }

    /// Refuses some until an interval ends.
    fn refuse(&self, names: &[&str], interval: u64, now: Moment) -> Refusal {
        let end = end_of(interval, now);
        let mut refusals = self.refusals();
        if refusals.len() >= REFUSALS {
            refusals.retain(|_, until| *until > now.seconds());
        }
        if refusals.len() < REFUSALS {
            refusals.extend(names.iter().map(|&name| (name.to_owned(), end)));
        }
        Refusal::TooManyAttempts { retry_after: end.saturating_sub(now.seconds()) }
    }

    /// No lock is held over anything that can panic, so what a poisoned one guards is whole.
    fn refusals(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An attempt while it is counted.
struct Counting<'a> {
    throttle: &'a Throttle,
    keys: &'a Keys,
    now: Moment,
    attempt: Attempt,
}

impl Counting<'_> {
    /// Counts the attempt in an interval, until it is taken back.
    async fn count(&mut self, interval: u64, parts: &[&str]) -> Result<u64, Error> {
        let (name, expires) = self.counter(interval, parts)?;
        let count = self.throttle.store.count_attempt(&name, expires).await.map_err(store_error)?;
        self.attempt.counted.push((name, expires));
        Ok(count)
    }

    /// Counts the attempt in an interval of which the first attempt is taken.
    async fn count_slot(&self, interval: u64, parts: &[&str]) -> Result<u64, Error> {
        let (name, expires) = self.counter(interval, parts)?;
        self.throttle.store.count_attempt(&name, expires).await.map_err(store_error)
    }

    async fn take_back_last(&mut self) -> Result<(), Error> {
        let Some((name, expires)) = self.attempt.counted.pop() else { return Ok(()) };
        self.throttle.store.take_back_attempt(&name, expires).await.map_err(store_error)
    }

    fn counter(&self, interval: u64, parts: &[&str]) -> Result<(String, Moment), Error> {
        let end = end_of(interval, self.now);
        let interval = interval.to_string();
        Ok((self.keys.who(end, &[&[interval.as_str()], parts].concat()), after(end, KEPT)?))
    }
}

/// The second at which the present interval of so many seconds ends.
fn end_of(interval: u64, now: Moment) -> u64 {
    (now.seconds() / interval).saturating_add(1).saturating_mul(interval)
}

/// The moment some seconds after a second.
///
/// # Errors
/// A moment after the year 9999 is our failure.
pub fn after(second: u64, seconds: u64) -> Result<Moment, Error> {
    Moment::from_milliseconds(second.saturating_add(seconds).saturating_mul(1000)).map_err(Error::internal)
}
