use std::io::Read as _;

use flate2::read::ZlibDecoder;
use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::effect::Effect;
use crate::glitched::glitched;
use crate::png::Png;
use crate::random::Random;
use crate::samples::{HEIGHT, PngKind, png, png_kinds};

/// Decodes the pixels of a picture with a decoder that accepts only valid files.
fn pixels(file: &[u8]) -> Vec<u8> {
    let mut reader = ::png::Decoder::new(io::Cursor::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    reader.finish().unwrap();
    pixels
}

/// Returns a damaged file after repair, without a glitch.
fn assembled(file: &[u8]) -> Vec<u8> {
    Png::decode(file).unwrap().assemble(usize::MAX).unwrap()
}

/// Returns the ranges of the data of the first two image data chunks.
fn halves(file: &[u8]) -> [Range<usize>; 2] {
    image_data(file).try_into().unwrap()
}

fn kinds() -> impl Strategy<Value = PngKind> {
    proptest::sample::select(png_kinds())
}

/// Returns the offset of the last chunk's checksum.
fn end(file: &[u8]) -> usize {
    file.windows(4).rposition(|kind| kind == b"IEND").unwrap() + 4
}

proptest! {
    #[test]
    fn wrong_checksums_of_image_data_change_nothing(kind in kinds(), wrong in 1_u8..) {
        let file = png(kind);
        let mut damaged = file.clone();
        for half in halves(&file) {
            damaged[half.end] ^= wrong;
        }
        prop_assert_eq!(pixels(&assembled(&damaged)), pixels(&file));
    }

    #[test]
    fn a_missing_end_changes_nothing(kind in kinds(), missing: Index) {
        let mut file = png(kind);
        file.truncate(end(&file) + 4);
        let damaged = &file[..end(&file) - missing.index(9)];
        prop_assert_eq!(pixels(&assembled(damaged)), pixels(&file));
    }

    #[test]
    fn a_truncated_picture_has_its_first_rows(kind in kinds(), cut: Index) {
        let file = png(kind);
        let [first, second] = halves(&file);
        let length = first.len() + second.len();
        // The first bytes of a compressed stream may not give a pixel yet.
        let end = 300 + cut.index(length - 300);
        let end = if end < first.len() { first.start + end } else { second.start + end - first.len() };
        let after = pixels(&assembled(&file[..end]));
        let before = pixels(&file);
        prop_assert_eq!(after.len(), before.len());
        if !kind.interlaced {
            let row = before.len() / usize::from(HEIGHT);
            let same = before.chunks(row).zip(after.chunks(row)).take_while(|(before, after)| before == after).count();
            prop_assert!(after.iter().skip((same + 1) * row).all(|byte| *byte == 0), "{} rows", same);
        }
    }

    #[test]
    fn missing_rows_are_filled(kind in kinds(), rows: Index) {
        let file = png(kind);
        let length = rows.index(inflated(&file).len() - 1) + 1;
        let damaged = with_rows(&file, &inflated(&file)[..length]);
        let filled = [&inflated(&file)[..length], &vec![0; inflated(&file).len() - length]].concat();
        prop_assert_eq!(pixels(&assembled(&damaged)), pixels(&with_rows(&file, &filled)));
    }

    #[test]
    fn rows_after_an_unknown_filter_are_black(kind in kinds(), filter in 5_u8..) {
        let file = png(kind);
        let mut rows = inflated(&file);
        let length = Header::parse(&chunks(&file).unwrap().0[0]).unwrap().row_lengths().next().unwrap();
        rows[1 + length] = filter;
        let after = pixels(&assembled(&with_rows(&file, &rows)));
        rows[1 + length..].fill(0);
        prop_assert_eq!(after, pixels(&with_rows(&file, &rows)));
    }

    #[test]
    fn invalid_headers_and_extra_chunks_change_nothing(kind in kinds(), method: u8, extra: Vec<u8>, stray: Vec<u8>) {
        let file = png(kind);
        let mut damaged = SIGNATURE.to_vec();
        for chunk in chunks(&file).unwrap().0 {
            match &chunk.kind {
                b"IHDR" => {
                    let mut header = [chunk.data, &extra].concat();
                    header[10] = method;
                    chunk::write(chunk.kind, &header, &mut damaged);
                    // One chunk that a decoder may reject, and one unknown chunk.
                    chunk::write(*b"tIME", &extra, &mut damaged);
                    chunk::write(*b"abCd", &stray, &mut damaged);
                }
                b"IEND" => damaged.extend(&stray),
                _ => damaged.extend_from_slice(chunk.bytes),
            }
        }
        prop_assert_eq!(pixels(&alone(&assembled(&damaged))), pixels(&file));
    }

    #[test]
    fn an_undecodable_png_keeps_its_chunks(kind in kinds(), seed: u64) {
        let mut file = png(kind);
        let [first, second] = halves(&file);
        file[first.clone()].fill(0xFF);
        prop_assert_eq!(Png::decode(&file).err(), Some(Refusal::NotPng));
        let after =
            glitched(file.clone(), usize::MAX, Effect::Bytes, 7, &mut Random::new(seed)).unwrap();
        prop_assert_ne!(&after, &file);
        for place in (0..file.len()).filter(|place| !first.contains(place) && !second.contains(place)) {
            prop_assert_eq!(after[place], file[place]);
        }
    }
}

/// Returns the filtered rows of a picture.
fn inflated(file: &[u8]) -> Vec<u8> {
    let data = halves(file).map(|half| file[half].to_vec()).concat();
    let mut rows = Vec::new();
    ZlibDecoder::new(data.as_slice()).read_to_end(&mut rows).unwrap();
    rows
}

/// Replaces the rows of a file.
fn with_rows(file: &[u8], rows: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(rows).unwrap();
    let mut data = Some(encoder.finish().unwrap());
    let mut with_rows = SIGNATURE.to_vec();
    for chunk in chunks(file).unwrap().0 {
        if &chunk.kind == b"IDAT" {
            data.take().into_iter().for_each(|data| chunk::write(*b"IDAT", &data, &mut with_rows));
        } else {
            with_rows.extend_from_slice(chunk.bytes);
        }
    }
    with_rows
}

/// Removes the chunks that a picture does not need.
fn alone(file: &[u8]) -> Vec<u8> {
    let mut alone = SIGNATURE.to_vec();
    for chunk in chunks(file).unwrap().0.iter().filter(|chunk| chunk.kind[0].is_ascii_uppercase()) {
        alone.extend_from_slice(chunk.bytes);
    }
    alone
}
