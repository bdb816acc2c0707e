//! Repairs a PNG that decoders tolerate: truncated, without an end, with wrong checksums, with too little data, or with
//! invalid chunks.
//!
//! Browsers and Pillow show as much of such a picture as possible. Rows are read as far as the data goes; the others
//! are black, or transparent if the picture has transparency.

use std::io::{self, Write as _};
use std::iter;
use std::ops::Range;

use flate2::{Compression, Decompress, FlushDecompress, Status, write::ZlibEncoder};

use crate::chunk::{self, Chunk, SIGNATURE};
use crate::png::{PICTURE_LIMIT, Refusal, SCANLINE_LIMIT};

/// Filter types are 0 to 4; a row with another type cannot be decoded.
const LAST_FILTER: u8 = 4;

const INDEXED: u8 = 3;

/// A damaged PNG in two valid versions.
#[derive(Debug)]
pub struct Repaired {
    /// Only the picture: no other chunk can make a decoder reject it.
    pub picture: Vec<u8>,
    /// The file with the same image data.
    pub file: Vec<u8>,
}

/// Repairs a PNG file.
///
/// # Errors
/// `NotPng` if the header is invalid or nothing of the picture can be decoded; `TooLarge`.
pub fn repair(file: &[u8]) -> Result<Repaired, Refusal> {
    let (chunks, stray) = chunks(file).ok_or(Refusal::NotPng)?;
    let header = chunks.iter().find(|chunk| &chunk.kind == b"IHDR").and_then(Header::parse).ok_or(Refusal::NotPng)?;
    let is_whole = stray.is_empty() || chunks.last().is_some_and(|chunk| &chunk.kind == b"IEND");
    // Decoders read consecutive chunks: image data after another chunk is ignored.
    let image_data: Vec<&[u8]> = chunks
        .iter()
        .skip_while(|chunk| &chunk.kind != b"IDAT")
        .take_while(|chunk| &chunk.kind == b"IDAT")
        .map(|chunk| chunk.data)
        .collect();
    let image_data = header.rewrite(&image_data.concat())?;

    let mut picture = SIGNATURE.to_vec();
    chunk::write(*b"IHDR", &header.bytes(), &mut picture);
    let mut whole = picture.clone();
    if header.color_type == INDEXED {
        // Any colors will do, because pixels stay indexes.
        chunk::write(*b"PLTE", &vec![0; 3 << header.depth], &mut picture);
    }
    chunk::write(*b"IDAT", &image_data, &mut picture);
    chunk::write(*b"IEND", &[], &mut picture);

    let mut image_data = Some(image_data);
    for chunk in chunks {
        match &chunk.kind {
            b"IHDR" | b"IEND" => {}
            b"IDAT" => {
                if let Some(data) = image_data.take() {
                    chunk::write(*b"IDAT", &data, &mut whole);
                }
            }
            // Decoders may wait for announced frames that are missing.
            b"acTL" | b"fcTL" | b"fdAT" if !is_whole => {}
            _ => whole.extend_from_slice(chunk.bytes),
        }
    }
    chunk::write(*b"IEND", &[], &mut whole);
    whole.extend_from_slice(stray);
    Ok(Repaired { picture, file: whole })
}

/// Returns the ranges of the image data in a PNG file; none in other files.
pub fn image_data(file: &[u8]) -> Vec<Range<usize>> {
    let (chunks, _) = chunks(file).unwrap_or_default();
    let mut at = SIGNATURE.len();
    let mut places = Vec::new();
    for chunk in &chunks {
        let data = at + Chunk::DATA_OFFSET;
        if &chunk.kind == b"IDAT" {
            places.push(data..data + chunk.data.len());
        }
        at += chunk.bytes.len();
    }
    if chunks.iter().any(|chunk| &chunk.kind == b"IHDR") { places } else { Vec::new() }
}

/// Returns the chunks of a PNG file up to its end, or up to the first invalid one, and the bytes after them.
fn chunks(file: &[u8]) -> Option<(Vec<Chunk<'_>>, &[u8])> {
    let mut rest = file.strip_prefix(SIGNATURE)?;
    let mut chunks: Vec<Chunk<'_>> = Vec::new();
    while chunks.last().is_none_or(|last| &last.kind != b"IEND")
        && let Some((chunk, following)) = Chunk::split(rest).or_else(|| cut_off(rest))
        && chunk.kind.iter().all(u8::is_ascii_alphabetic)
    {
        chunks.push(chunk);
        rest = following;
    }
    Some((chunks, rest))
}

/// Returns the truncated chunk at the end of a file, if its data is usable.
fn cut_off(file: &[u8]) -> Option<(Chunk<'_>, &[u8])> {
    let (frame, data) = file.split_first_chunk::<{ Chunk::DATA_OFFSET }>()?;
    let [length @ .., _, _, _, _] = frame;
    let kind = *frame.last_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let data = data.get(..length).unwrap_or(data);
    matches!(&kind, b"IDAT" | b"IEND").then_some((Chunk { kind, data, bytes: file }, &[]))
}

