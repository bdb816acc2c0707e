//! Rate limits for attempts to sign in, which slow down guessing without locking users out.
//!
//! Attempts are counted per network, per user and network, and per user. Clients over a limit are slowed down to one
//! attempt per interval, never locked out. A network from which a user has signed in before has separate limits for
//! this user, which attempts from elsewhere do not use up.
//!
//! | counted | limit per hour | then |
//! |---|---|---|
//! | per network, over all users | 30 | one a minute |
//! | per user and network | 10 | one in ten minutes |
//! | per user, from all unknown networks | 30 | two from each network in the hour, up to 1,000 networks |
//!
//! So ten networks have at most 100 attempts at a user in any hour, and it takes a thousand networks to keep a user on
//! an unknown network out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use analytics::Moment;
use futures_util::future::{try_join, try_join_all};
use reply::Error;

use super::Refusal;
use super::store::Store;
use super::token::Keys;
use crate::lock::lock;
use crate::network::network;

/// Attempts per network and hour, over all users.
const PER_NETWORK: u64 = 30;

/// Attempts per user and network in an hour.
const PER_USER_AND_NETWORK: u64 = 10;

/// Attempts per user and hour from unknown networks.
const PER_USER: u64 = 30;

/// Attempts per user and hour that each further network has.
const PER_FURTHER_NETWORK: u64 = 2;

/// Number of further networks that have such attempts.
const FURTHER_NETWORKS: u64 = 1000;

const MINUTE: u64 = 60;
const TEN_MINUTES: u64 = 600;
const HOUR: u64 = 3600;

/// Seconds by which a count outlives its interval.
const GRACE: u64 = 3600;

/// Seconds for which a network is known after the last sign-in: 30 days.
const KNOWN_SECONDS: u64 = 30 * 24 * HOUR;

/// Maximum number of rejected clients that an environment caches.
const MAX_REJECTED: usize = 10_000;

/// Counts attempts to sign in, for known and unknown users alike.
pub struct Throttle {
    store: Arc<dyn Store>,
    /// Rejected clients, with the second until which they are rejected. They cost no writes.
    refused: Mutex<BTreeMap<String, u64>>,
}

/// An accepted attempt.
pub struct Attempt {
    /// The counts that include the attempt, with their expiry.
    counted: Vec<(String, Moment)>,
    /// The name under which a success records the network as known for the user.
    network_name: String,
}

