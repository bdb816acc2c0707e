//! Collecting views from scripts and pictures, with the store in memory.

pub mod api;
mod caps;
mod leaves;
mod pictures;
mod privacy;
mod requests;
mod script;
mod spy;
mod store;
mod views;
