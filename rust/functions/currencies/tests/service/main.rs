//! The service as a client of the API sees it, over the store in memory.

// So that clippy takes the helpers for test code, too.
#![cfg(test)]

#[path = "../suite/mod.rs"]
mod suite;

mod documentation;
mod memory;
mod requests;
