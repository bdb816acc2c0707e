use std::io::Read as _;

use flate2::read::ZlibDecoder;
use png::Transformations;

use super::*;
use crate::samples::{HEIGHT, PngKind, WIDTH, noise, png, png_kinds};

const NO_LIMIT: usize = usize::MAX;

/// The picture's pixels, in colours.
fn pixels(file: &[u8]) -> Vec<u8> {
    let mut decoder = Decoder::new(Cursor::new(file));
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((frame.width, frame.height), (WIDTH.into(), HEIGHT.into()));
    pixels
}

/// The chunks of a file, each with the right checksum, and what is behind the last.
fn chunks(file: &[u8]) -> (Vec<(String, Vec<u8>)>, &[u8]) {
    let mut rest = file.strip_prefix(SIGNATURE).unwrap();
    let mut chunks = Vec::new();
    while let Some((chunk, following)) = Chunk::split(rest) {
        let mut written = Vec::new();
        chunk::write(chunk.kind, chunk.data, &mut written);
        assert_eq!(written, chunk.bytes);
        chunks.push((String::from_utf8(chunk.kind.to_vec()).unwrap(), chunk.data.to_vec()));
        rest = following;
        if &chunk.kind == b"IEND" {
            break;
        }
    }
    (chunks, rest)
}

fn named<'a>(chunks: &'a [(String, Vec<u8>)], name: &str) -> Vec<&'a [u8]> {
    chunks.iter().filter(|(other, _)| other == name).map(|(_, data)| data.as_slice()).collect()
}

#[test]
fn what_is_not_glitched_shows_the_same_picture() {
    for kind in png_kinds() {
        let file = png(kind);
        let assembled = Png::decode(&file).unwrap().assemble(NO_LIMIT).unwrap();
        assert_eq!(pixels(&assembled), pixels(&file), "{kind:?}");
    }
}

#[test]
fn whatever_becomes_of_the_scanlines_the_picture_opens() {
    for kind in png_kinds() {
        let file = png(kind);
        let mut decoded = Png::decode(&file).unwrap();
        let length = decoded.scanlines.len();
        decoded.scanlines = noise(length);
        assert_ne!(pixels(&decoded.assemble(NO_LIMIT).unwrap()), pixels(&file), "{kind:?}");
    }
}

#[test]
fn every_scanline_has_the_paeth_filter() {
    for kind in png_kinds() {
        let file = png(kind);
        let decoded = Png::decode(&file).unwrap();
        let assembled = decoded.assemble(NO_LIMIT).unwrap();
        let mut inflated = Vec::new();
        ZlibDecoder::new(named(&chunks(&assembled).0, "IDAT")[0]).read_to_end(&mut inflated).unwrap();
        let filters: Vec<u8> = inflated.into_iter().step_by(decoded.scanline_length + 1).collect();
        assert_eq!(filters, [PAETH; HEIGHT as usize], "{kind:?}");
    }
}

#[test]
fn other_chunks_and_the_bytes_behind_the_end_are_left_alone() {
    for kind in png_kinds() {
        let file = png(kind);
        let assembled = Png::decode(&file).unwrap().assemble(NO_LIMIT).unwrap();
        let ((before, behind), (after, behind_after)) = (chunks(&file), chunks(&assembled));
        assert_eq!(behind, behind_after);
        for name in ["gAMA", "tRNS", "tEXt", "IEND"] {
            assert_eq!(named(&before, name), named(&after, name), "{kind:?}");
        }
        assert_eq!(named(&after, "IDAT").len(), 1);
    }
}

#[test]
fn an_animation_keeps_its_other_frames_unless_they_are_interlaced() {
    for kind in png_kinds().into_iter().filter(|kind| kind.animated) {
        let file = png(kind);
        let assembled = Png::decode(&file).unwrap().assemble(NO_LIMIT).unwrap();
        let (before, after) = (chunks(&file).0, chunks(&assembled).0);
        for name in ["acTL", "fcTL", "fdAT"] {
            let expected = if kind.interlaced { vec![] } else { named(&before, name) };
            assert_eq!(named(&after, name), expected, "{kind:?}");
        }
    }
}

#[test]
fn a_palette_gets_a_colour_for_every_index() {
    for kind in png_kinds().into_iter().filter(|kind| kind.colour_type == 3) {
        let file = png(kind);
        let assembled = Png::decode(&file).unwrap().assemble(NO_LIMIT).unwrap();
        let after = chunks(&assembled).0;
        let palette = named(&after, "PLTE")[0];
        assert_eq!(palette.len(), 3 << kind.depth);
        assert!(palette.chunks(6).all(|colours| colours == [10, 20, 30, 200, 210, 220]));
    }
}

const PLAIN: PngKind = PngKind { colour_type: 2, depth: 8, interlaced: false, animated: false };

#[test]
fn a_limit_that_no_compression_keeps_is_refused() {
    let file = png(PLAIN);
    let decoded = Png::decode(&file).unwrap();
    let needed = decoded.with_image_data(&decoded.compress(Compression::best(), NO_LIMIT).unwrap()).len();
    assert_eq!(decoded.assemble(needed).unwrap().len(), needed);
    assert!(decoded.assemble(needed - 1).is_none());
}

#[test]
fn a_picture_over_a_limit_is_refused_before_it_is_read() {
    let sized = |width: u32, height: u32| {
        let mut file = png(PLAIN);
        let header = [&width.to_be_bytes(), &height.to_be_bytes(), [8, 2, 0, 0].as_slice(), &[0]].concat();
        let mut chunk = Vec::new();
        chunk::write(*b"IHDR", &header, &mut chunk);
        file.splice(8..8 + chunk.len(), chunk);
        file
    };
    for (width, height) in [(100_000, 100_000), (16 * 1024 * 1024, 1), (0x7FFF_FFFF, 0x7FFF_FFFF)] {
        assert_eq!(Png::decode(&sized(width, height)).err(), Some(Refusal::TooLarge), "{width}x{height}");
    }
    assert_eq!(Png::decode(&sized(0, 1)).err(), Some(Refusal::NotPng));
}

#[test]
fn a_damaged_png_is_none() {
    let file = png(PLAIN);
    let mut wrong_checksum = file.clone();
    wrong_checksum[30] ^= 1;
    for damaged in [&[], SIGNATURE, &file[..file.len() / 2], &wrong_checksum, &file[1..], b"GIF89a"] {
        assert_eq!(Png::decode(damaged).err(), Some(Refusal::NotPng));
    }
}
