//! Runs the promises with the store in memory.

use std::sync::Arc;

use currencies::store::memory::Memory;

use crate::api::Api;

async fn api(_: &str) -> Api {
    Api::over(Arc::new(Memory::default()))
}

crate::promises::keep_every_promise!(api);
