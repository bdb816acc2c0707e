use std::collections::BTreeSet;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use analytics::Item;
use analytics::keys::Key;
use analytics_store::{Action, CountViews, Memory, Outcome, StoreError};
use async_trait::async_trait;
use tokio::sync::Notify;
use tokio::time::sleep;

/// A fault of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    /// DynamoDB throttles.
    Throttled,
    /// Another transaction is writing one of the items.
    Conflict,
    /// The call succeeds, but its response is lost.
    NoAnswer,
    /// The call has no effect, and no response arrives.
    Hang,
    /// The function dies before the call.
    CrashBefore,
    /// The function dies after the call.
    CrashAfter,
}

/// Returns the fault of each call.
pub type Script = Box<dyn FnMut(Call) -> Fault + Send>;

/// Kind of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    Read,
    Write,
}

/// The state that all invocations share: the tables, and the script of faults.
pub struct World {
    pub memory: Memory,
    /// Views whose writes DynamoDB rejects permanently.
    pub refused: BTreeSet<Key>,
    pub script: Mutex<Script>,
    /// Items that a transaction is writing.
    busy: Mutex<BTreeSet<Key>>,
    /// Number of calls, and of transactions among them.
    pub calls: Mutex<(usize, usize)>,
}

impl World {
    pub fn new(memory: Memory, script: impl FnMut(Call) -> Fault + Send + 'static) -> Arc<Self> {
        Self::refusing(memory, BTreeSet::new(), script)
    }

    pub fn refusing(
        memory: Memory,
        refused: BTreeSet<Key>,
        script: impl FnMut(Call) -> Fault + Send + 'static,
    ) -> Arc<Self> {
        let script: Script = Box::new(script);
        Arc::new(Self { memory, refused, script: Mutex::new(script), busy: Mutex::default(), calls: Mutex::default() })
    }
}

/// The store of one invocation.
pub struct Faulty {
    pub world: Arc<World>,
    /// Notified when the invocation dies.
    pub death: Arc<Notify>,
}

impl Faulty {
    pub fn new(world: &Arc<World>) -> Self {
        Self { world: Arc::clone(world), death: Arc::default() }
    }

    /// Makes a call with the next fault of the script.
    async fn call<T>(&self, call: Call, act: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        self.world.calls.lock().unwrap().0 += 1;
        let fault = (self.world.script.lock().unwrap())(call);
        match fault {
            Fault::None => act.await,
            Fault::Throttled => Err(StoreError::transient("throttled")),
            Fault::Conflict => Err(StoreError::transient("conflict")),
            Fault::NoAnswer => act.await.and_then(|_| Err(StoreError::transient("no answer"))),
            Fault::Hang => pending().await,
            Fault::CrashBefore => self.die().await,
            Fault::CrashAfter => {
                let _ = act.await;
                self.die().await
            }
        }
    }

    async fn die<T>(&self) -> T {
        self.death.notify_one();
        pending().await
    }

    /// Transactions take time, in which others on the same items conflict.
    async fn write(&self, actions: &[Action]) -> Result<Outcome, StoreError> {
        let World { memory, refused, busy, calls, .. } = &*self.world;
        calls.lock().unwrap().1 += 1;
        let keys: BTreeSet<Key> = actions.iter().map(Action::key).cloned().collect();
        if !busy.lock().unwrap().is_disjoint(&keys) {
            return Err(StoreError::transient("conflict"));
        }
        busy.lock().unwrap().extend(keys.iter().cloned());
        let free = Free { busy, keys };
        sleep(Duration::from_millis(5)).await;
        if free.keys.iter().any(|key| refused.contains(key)) {
            return Ok(Outcome::Rejected("the store rejects this view".to_owned()));
        }
        memory.transact(actions).await
    }
}

/// Releases the items of a transaction, also when its future is dropped.
struct Free<'a> {
    busy: &'a Mutex<BTreeSet<Key>>,
    keys: BTreeSet<Key>,
}

impl Drop for Free<'_> {
    fn drop(&mut self) {
        self.busy.lock().unwrap().retain(|key| !self.keys.contains(key));
    }
}

#[async_trait]
impl CountViews for Faulty {
    async fn transact(&self, actions: &[Action]) -> Result<Outcome, StoreError> {
        self.call(Call::Write, self.write(actions)).await
    }

    async fn views(&self, keys: &[Key]) -> Result<Vec<Item>, StoreError> {
        self.call(Call::Read, self.world.memory.views(keys)).await
    }

    async fn visitors(&self, keys: &[Key]) -> Result<BTreeSet<Key>, StoreError> {
        self.call(Call::Read, self.world.memory.visitors(keys)).await
    }

    async fn quarantine(&self, item: &Item) -> Result<(), StoreError> {
        self.call(Call::Write, self.world.memory.quarantine(item)).await
    }
}
