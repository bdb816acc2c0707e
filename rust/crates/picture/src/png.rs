//! PNG: decodes the scanlines of a picture and writes them back, without touching the other chunks.
//!
//! There are three exceptions. The header no longer says that the picture is interlaced; a palette gets a color for
//! every index that a pixel can have; and an interlaced animation loses its other frames, because they would have to be
//! rewritten too.
//!
//! An animation may not include the still picture that its file starts with: then both the picture and the first frame
//! are changed.

use std::borrow::Cow;
use std::io::{self, Cursor, Write as _};

use flate2::{Compression, write::ZlibEncoder};
use png::{ColorType, Decoder, DecodingError, Info, Limits, Reader};

use crate::chunk::{self, Chunk, SIGNATURE};
use crate::paeth;
use crate::pixels::Pixels;
use crate::repair::{Repaired, repair};

/// The filter byte of a scanline with the Paeth filter.
const PAETH: u8 = 4;

/// Maximum size of all scanlines in bytes, which fits into a function of 512 MB.
pub const PICTURE_LIMIT: usize = 128 * 1024 * 1024;

/// Maximum size of a scanline in bytes; several are in memory in addition to the picture.
pub const SCANLINE_LIMIT: usize = 16 * 1024 * 1024;

/// A decoded PNG file.
pub struct Png<'a> {
    file: Cow<'a, [u8]>,
    interlaced: bool,
    /// Length in bytes of a palette with all colors that a pixel can have.
    palette_length: usize,
    animation: Animation,
    /// The picture, and the first frame of an animation that does not include it.
    pictures: Vec<Picture>,
}

/// How to write the frames after the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Animation {
    /// Unchanged, or there are none.
    Same,
    /// The first frame, which is not the picture, is rewritten.
    FirstFrame,
    /// They are removed.
    Dropped,
}

/// The filtered scanlines of a picture, without the filter bytes.
struct Picture {
    scanlines: Vec<u8>,
    scanline_length: usize,
}

/// Reason why a file is not decoded.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is not a PNG, or nothing of it can be decoded.
    NotPng,
    /// The picture exceeds a limit, which is checked before decoding.
    TooLarge,
}

impl<'a> Png<'a> {
    /// Decodes a file, after repairing it if it is damaged.
    #[cfg(test)]
    pub fn decode(file: &'a [u8]) -> Result<Self, Refusal> {
        Self::decode_with(file, |_| {})
    }

    /// Decodes a file, after repairing it if it is damaged, and changes its pixels before they are filtered.
    ///
    /// # Errors
    /// A `Refusal`.
    pub fn decode_with(file: &'a [u8], mut change: impl FnMut(&mut Pixels<'_>)) -> Result<Self, Refusal> {
        if is_framed(file) {
            match Self::decode_sound(file, file.into(), &mut change) {
                Err(Refusal::NotPng) => {}
                decided => return decided,
            }
        }
        let Repaired { picture, file } = repair(file)?;
        Self::decode_sound(&picture, file.into(), &mut change)
    }

    /// Decodes `file`, which has the same picture as the valid file `sound`.
    fn decode_sound(
        sound: &[u8],
        file: Cow<'a, [u8]>,
        change: &mut impl FnMut(&mut Pixels<'_>),
    ) -> Result<Self, Refusal> {
        let mut reader = reader(sound)?;
        let starts_with_a_frame = reader.info().frame_control.is_some();
        let picture = Picture::decode(&mut reader, PICTURE_LIMIT, change)?;
        let info = reader.info();
        if picture.scanlines.len() != reader.output_buffer_size().unwrap_or_default() {
            return Err(Refusal::NotPng);
        }
        let (interlaced, palette_length) = (info.interlaced, palette_length(info));
        let is_animated = info.animation_control.is_some();
        let mut pictures = vec![picture];
        let mut animation = if interlaced { Animation::Dropped } else { Animation::Same };
        if is_animated && !starts_with_a_frame && !interlaced {
            let limit = PICTURE_LIMIT - pictures.iter().map(|picture| picture.scanlines.len()).sum::<usize>();
            let frame = Picture::decode(&mut reader, limit, change).ok();
            animation = if frame.is_some() { Animation::FirstFrame } else { Animation::Dropped };
            pictures.extend(frame);
        }
        Ok(Self { file, interlaced, palette_length, animation, pictures })
    }

    /// Returns the scanlines of each picture that is shown first.
    pub fn scanlines(&mut self) -> impl Iterator<Item = &mut [u8]> {
        self.pictures.iter_mut().map(|picture| picture.scanlines.as_mut_slice())
    }

    /// Returns the file with the current scanlines; `None` if no compression level fits into `limit` bytes.
    pub fn assemble(&self, limit: usize) -> Option<Vec<u8>> {
        [Compression::default(), Compression::best()]
            .into_iter()
            .filter_map(|compression| self.compress(compression, limit).ok())
            .map(|image_data| self.with_image_data(image_data))
            .find(|file| file.len() <= limit)
    }

    fn compress(&self, compression: Compression, limit: usize) -> io::Result<Vec<Vec<u8>>> {
        self.pictures.iter().map(|picture| picture.compress(compression, limit)).collect()
    }

    /// Returns the file with other image data for the picture and the first frame.
    fn with_image_data(&self, image_data: Vec<Vec<u8>>) -> Vec<u8> {
        let mut image_data = image_data.into_iter();
        let (mut picture, mut frame) = (image_data.next(), image_data.next());
        let (mut frames, mut sequence_number) = (0, 0);
        let (signature, mut rest) = self.file.split_at(SIGNATURE.len());
        let mut file = signature.to_vec();
        while let Some((chunk, following)) = Chunk::split(rest) {
            match &chunk.kind {
                b"IDAT" => {
                    if let Some(data) = picture.take() {
                        chunk::write(*b"IDAT", &data, &mut file);
                    }
                }
                b"IHDR" if self.interlaced => chunk::write(*b"IHDR", &not_interlaced(chunk.data), &mut file),
                b"PLTE" if chunk.data.len() < self.palette_length => {
                    chunk::write(*b"PLTE", &self.filled_palette(chunk.data), &mut file);
                }
                b"acTL" | b"fcTL" | b"fdAT" if self.animation == Animation::Dropped => {}
                b"fcTL" | b"fdAT" if self.animation == Animation::FirstFrame => {
                    frames += u32::from(&chunk.kind == b"fcTL");
                    let (_, data) = chunk.data.split_at_checked(size_of::<u32>()).unwrap_or_default();
                    let is_first = &chunk.kind == b"fdAT" && frames == 1;
                    let written = if is_first { frame.take().map(Cow::Owned) } else { Some(Cow::Borrowed(data)) };
                    // The first frame's data becomes one chunk, so the sequence numbers of the later chunks change.
                    if let Some(data) = written {
                        chunk::write(
                            chunk.kind,
                            &[&u32::to_be_bytes(sequence_number), data.as_ref()].concat(),
                            &mut file,
                        );
                        sequence_number += 1;
                    }
                }
                _ => file.extend_from_slice(chunk.bytes),
            }
            rest = following;
            if &chunk.kind == b"IEND" {
                break;
            }
        }
        file.extend_from_slice(rest);
        file
    }

    /// Repeats a palette's colors until there are enough.
    fn filled_palette(&self, colors: &[u8]) -> Vec<u8> {
        colors.iter().copied().cycle().take(self.palette_length).collect()
    }
}

