//! Counts the views and leaves that the stream of the views table delivers.

mod batch;
mod event;
mod handler;
mod quarantine;

pub use event::Event;
pub use handler::handle;
