use thiserror::Error;

use crate::effect::Effect;
use crate::glitch::{changes, glitch};
use crate::jpeg::Jpeg;
use crate::png::{PICTURE_LIMIT, Png, Refusal, SCANLINE_LIMIT};
use crate::random::Random;
use crate::repair::image_data;

/// A PNG that would need too much memory, or would be too large when glitched.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}. Send a smaller picture, or a JPEG.")]
pub struct TooLarge(String);

/// Glitches a file of up to `limit` bytes. The format is detected from the bytes.
///
/// # Errors
/// The pixels of a PNG exceed a limit, or its glitched file exceeds `limit` bytes.
pub fn glitched(
    mut file: Vec<u8>,
    limit: usize,
    effect: Effect,
    steps: u64,
    random: &mut Random,
) -> Result<Vec<u8>, TooLarge> {
    if let Some(mut jpeg) = Jpeg::parse(&mut file) {
        if effect != Effect::Channels || !jpeg.strengthen_colors(steps, random) {
            let changes = changes(jpeg.length, |position| jpeg.byte(position), effect, steps, random);
            jpeg.change(changes);
        }
        return Ok(file);
    }
    match Png::decode_with(&file, |pixels| pixels.apply(effect, steps, random)) {
        Ok(mut png) => {
            if effect == Effect::Bytes {
                png.scanlines().for_each(|scanlines| glitch(scanlines, effect, steps, random));
            }
            png.assemble(limit).ok_or_else(|| TooLarge(format!("The glitched PNG would exceed {limit} bytes")))
        }
        Err(Refusal::TooLarge) => Err(TooLarge(format!(
            "This PNG exceeds {PICTURE_LIMIT} bytes uncompressed, or {SCANLINE_LIMIT} bytes per row"
        ))),
        Err(Refusal::NotPng) => {
            glitch_bytes(&mut file, effect, steps, random);
            Ok(file)
        }
    }
}

/// Glitches the bytes of a file; of a PNG that cannot be decoded, only its image data, so that its header stays valid.
fn glitch_bytes(file: &mut [u8], effect: Effect, steps: u64, random: &mut Random) {
    let places = image_data(file);
    let mut data = places.iter().filter_map(|place| file.get(place.clone())).collect::<Vec<_>>().concat();
    if data.is_empty() {
        return glitch(file, effect, steps, random);
    }
    glitch(&mut data, effect, steps, random);
    for (byte, glitched) in places.into_iter().flatten().zip(data) {
        if let Some(byte) = file.get_mut(byte) {
            *byte = glitched;
        }
    }
}

#[cfg(test)]
mod tests;