impl Picture {
    /// Decodes the reader's next picture, of up to `limit` bytes.
    fn decode(
        reader: &mut Reader<Cursor<&[u8]>>,
        limit: usize,
        change: &mut impl FnMut(&mut Pixels<'_>),
    ) -> Result<Self, Refusal> {
        let length = reader.output_buffer_size().filter(|length| *length <= limit).ok_or(Refusal::TooLarge)?;
        let mut scanlines = vec![0; length];
        let frame = reader.next_frame(&mut scanlines)?;
        if frame.line_size == 0 {
            return Err(Refusal::NotPng);
        }
        scanlines.truncate(frame.buffer_size());
        let info = reader.info();
        change(&mut Pixels {
            bytes: &mut scanlines,
            scanline_length: frame.line_size,
            pixel_length: info.bytes_per_pixel(),
            sample_length: (info.bit_depth as usize).div_ceil(8),
        });
        paeth::filter(&mut scanlines, frame.line_size, info.bytes_per_pixel());
        Ok(Self { scanlines, scanline_length: frame.line_size })
    }

    /// Compresses the scanlines.
    ///
    /// # Errors
    /// The result exceeds `limit` bytes.
    fn compress(&self, compression: Compression, limit: usize) -> io::Result<Vec<u8>> {
        let mut encoder = ZlibEncoder::new(Limited { bytes: Vec::new(), limit }, compression);
        for scanline in self.scanlines.chunks_exact(self.scanline_length) {
            encoder.write_all(&[PAETH])?;
            encoder.write_all(scanline)?;
        }
        Ok(encoder.finish()?.bytes)
    }
}

/// Whether a file consists of complete chunks up to its end.
fn is_framed(file: &[u8]) -> bool {
    let mut rest = file.strip_prefix(SIGNATURE).unwrap_or_default();
    while let Some((chunk, following)) = Chunk::split(rest) {
        if &chunk.kind == b"IEND" {
            return true;
        }
        rest = following;
    }
    false
}

fn reader(file: &[u8]) -> Result<Reader<Cursor<&[u8]>>, DecodingError> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(file), Limits { bytes: SCANLINE_LIMIT });
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.read_info()
}

fn palette_length(info: &Info<'_>) -> usize {
    if info.color_type == ColorType::Indexed { 3 << info.bit_depth as u8 } else { 0 }
}

/// Returns the header with interlace method 0, its last byte.
fn not_interlaced(header: &[u8]) -> Vec<u8> {
    header.split_last().map(|(_, others)| [others, &[0]].concat()).unwrap_or_default()
}

impl From<DecodingError> for Refusal {
    fn from(error: DecodingError) -> Self {
        match error {
            DecodingError::LimitsExceeded => Self::TooLarge,
            _ => Self::NotPng,
        }
    }
}

/// A writer that fails at a limit.
struct Limited {
    bytes: Vec<u8>,
    limit: usize,
}

impl io::Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
