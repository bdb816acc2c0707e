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

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// DynamoDB has too much to do.
    Throttled,
    /// Another transaction is at work on one of the items.
    Conflict,
    /// It is done, and the answer is lost.
    NoAnswer,
    /// Nothing is done, and no answer comes.
    Hang,
    /// The function dies before the call is done.
    CrashBefore,
    /// The function dies after it is done.
    CrashAfter,
}

/// What goes wrong, call by call; the calls that write are told apart.
pub type Script = Box<dyn FnMut(Call) -> Fault + Send>;

/// A call of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    Read,
    Write,
}

/// What all invocations share: the tables, and what goes wrong with them.
pub struct World {
    pub memory: Memory,
    /// Views that DynamoDB takes no writes of, for a reason that no retry mends.
    pub refused: BTreeSet<Key>,
    pub script: Mutex<Script>,
    /// Items that a transaction is at work on.
    busy: Mutex<BTreeSet<Key>>,
    /// Calls up to now, and of them transactions.
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

/// The store as one invocation has it.
pub struct Faulty {
    pub world: Arc<World>,
    /// Told when the invocation dies.
    pub death: Arc<Notify>,
}

impl Faulty {
    pub fn new(world: &Arc<World>) -> Self {
        Self { world: Arc::clone(world), death: Arc::default() }
    }

    /// Do something, or not, with what goes wrong this time.
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

    /// Transactions take time, in which others on the same items conflict with them.
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
            return Ok(Outcome::Rejected("the store takes no such view".to_owned()));
        }
        memory.transact(actions).await
    }
}

/// Frees the items of a transaction, also when nobody waits for it any more.
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
