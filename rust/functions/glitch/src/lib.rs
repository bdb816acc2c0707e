//! Glitches what is posted to it: a JPEG or a PNG so that it still opens, anything else byte by byte. Shows a page to
//! do that at, and gives links to upload larger pictures. `main.rs` runs it on Lambda.

mod handler;
mod options;
mod page;
mod upload;
mod uploads;

pub use handler::Glitch;
