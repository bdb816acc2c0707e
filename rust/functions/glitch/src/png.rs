//! PNG: the scanlines of the picture, apart from the chunks that make it a picture.
//!
//! All other chunks stay as they were, with three exceptions. The header no longer says that the picture is interlaced;
//! a palette gets a colour for every index that a pixel can have now; and an interlaced animation, whose other frames
//! would have to be written anew too, loses them.

use std::io::{self, Cursor, Write as _};

use flate2::{Compression, write::ZlibEncoder};
use png::{ColorType, Decoder, DecodingError, Info, Limits, Reader};

use crate::chunk::{self, Chunk};
use crate::paeth;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The byte before a scanline that has the Paeth filter.
const PAETH: u8 = 4;

/// Bytes of scanlines, as large as the buffers of a function of 512 MB can be.
pub const PICTURE_LIMIT: usize = 128 * 1024 * 1024;

/// Bytes of a single scanline, of which several are held besides the picture.
pub const SCANLINE_LIMIT: usize = 16 * 1024 * 1024;

/// A PNG file, taken apart.
pub struct Png<'a> {
    file: &'a [u8],
    interlaced: bool,
    /// Bytes of a palette with all the colours that a pixel can have.
    palette_length: usize,
    scanline_length: usize,
    /// The picture's scanlines, filtered, without the bytes that name the filters.
    pub scanlines: Vec<u8>,
}

/// Why a file is not taken apart.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is no PNG, or a damaged one.
    NotPng,
    /// The picture is over a limit, which is found before any of it is read.
    TooLarge,
}

impl<'a> Png<'a> {
    /// Take a file apart.
    ///
    /// # Errors
    /// A `Refusal`.
    pub fn decode(file: &'a [u8]) -> Result<Self, Refusal> {
        let mut reader = reader(file)?;
        let length = reader.output_buffer_size().filter(|length| *length <= PICTURE_LIMIT).ok_or(Refusal::TooLarge)?;
        let mut scanlines = vec![0; length];
        let frame = reader.next_frame(&mut scanlines)?;
        let info = reader.info();
        if (frame.width, frame.height) != info.size() || frame.line_size == 0 {
            return Err(Refusal::NotPng);
        }
        paeth::filter(&mut scanlines, frame.line_size, info.bytes_per_pixel());
        let (interlaced, palette_length, scanline_length) = (info.interlaced, palette_length(info), frame.line_size);
        Ok(Self { file, interlaced, palette_length, scanline_length, scanlines })
    }

    /// The file with the scanlines as they are now, unless no compression gets it into `limit` bytes.
    pub fn assemble(&self, limit: usize) -> Option<Vec<u8>> {
        [Compression::default(), Compression::best()]
            .into_iter()
            .filter_map(|compression| self.compress(compression, limit).ok())
            .map(|image_data| self.with_image_data(&image_data))
            .find(|file| file.len() <= limit)
    }

    /// The scanlines as image data.
    ///
    /// # Errors
    /// When that takes more than `limit` bytes.
    fn compress(&self, compression: Compression, limit: usize) -> io::Result<Vec<u8>> {
        let mut encoder = ZlibEncoder::new(Limited { bytes: Vec::new(), limit }, compression);
        for scanline in self.scanlines.chunks_exact(self.scanline_length) {
            encoder.write_all(&[PAETH])?;
            encoder.write_all(scanline)?;
        }
        Ok(encoder.finish()?.bytes)
    }

    /// The file with other image data.
    fn with_image_data(&self, image_data: &[u8]) -> Vec<u8> {
        let (signature, mut rest) = self.file.split_at(SIGNATURE.len());
        let mut file = signature.to_vec();
        let mut image_data = Some(image_data);
        while let Some((chunk, following)) = Chunk::split(rest) {
            match &chunk.kind {
                b"IDAT" => {
                    if let Some(data) = image_data.take() {
                        chunk::write(*b"IDAT", data, &mut file);
                    }
                }
                b"IHDR" if self.interlaced => chunk::write(*b"IHDR", &not_interlaced(chunk.data), &mut file),
                b"PLTE" if chunk.data.len() < self.palette_length => {
                    chunk::write(*b"PLTE", &self.filled_palette(chunk.data), &mut file);
                }
                b"acTL" | b"fcTL" | b"fdAT" if self.interlaced => {}
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

    /// A palette's colours, over and over again until there are enough.
    fn filled_palette(&self, colours: &[u8]) -> Vec<u8> {
        colours.iter().copied().cycle().take(self.palette_length).collect()
    }
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

/// A header whose last byte, the interlace method, says none.
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

/// Takes bytes up to a limit.
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