impl Throttle {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, refused: Mutex::default() }
    }

    /// Counts an attempt at a user's password from an address.
    ///
    /// # Errors
    /// `TooManyAttempts` with the seconds until the next attempt is accepted, and the store's error.
    pub async fn admit(&self, keys: &Keys, user: &str, address: &str, now: Moment) -> Result<Attempt, Refusal> {
        let network = network(address);
        let of_network = ["network", &network];
        let of_pair = ["user at network", user, &network];
        let network_names = keys.client_names(0, &of_pair);
        let [name_of_pair, name_of_network] =
            [&of_pair as &[&str], &of_network].map(|parts| keys.client_name(0, parts));
        let attempt = Attempt { counted: Vec::new(), network_name: keys.client_name(0, &of_pair) };
        let mut counting = Counting { throttle: self, keys, now, attempt };

        self.check_refused(&name_of_pair, now)?;
        let is_known = self.is_known(&network_names).await?;
        if !is_known {
            self.check_refused(&name_of_network, now)?;
            let is_over = counting.count(HOUR, &of_network).await? > PER_NETWORK;
            if is_over && counting.count_slot(MINUTE, &of_network).await? > 1 {
                return Err(self.refuse(&[&name_of_network, &name_of_pair], MINUTE, now));
            }
        }
        let from_pair = counting.count(HOUR, &of_pair).await?;
        if from_pair > PER_USER_AND_NETWORK && counting.count_slot(TEN_MINUTES, &of_pair).await? > 1 {
            return Err(self.refuse(&[&name_of_pair], TEN_MINUTES, now));
        }
        if !is_known {
            let is_further = from_pair <= PER_FURTHER_NETWORK;
            let further = if is_further { PER_FURTHER_NETWORK * FURTHER_NETWORKS } else { 0 };
            if counting.count(HOUR, &["user", user]).await? > PER_USER + further {
                // Otherwise rejected attempts of a few networks would use up those of all others.
                counting.uncount_last().await?;
                return Err(self.refuse(&[&name_of_pair], HOUR, now));
            }
        }
        Ok(counting.attempt)
    }

    /// Uncounts a successful attempt, and records the network as known.
    ///
    /// # Errors
    /// The store's error.
    pub async fn succeed(&self, Attempt { counted, network_name }: Attempt, now: Moment) -> Result<(), Error> {
        let until = after(now.seconds(), KNOWN_SECONDS)?;
        let uncounted = counted.iter().map(|(name, expires)| self.store.uncount_attempt(name, *expires));
        let all = try_join(try_join_all(uncounted), self.store.record_sign_in(&network_name, until));
        all.await.map(drop).map_err(Error::from)
    }

    async fn is_known(&self, names: &[String]) -> Result<bool, Error> {
        let known = try_join_all(names.iter().map(|name| self.store.has_signed_in(name))).await;
        Ok(known?.contains(&true))
    }

    fn check_refused(&self, name: &str, now: Moment) -> Result<(), Refusal> {
        match lock(&self.refused).get(name).map(|until| until.saturating_sub(now.seconds())) {
            None | Some(0) => Ok(()),
            Some(retry_after) => Err(Refusal::TooManyAttempts { retry_after }),
        }
    }

    /// Rejects clients until an interval ends.
    fn refuse(&self, names: &[&str], interval: u64, now: Moment) -> Refusal {
        let end = end_of(interval, now);
        let mut refusals = lock(&self.refused);
        if refusals.len() >= MAX_REJECTED {
            refusals.retain(|_, until| *until > now.seconds());
        }
        if refusals.len() < MAX_REJECTED {
            refusals.extend(names.iter().map(|&name| (name.to_owned(), end)));
        }
        Refusal::TooManyAttempts { retry_after: end.saturating_sub(now.seconds()) }
    }
}

/// An attempt that is being counted.
struct Counting<'a> {
    throttle: &'a Throttle,
    keys: &'a Keys,
    now: Moment,
    attempt: Attempt,
}

impl Counting<'_> {
    /// Counts the attempt in an interval; a success uncounts it.
    async fn count(&mut self, interval: u64, parts: &[&str]) -> Result<u64, Error> {
        let (name, expires) = self.counter(interval, parts)?;
        let count = self.throttle.store.count_attempt(&name, expires).await?;
        self.attempt.counted.push((name, expires));
        Ok(count)
    }

    /// Counts the attempt in an interval in which only the first attempt is accepted.
    async fn count_slot(&self, interval: u64, parts: &[&str]) -> Result<u64, Error> {
        let (name, expires) = self.counter(interval, parts)?;
        self.throttle.store.count_attempt(&name, expires).await.map_err(Error::from)
    }

    async fn uncount_last(&mut self) -> Result<(), Error> {
        let Some((name, expires)) = self.attempt.counted.pop() else { return Ok(()) };
        self.throttle.store.uncount_attempt(&name, expires).await.map_err(Error::from)
    }

    fn counter(&self, interval: u64, parts: &[&str]) -> Result<(String, Moment), Error> {
        let end = end_of(interval, self.now);
        let interval = interval.to_string();
        Ok((self.keys.client_name(end, &[&[interval.as_str()], parts].concat()), after(end, GRACE)?))
    }
}

/// Returns the second at which the current interval ends.
fn end_of(interval: u64, now: Moment) -> u64 {
    (now.seconds() / interval).saturating_add(1).saturating_mul(interval)
}

/// Returns the moment some seconds after a second.
///
/// # Errors
/// Moments after the year 9999 are a server error.
pub fn after(second: u64, seconds: u64) -> Result<Moment, Error> {
    Moment::from_milliseconds(second.saturating_add(seconds).saturating_mul(1000)).map_err(Error::internal)
}
