//! Tests the service as a client of the API, with the store in memory.

// Makes clippy treat the helpers as test code.
#![cfg(test)]

#[path = "../suite/mod.rs"]
mod suite;

mod documentation;
mod memory;
mod requests;
