//! Glitches a posted file: a JPEG or a PNG so that it still opens, anything else byte by byte. Serves an HTML document
//! for it, and links to upload larger pictures. `main.rs` runs it on Lambda.

mod handler;
mod options;
mod page;
mod upload;
mod uploads;

pub use handler::Glitch;
