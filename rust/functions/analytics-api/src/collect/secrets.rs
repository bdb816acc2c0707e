use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use analytics::{Day, Moment};

use super::store::{Failure, Offer, Secret, Store};

const DAY_MILLISECONDS: u64 = 24 * 60 * 60 * 1000;

/// The secret that visitors of a day are derived from: one for all environments, made by whoever is first that day.
///
/// Once it is deleted, nobody can find out any more whether an address and an agent were a visitor of that day.
#[derive(Default)]
pub struct Secrets(Mutex<Option<(Day, Secret)>>);

impl Secrets {
    /// The secret of the day that it is `now`. A day has a name of its own, so that no other day's is ever used.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn of_today(&self, store: &dyn Store, now: Moment) -> Result<Secret, Failure> {
        let today = now.day();
        let kept = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, secret)) = kept.filter(|(day, _)| *day == today) {
            return Ok(secret);
        }
        let secret = match store.secret(today).await? {
            Some(secret) => secret,
            None => make(store, now).await?,
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((today, secret));
        Ok(secret)
    }
}

async fn make(store: &dyn Store, now: Moment) -> Result<Secret, Failure> {
    let today = now.day();
    // DynamoDB may take days to delete what has expired. Before the new one is made, so that a failure is made up for by
    // the next request.
    store.delete_secret(today.minus(2)).await?;
    let mut secret = [0; 32];
    getrandom::fill(&mut secret)?;
    let secret = Secret(secret);
    match store.offer_secret(today, secret, two_days_after(now)).await? {
        Offer::Taken => Ok(secret),
        Offer::Refused => {
            store.secret(today).await?.ok_or_else(|| "the secret of today was deleted while it was read".into())
        }
    }
}

/// 48 hours after the day ends.
fn two_days_after(now: Moment) -> Moment {
    now.plus(Duration::from_millis(3 * DAY_MILLISECONDS - now.milliseconds() % DAY_MILLISECONDS))
}
