//! The promises over the store in memory.

// So that clippy takes the helpers for test code, too.
#![cfg(test)]

mod collect_store;

use std::sync::Arc;

use analytics_api::collect::store::Store;
use analytics_api::collect::store::memory::Memory;

async fn store(_: &str) -> Arc<dyn Store> {
    Arc::new(Memory::default())
}

collect_store::keep_every_promise!(store);
