//! A store that tells what it was asked, and fails when it is told to.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use analytics::{Day, Leave, Moment, View};
use analytics_api::collect::store::memory::Memory;
use analytics_api::collect::store::{Answer, KnownKey, Noted, Offer, Secret, Store, ValueHash};

#[derive(Default)]
pub struct Spy {
    pub memory: Memory,
    calls: Mutex<Vec<&'static str>>,
    broken: Mutex<Option<&'static str>>,
}

impl Spy {
    /// What was asked since this was called the last time.
    pub fn take_calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on fail when asked this.
    pub fn fail_at(&self, call: Option<&'static str>) {
        *self.broken.lock().unwrap_or_else(PoisonError::into_inner) = call;
    }

    fn ask<'a, T: Send + 'a>(&'a self, call: &'static str, answer: impl FnOnce() -> Answer<'a, T>) -> Answer<'a, T> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
        if *self.broken.lock().unwrap_or_else(PoisonError::into_inner) == Some(call) {
            return Box::pin(async { Err("table state-4f2 is gone".into()) });
        }
        answer()
    }
}

impl Store for Spy {
    fn put_view<'a>(&'a self, view: &'a View, expires: Moment) -> Answer<'a, ()> {
        self.ask("put_view", || self.memory.put_view(view, expires))
    }

    fn put_leave<'a>(&'a self, leave: &'a Leave, expires: Moment) -> Answer<'a, ()> {
        self.ask("put_leave", || self.memory.put_leave(leave, expires))
    }

    fn secret(&self, day: Day) -> Answer<'_, Option<Secret>> {
        self.ask("secret", || self.memory.secret(day))
    }

    fn offer_secret(&self, day: Day, secret: Secret, expires: Moment) -> Answer<'_, Offer> {
        self.ask("offer_secret", || self.memory.offer_secret(day, secret, expires))
    }

    fn delete_secrets_before(&self, day: Day) -> Answer<'_, ()> {
        self.ask("delete_secrets_before", || self.memory.delete_secrets_before(day))
    }

    fn known<'a>(&'a self, key: &'a KnownKey) -> Answer<'a, BTreeSet<ValueHash>> {
        self.ask("known", || self.memory.known(key))
    }

    fn count_source<'a>(&'a self, key: &'a KnownKey, source: &'a str, expires: Moment) -> Answer<'a, u64> {
        self.ask("count_source", || self.memory.count_source(key, source, expires))
    }

    fn note<'a>(&'a self, key: &'a KnownKey, value: ValueHash, most: u16, expires: Moment) -> Answer<'a, Noted> {
        self.ask("note", || self.memory.note(key, value, most, expires))
    }
}
