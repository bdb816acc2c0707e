use std::io::Read as _;
use std::iter;

use flate2::read::ZlibDecoder;
use png::Transformations;

use super::*;
use crate::samples::{HEIGHT, PngKind, WIDTH, noise, png, png_kinds};

const NO_LIMIT: usize = usize::MAX;

/// Decodes the picture's pixels, with colors.
fn pixels(file: &[u8]) -> Vec<u8> {
    let mut decoder = Decoder::new(Cursor::new(file));
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((frame.width, frame.height), (WIDTH.into(), HEIGHT.into()));
    pixels
}

/// Returns the chunks of a file, whose checksums must be right, and the bytes after the last.
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
fn an_unchanged_picture_looks_the_same() {
    for kind in png_kinds() {
        let file = png(kind);
        let assembled = Png::decode(&file).unwrap().assemble(NO_LIMIT).unwrap();
        assert_eq!(pixels(&assembled), pixels(&file), "{kind:?}");
    }
}

#[test]
fn any_change_of_scanlines_opens() {
    for kind in png_kinds() {
        let file = png(kind);
        let mut decoded = Png::decode(&file).unwrap();
        decoded.scanlines().for_each(|scanlines| scanlines.copy_from_slice(&noise(scanlines.len())));
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
        let filters: Vec<u8> = inflated.into_iter().step_by(decoded.pictures[0].scanline_length + 1).collect();
        assert_eq!(filters, [PAETH; HEIGHT as usize], "{kind:?}");
    }
}

#[test]
fn other_chunks_and_trailing_bytes_are_not_changed() {
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
fn an_animation_keeps_its_frames_unless_interlaced() {
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
fn a_palette_gets_a_color_for_every_index() {
    for kind in png_kinds().into_iter().filter(|kind| kind.color_type == 3) {
        let file = png(kind);
        let assembled = Png::decode(&file).unwrap().assemble(NO_LIMIT).unwrap();
        let after = chunks(&assembled).0;
        let palette = named(&after, "PLTE")[0];
        assert_eq!(palette.len(), 3 << kind.depth);
        assert!(palette.chunks(6).all(|colors| colors == [10, 20, 30, 200, 210, 220]));
    }
}

const PLAIN: PngKind = PngKind { color_type: 2, depth: 8, interlaced: false, animated: false };

#[test]
fn a_limit_below_every_compression_is_an_error() {
    let file = png(PLAIN);
    let decoded = Png::decode(&file).unwrap();
    let needed = decoded.with_image_data(decoded.compress(Compression::best(), NO_LIMIT).unwrap()).len();
    assert_eq!(decoded.assemble(needed).unwrap().len(), needed);
    assert!(decoded.assemble(needed - 1).is_none());
}

#[test]
fn the_limits_are_checked_before_decoding() {
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
fn a_file_without_header_or_image_data_is_rejected() {
    let file = png(PLAIN);
    let mut unknown_color = file.clone();
    unknown_color[25] = 7;
    let mut no_data = SIGNATURE.to_vec();
    chunk::write(*b"IHDR", &chunks(&file).0[0].1, &mut no_data);
    let header_alone = no_data.clone();
    chunk::write(*b"IDAT", b"no zlib stream", &mut no_data);
    for damaged in [&[], SIGNATURE, &file[..30], &unknown_color, &header_alone, &no_data, &file[1..], b"GIF89a"] {
        assert_eq!(Png::decode(damaged).err(), Some(Refusal::NotPng));
    }
}

/// Returns an animation whose picture is not a frame, because no frame control chunk precedes it.
fn with_separate_picture(kind: PngKind) -> Vec<u8> {
    let mut file = SIGNATURE.to_vec();
    let mut number = 0_u32;
    let (chunks, _) = chunks_of_png(kind);
    let image_data = named(&chunks, "IDAT").concat();
    for (name, data) in &chunks {
        match name.as_str() {
            "fcTL" if number == 0 => number = 1,
            "fcTL" => {
                for half in image_data.chunks(image_data.len().div_ceil(2)).enumerate() {
                    if half.0 == 0 {
                        let mut control = data.clone();
                        control[..4].copy_from_slice(&0_u32.to_be_bytes());
                        chunk::write(*b"fcTL", &control, &mut file);
                    }
                    chunk::write(*b"fdAT", &[&number.to_be_bytes(), half.1].concat(), &mut file);
                    number += 1;
                }
                let mut control = data.clone();
                control[..4].copy_from_slice(&number.to_be_bytes());
                chunk::write(*b"fcTL", &control, &mut file);
                number += 1;
            }
            "fdAT" => {
                chunk::write(*b"fdAT", &[&number.to_be_bytes(), &data[4..]].concat(), &mut file);
                number += 1;
            }
            _ => chunk::write(name.as_bytes().try_into().unwrap(), data, &mut file),
        }
    }
    file
}

fn chunks_of_png(kind: PngKind) -> (Vec<(String, Vec<u8>)>, Vec<u8>) {
    let file = png(kind);
    let (chunks, rest) = chunks(&file);
    (chunks, rest.to_vec())
}

/// Decodes the pixels of the picture and of each frame.
fn frames(file: &[u8]) -> Vec<Vec<u8>> {
    let mut reader = Decoder::new(Cursor::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    iter::from_fn(|| reader.next_frame(&mut pixels).ok().map(|_| pixels.clone())).collect()
}

#[test]
fn picture_and_first_frame_are_both_glitched() {
    for kind in png_kinds().into_iter().filter(|kind| kind.animated) {
        let file = with_separate_picture(kind);
        let before = frames(&file);
        assert_eq!(before.len(), 3, "{kind:?}");
        let mut decoded = Png::decode(&file).unwrap();
        if !kind.interlaced {
            assert!(frames(&decoded.assemble(NO_LIMIT).unwrap()) == before, "{kind:?}");
        }
        decoded.scanlines().for_each(|scanlines| scanlines.fill(1));
        let after = frames(&decoded.assemble(NO_LIMIT).unwrap());
        assert_ne!(after[0], before[0], "{kind:?}");
        if kind.interlaced {
            assert_eq!(after.len(), 1, "{kind:?}");
        } else {
            assert_eq!(after.len(), 3, "{kind:?}");
            assert!(after[1] == after[0] && after[2] == before[2], "{kind:?}");
        }
    }
}
