//! Glitches the bytes of a file: a JPEG or a PNG so that it still opens, anything else byte by byte.

mod chunk;
mod effect;
mod glitch;
mod glitched;
mod job;
mod jpeg;
mod paeth;
mod pixels;
mod png;
mod random;
mod repair;
#[cfg(any(test, feature = "samples"))]
#[expect(clippy::indexing_slicing, clippy::missing_panics_doc, clippy::unwrap_used, reason = "for tests only")]
pub mod samples;

pub use effect::Effect;
pub use glitched::{TooLarge, glitched};
pub use job::{DOWNLOAD_LIFETIME, Job, UPLOAD_LIFETIME, UPLOAD_LIMIT};
pub use random::Random;

/// Returns the media type of a picture by its bytes; `None` for other files.
#[must_use]
pub fn media_type(file: &[u8]) -> Option<&'static str> {
    let kind = infer::get(file).filter(|kind| kind.matcher_type() == infer::MatcherType::Image)?;
    Some(kind.mime_type())
}
