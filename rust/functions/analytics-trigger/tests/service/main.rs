//! The trigger over a store in memory, which fails in all the ways that DynamoDB does.

// So that clippy takes the helpers for test code, too.
#![cfg(test)]

#[path = "../suite/mod.rs"]
mod suite;

mod chaos;
mod dice;
mod faults;
mod faulty;
mod histories;
mod mapping;
mod memory;
mod plain;
mod reconciling;
mod records;
