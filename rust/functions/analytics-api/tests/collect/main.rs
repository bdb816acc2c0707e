//! Collecting views as a page, a beacon or a picture sees it, over the store in memory.

// So that clippy takes the helpers for test code, too.
#![cfg(test)]

mod api;
mod caps;
mod leaves;
mod pictures;
mod privacy;
mod requests;
mod script;
mod spy;
mod views;
