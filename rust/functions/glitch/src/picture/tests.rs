use std::io::Cursor;

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::chunk::{self, Chunk};
use crate::samples::{jpegs, markers, png, png_kinds};

const LIMIT: usize = 4_500_000;

fn run(file: &[u8], steps: u64, seed: u64) -> Result<Vec<u8>, String> {
    glitched(file.to_vec(), LIMIT, steps, &mut Random::new(seed)).map_err(|error| error.into_diagnostic().error_type)
}

fn samples() -> Vec<Vec<u8>> {
    jpegs().into_iter().map(|(_, file)| file).chain(png_kinds().into_iter().map(png)).collect()
}

/// A sample with bytes overwritten, with its end cut off, or with the end of another one.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let sample = || proptest::sample::select(samples());
    let overwrites = proptest::collection::vec((any::<Index>(), any::<u8>()), 1..6);
    let overwritten = (sample(), overwrites).prop_map(|(mut file, overwrites)| {
        overwrites.into_iter().for_each(|(position, byte)| *position.get_mut(&mut file) = byte);
        file
    });
    prop_oneof![
        overwritten.clone(),
        overwritten.prop_map(|file| with_right_checksums(&file)),
        (sample(), any::<Index>()).prop_map(|(mut file, end)| {
            file.truncate(end.index(file.len()));
            file
        }),
        (sample(), any::<Index>(), sample(), any::<Index>()).prop_map(|(start, end, other, from)| {
            [&start[..end.index(start.len())], &other[from.index(other.len())..]].concat()
        }),
    ]
}

/// A PNG that is not given away by a checksum.
fn with_right_checksums(file: &[u8]) -> Vec<u8> {
    let (signature, mut rest) = file.split_at(8);
    let mut file = signature.to_vec();
    while let Some((chunk, following)) = Chunk::split(rest) {
        chunk::write(chunk.kind, chunk.data, &mut file);
        rest = following;
    }
    [&file, rest].concat()
}

fn is_picture(file: &[u8]) -> bool {
    Jpeg::parse(file).is_some() || Png::decode(file).err() != Some(Refusal::NotPng)
}

fn png_size(file: &[u8]) -> (u32, u32) {
    let mut reader = ::png::Decoder::new(Cursor::new(file)).read_info().unwrap();
    let frame = reader.next_frame(&mut vec![0; reader.output_buffer_size().unwrap()]).unwrap();
    (frame.width, frame.height)
}

proptest! {
    #[test]
    fn any_bytes_are_changed_and_keep_their_length(bytes: Vec<u8>, steps in 1..60_u64, seed: u64) {
        let glitched = run(&bytes, steps, seed).unwrap();
        prop_assert_eq!(glitched.len(), bytes.len());
        prop_assert_eq!(glitched == bytes, bytes.is_empty());
    }

    #[test]
    fn a_damaged_picture_is_glitched_as_what_it_still_is(file in damaged(), steps in 1..60_u64, seed: u64) {
        let glitched = run(&file, steps, seed);
        prop_assert_eq!(&glitched, &run(&file, steps, seed));
        if let Ok(glitched) = glitched && !is_picture(&file) {
            prop_assert_eq!(glitched.len(), file.len());
        }
    }

    #[test]
    fn a_jpeg_stays_a_jpeg(file in proptest::sample::select(jpegs()), steps in 1..1000_u64, seed: u64) {
        let glitched = run(&file.1, steps, seed).unwrap();
        prop_assert_ne!(&glitched, &file.1);
        prop_assert_eq!(markers(&glitched), markers(&file.1));
    }

    #[test]
    fn a_png_stays_a_png_of_its_size(kind in proptest::sample::select(png_kinds()), steps in 1..1000_u64, seed: u64) {
        let file = png(kind);
        let glitched = run(&file, steps, seed).unwrap();
        prop_assert_eq!(png_size(&glitched), png_size(&file));
        let (before, after) = (Png::decode(&file).unwrap(), Png::decode(&glitched).unwrap());
        prop_assert_ne!(before.scanlines, after.scanlines);
    }
}
