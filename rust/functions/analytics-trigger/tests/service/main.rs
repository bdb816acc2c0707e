//! The trigger with a store in memory that simulates DynamoDB's faults.

// Makes clippy treat the helpers as test code.
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
