//! The nightly check of site analytics: recounts the views of yesterday, and deletes the secrets of earlier days.

mod handler;

pub use handler::{NightlyCheck, Outcome};