/// The fields of a header.
#[derive(Clone, Copy)]
struct Header {
    width: u32,
    height: u32,
    depth: u8,
    color_type: u8,
    interlaced: bool,
}

impl Header {
    /// Parses an IHDR chunk, which may be too long and name methods that do not exist.
    fn parse(chunk: &Chunk<'_>) -> Option<Self> {
        let (width, rest) = chunk.data.split_first_chunk()?;
        let (height, rest) = rest.split_first_chunk()?;
        let &[depth, color_type, _, _, interlace] = rest.first_chunk()?;
        let (width, height) = (u32::from_be_bytes(*width), u32::from_be_bytes(*height));
        let exists =
            matches!((color_type, depth), (0, 1 | 2 | 4 | 8 | 16) | (2 | 4 | 6, 8 | 16) | (INDEXED, 1 | 2 | 4 | 8));
        (exists && width > 0 && height > 0).then_some(Self {
            width,
            height,
            depth,
            color_type,
            interlaced: interlace != 0,
        })
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = [self.width.to_be_bytes(), self.height.to_be_bytes()].concat();
        bytes.extend([self.depth, self.color_type, 0, 0, u8::from(self.interlaced)]);
        bytes
    }

    /// Recompresses the image data: the rows that exist, and black ones for the rest.
    fn rewrite(&self, image_data: &[u8]) -> Result<Vec<u8>, Refusal> {
        self.check_limits()?;
        let mut rows = Rows { data: image_data, inflater: Decompress::new(true), bytes: 0 };
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        for length in self.row_lengths() {
            encoder.write_all(&rows.next(1 + length)).map_err(|_| Refusal::TooLarge)?;
        }
        if rows.bytes == 0 {
            return Err(Refusal::NotPng);
        }
        encoder.finish().map_err(|_: io::Error| Refusal::TooLarge)
    }

    fn check_limits(&self) -> Result<(), Refusal> {
        let row = self.row_length(self.width as usize);
        let is_small = row <= SCANLINE_LIMIT && row.saturating_mul(self.height as usize) <= PICTURE_LIMIT;
        if is_small { Ok(()) } else { Err(Refusal::TooLarge) }
    }

    /// Returns the length of each row, without its filter byte.
    fn row_lengths(&self) -> impl Iterator<Item = usize> {
        let (width, height) = (self.width as usize, self.height as usize);
        let passes: &[_] = if self.interlaced { &ADAM7 } else { &[(0, 0, 1, 1)] };
        passes
            .iter()
            .map(move |(x, y, dx, dy)| {
                (width.saturating_sub(*x).div_ceil(*dx), height.saturating_sub(*y).div_ceil(*dy))
            })
            .filter(|(width, _)| *width > 0)
            .flat_map(|(width, height)| iter::repeat_n(self.row_length(width), height))
    }

    fn row_length(&self, width: usize) -> usize {
        let samples = match self.color_type {
            2 => 3,
            4 => 2,
            6 => 4,
            _ => 1,
        };
        (width * samples * usize::from(self.depth)).div_ceil(8)
    }
}

/// First column, first row, column step and row step of each pass of an interlaced picture.
///
/// <https://www.w3.org/TR/png-3/#8InterlaceMethods>
const ADAM7: [(usize, usize, usize, usize); 7] =
    [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

/// Reads the rows of a picture as far as its data goes.
struct Rows<'a> {
    data: &'a [u8],
    inflater: Decompress,
    /// Number of bytes read from the data.
    bytes: usize,
}

impl Rows<'_> {
    /// Reads the next row, padded with zeros.
    fn next(&mut self, length: usize) -> Vec<u8> {
        let mut row = vec![0; length];
        let inflated = self.inflate(&mut row);
        if row.first().is_some_and(|filter| *filter > LAST_FILTER) {
            row.fill(0);
            self.data = &[];
            self.inflater = Decompress::new(true);
        } else {
            self.bytes += inflated;
        }
        row
    }

    /// Inflates into a row, and returns the number of bytes.
    fn inflate(&mut self, row: &mut [u8]) -> usize {
        let mut filled = 0;
        while let Some(missing) = row.get_mut(filled..).filter(|missing| !missing.is_empty()) {
            let (taken, given) = (self.inflater.total_in(), self.inflater.total_out());
            let status = self.inflater.decompress(self.data, missing, FlushDecompress::None);
            // Bytes before an error are valid.
            let taken = difference(self.inflater.total_in(), taken);
            let given = difference(self.inflater.total_out(), given);
            self.data = self.data.get(taken..).unwrap_or_default();
            filled += given;
            if !matches!(status, Ok(Status::Ok)) || taken + given == 0 {
                break;
            }
        }
        // The inflater may write more than it reports when the data ends.
        row.iter_mut().skip(filled).for_each(|byte| *byte = 0);
        filled
    }
}

fn difference(after: u64, before: u64) -> usize {
    usize::try_from(after - before).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
