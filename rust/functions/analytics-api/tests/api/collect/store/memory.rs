//! Runs the promises with the store in memory.

use std::sync::Arc;

use analytics_api::collect::store::Store;
use analytics_api::collect::store::memory::Memory;

async fn store(_: &str) -> Arc<dyn Store> {
    Arc::new(Memory::default())
}

super::promises::keep_every_promise!(store);
