use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use analytics::{Day, Moment};

use super::store::{Offer, Secret, Store, StoreError};

const DAY_MILLISECONDS: u64 = 24 * 60 * 60 * 1000;

/// The secrets that visitors of a day are derived from, and tokens of views signed with: one a day for all environments,
/// made by whoever is first that day.
///
/// Once it is deleted, nobody can find out any more whether an address and an agent were a visitor of that day.
#[derive(Default)]
pub struct Secrets(Mutex<BTreeMap<Day, Secret>>);

impl Secrets {
    /// The secret of the day that it is `now`. A day has a secret of its own, so that no other day's is ever used.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn of_today(&self, store: &dyn Store, now: Moment) -> Result<Secret, StoreError> {
        let today = now.day();
        if let Some(secret) = self.of(store, today, now).await? {
            return Ok(secret);
        }
        let secret = make(store, now).await?;
        self.learn(today, secret, now);
        Ok(secret)
    }

    /// The secret of a day, if it has one.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn of(&self, store: &dyn Store, day: Day, now: Moment) -> Result<Option<Secret>, StoreError> {
        let kept = self.learnt().get(&day).copied();
        if kept.is_some() {
            return Ok(kept);
        }
        let secret = store.secret(day).await?;
        secret.inspect(|secret| self.learn(day, *secret, now)).map_or(Ok(None), |secret| Ok(Some(secret)))
    }

    fn learn(&self, day: Day, secret: Secret, now: Moment) {
        let mut learnt = self.learnt();
        learnt.retain(|day, _| *day >= now.day().minus(1));
        learnt.insert(day, secret);
    }

    /// No lock is held over anything that can panic, so what a poisoned one guards is whole.
    fn learnt(&self) -> MutexGuard<'_, BTreeMap<Day, Secret>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn make(store: &dyn Store, now: Moment) -> Result<Secret, StoreError> {
    let today = now.day();
    // DynamoDB may take days to delete what has expired. Before the new one is made, so that a failure is made up for by
    // the next request.
    store.delete_secrets_before(today.minus(1)).await?;
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(StoreError::new)?;
    let secret = Secret(secret);
    match store.offer_secret(today, secret, a_day_after(now)).await? {
        Offer::Taken => Ok(secret),
        Offer::Refused => store
            .secret(today)
            .await?
            .ok_or_else(|| StoreError::new("the secret of today was deleted while it was read")),
    }
}

/// 24 hours after the day ends: for so long a page can be open, and say how it was read. DynamoDB deletes what has expired
/// within two days, on days without views too.
fn a_day_after(now: Moment) -> Moment {
    now.plus(Duration::from_millis(2 * DAY_MILLISECONDS - now.milliseconds() % DAY_MILLISECONDS))
}
