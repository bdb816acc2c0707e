//! Runs the promises with the store in memory.

use std::sync::Arc;

use currencies::store::Store;
use currencies::store::memory::Memory;

async fn store(_: &str) -> Arc<dyn Store> {
    Arc::new(Memory::default())
}

crate::suite::keep_every_promise!(store);
