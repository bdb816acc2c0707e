use reply::Error;

use crate::glitch::{changes, glitch};
use crate::jpeg::Jpeg;
use crate::png::{PICTURE_LIMIT, Png, Refusal, SCANLINE_LIMIT};
use crate::random::Random;
use crate::repair::image_data;

/// Glitch a file of up to `limit` bytes. What its bytes say it is counts, not what it is called.
///
/// # Errors
/// `PictureTooLarge` for a PNG with too much in it, or whose glitch is compressed to more than `limit` bytes.
pub fn glitched(mut file: Vec<u8>, limit: usize, steps: u64, random: &mut Random) -> Result<Vec<u8>, Error> {
    if let Some(jpeg) = Jpeg::parse(&mut file) {
        let changes = changes(jpeg.length, |position| jpeg.byte(position), steps, random);
        jpeg.change(changes);
        return Ok(file);
    }
    match Png::decode(&file) {
        Ok(mut png) => {
            png.scanlines().for_each(|scanlines| glitch(scanlines, steps, random));
            png.assemble(limit).ok_or_else(|| too_large(format!("Glitched, this PNG takes more than {limit} bytes")))
        }
        Err(Refusal::TooLarge) => Err(too_large(format!(
            "This PNG takes more than {PICTURE_LIMIT} bytes uncompressed, or {SCANLINE_LIMIT} for a line"
        ))),
        Err(Refusal::NotPng) => {
            glitch_bytes(&mut file, steps, random);
            Ok(file)
        }
    }
}

/// Glitch the bytes of a file; of a PNG that cannot be decoded, those of its image data, so that its header stays.
fn glitch_bytes(file: &mut [u8], steps: u64, random: &mut Random) {
    let places = image_data(file);
    let mut data = places.iter().filter_map(|place| file.get(place.clone())).collect::<Vec<_>>().concat();
    if data.is_empty() {
        return glitch(file, steps, random);
    }
    glitch(&mut data, steps, random);
    for (byte, glitched) in places.into_iter().flatten().zip(data) {
        if let Some(byte) = file.get_mut(byte) {
            *byte = glitched;
        }
    }
}

fn too_large(reason: String) -> Error {
    Error::too_large("PictureTooLarge", reason + ". Send a smaller picture, or a JPEG.")
}

#[cfg(test)]
mod tests;
