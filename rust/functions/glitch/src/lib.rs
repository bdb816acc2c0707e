//! Glitches what is posted to it: a JPEG or a PNG so that it still opens, anything else byte by byte. Shows a page to
//! do that at. `main.rs` runs it on Lambda.

mod chunk;
mod effect;
mod glitch;
mod handler;
mod jpeg;
mod options;
mod paeth;
mod page;
mod picture;
mod pixels;
mod png;
mod random;
mod repair;
#[cfg(test)]
mod samples;
mod upload;

pub use handler::handle;
