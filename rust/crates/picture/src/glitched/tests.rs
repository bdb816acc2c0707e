use std::io::Cursor;

use proptest::prelude::*;
use proptest::sample::Index;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::chunk::{self, Chunk, SIGNATURE};
use crate::samples::{PngKind, jpegs, markers, noise, png, png_kinds};

const LIMIT: usize = 4_500_000;

fn run(file: &[u8], steps: u64, seed: u64) -> Result<Vec<u8>, String> {
    glitched(file.to_vec(), LIMIT, Effect::Bytes, steps, &mut Random::new(seed)).map_err(|error| error.to_string())
}

fn samples() -> Vec<Vec<u8>> {
    jpegs().into_iter().map(|(_, file)| file).chain(png_kinds().into_iter().map(png)).collect()
}

/// Generates a sample with overwritten bytes, a truncated end, or the end of another sample.
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

/// Whether a file is not a PNG of more than a million pixels, which takes seconds. Damage can multiply its size.
fn is_small(file: &[u8]) -> bool {
    let number = |at: usize| file.get(at..at + 4).map_or(0, |bytes| u32::from_be_bytes(bytes.try_into().unwrap()));
    !file.starts_with(SIGNATURE) || u64::from(number(16)) * u64::from(number(20)) <= 1_000_000
}

/// Recomputes the checksums of a PNG, so that damage is not detected by them.
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
    Jpeg::parse(&mut file.to_vec()).is_some() || Png::decode(file).err() != Some(Refusal::NotPng)
}

fn png_size(file: &[u8]) -> (u32, u32) {
    let mut reader = ::png::Decoder::new(Cursor::new(file)).read_info().unwrap();
    let frame = reader.next_frame(&mut vec![0; reader.output_buffer_size().unwrap()]).unwrap();
    (frame.width, frame.height)
}

/// Generates a JPEG header, and data of the bytes that have a meaning in it and their neighbors.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let byte = proptest::sample::select(vec![0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x01, 0xD0, 0xD9, 0xDA, 0xFE]);
    proptest::collection::vec(byte, 0..200).prop_map(|data| [&[0xFF, 0xD8, 0xFF, 0xDA, 0, 2], data.as_slice()].concat())
}

/// Glitches a file that is not a PNG, written out step by step: extracts the data of a JPEG, glitches it, and puts it
/// back.
fn spelled_out(file: &[u8], steps: u64, seed: u64) -> Vec<u8> {
    let TakenApart { frame, data: before, data_end, fill, is_followed } = taken_apart(file);
    if before.is_empty() {
        let mut file = file.to_vec();
        glitch(&mut file, Effect::Bytes, steps, &mut Random::new(seed));
        return file;
    }
    let mut data = before.clone();
    glitch(&mut data, Effect::Bytes, steps, &mut Random::new(seed));
    let mut missing = 0;
    if is_followed {
        let differing = (0..data.len()).filter(|&at| (data[at] == 0xFF) != (before[at] == 0xFF));
        let (new, old): (Vec<_>, Vec<_>) = differing.partition(|&at| data[at] == 0xFF);
        let zeros = old.len() + fill;
        new.iter().skip(zeros).for_each(|&at| data[at] = if before[at] == 0xFE { 0xFD } else { 0xFE });
        missing = zeros.saturating_sub(new.len());
    }
    let mut data = data.into_iter();
    let mut put_back = |byte: Option<u8>| match byte.map_or_else(|| Err(data.next().unwrap()), Ok) {
        Err(0xFF) => vec![0xFF, 0],
        Ok(byte) | Err(byte) => vec![byte],
    };
    let (picture, rest) = frame.split_at(data_end);
    let mut glitched: Vec<u8> = picture.iter().flat_map(|byte| put_back(*byte)).collect();
    glitched.extend(vec![0xFF; missing]);
    glitched.extend(rest.iter().flat_map(|byte| put_back(*byte)));
    glitched
}

#[derive(Default)]
struct TakenApart {
    /// The file, with `None` for each byte of its data.
    frame: Vec<Option<u8>>,
    data: Vec<u8>,
    /// Where the last scan's data ends in the frame.
    data_end: usize,
    /// Fill bytes within the data.
    fill: usize,
    /// Whether bytes follow the picture.
    is_followed: bool,
}

fn taken_apart(file: &[u8]) -> TakenApart {
    let mut apart = TakenApart::default();
    if !file.starts_with(&[0xFF, 0xD8]) {
        return apart;
    }
    let (mut at, mut framed) = (2, 0);
    while at < file.len() {
        // The next marker is a byte 0xFF, followed by a byte that is neither 0xFF nor zero.
        let Some(code) = (at + 1..file.len()).find(|&code| file[code - 1] == 0xFF && !matches!(file[code], 0 | 0xFF))
        else {
            break;
        };
        at = code + 1;
        match file[code] {
            0xD8 | 0xD9 => break,
            0x02..=0xBF if !apart.data.is_empty() => break,
            0x01 | 0xD0..=0xD7 => continue,
            _ => {}
        }
        let Some(&[high, low]) = file.get(at..at + 2) else { break };
        let length = usize::from(u16::from_be_bytes([high, low])).max(2);
        if at + length > file.len() {
            break;
        }
        at += length;
        if file[code] != 0xDA {
            continue;
        }
        while at < file.len() {
            let next = (at..file.len()).find(|&at| file[at] != 0xFF);
            match (file[at], next.map(|next| file[next])) {
                (0xFF, Some(0)) => {
                    apart.frame.extend(file[framed..at].iter().copied().map(Some));
                    apart.fill += next.unwrap() - at - 1;
                    apart.data.push(0xFF);
                    apart.frame.push(None);
                    at = next.unwrap() + 1;
                    framed = at;
                }
                (0xFF, Some(0xD0..=0xD7)) => at = next.unwrap() + 1,
                (0xFF, _) => break,
                (byte, _) => {
                    apart.frame.extend(file[framed..at].iter().copied().map(Some));
                    apart.data.push(byte);
                    apart.frame.push(None);
                    at += 1;
                    framed = at;
                }
            }
        }
        apart.data_end = apart.frame.len() + at - framed;
    }
    apart.is_followed = at < file.len();
    apart.frame.extend(file[framed..].iter().copied().map(Some));
    apart
}

/// A stuffed zero outside of a scan is such a byte.
#[test]
fn bytes_after_a_picture_keep_its_length() {
    let picture = [0xFF, 0xD8, 0xFF, 0xDA, 0, 2, 0xFF, 0, 0xFF, 1];
    for after in [&[0xFF, 0][..], &[0x41], &[0xFF, 0, 0x41], &[0xFF, 0, 0xFF, 0]] {
        let file = [&picture, after].concat();
        let glitched = run(&file, 1, 0).unwrap();
        assert_eq!(glitched, spelled_out(&file, 1, 0), "{after:?}");
        assert_eq!(glitched.len(), file.len(), "{after:?}");
    }
}

fn effects() -> impl Strategy<Value = Effect> {
    proptest::sample::select(vec![Effect::Channels, Effect::Blocks, Effect::Sort])
}

#[test]
fn more_steps_of_an_effect_change_more() {
    let share = |file: &[u8], effect, steps| {
        let glitched = glitched(file.to_vec(), LIMIT, effect, steps, &mut Random::new(7)).unwrap();
        let (mut before, mut after) = (Png::decode(file).unwrap(), Png::decode(&glitched).unwrap());
        let (before, after) = (before.scanlines().next().unwrap(), after.scanlines().next().unwrap());
        before.iter().zip(&*after).filter(|(before, after)| before != after).count()
    };
    let file = png(png_kinds().into_iter().find(|kind| kind.color_type == 2 && kind.depth == 8).unwrap());
    for effect in [Effect::Channels, Effect::Blocks, Effect::Sort] {
        let shares = [1, 7, 200].map(|steps| share(&file, effect, steps));
        assert!(shares.is_sorted() && shares[0] * 2 < shares[2], "{effect:?}: {shares:?}");
    }
}

#[test]
fn a_jpeg_is_glitched_like_its_extracted_data() {
    for (name, file) in jpegs() {
        for steps in [1, 2, 7, 70, 1000] {
            for seed in 0..20 {
                assert!(run(&file, steps, seed).unwrap() == spelled_out(&file, steps, seed), "{name}, {steps}, {seed}");
            }
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_changed_without_changing_length(bytes: Vec<u8>, steps in 1..60_u64, seed: u64) {
        let glitched = run(&bytes, steps, seed).unwrap();
        prop_assert_eq!(glitched.len(), bytes.len());
        prop_assert_eq!(glitched == bytes, bytes.is_empty());
    }

    #[test]
    fn a_damaged_picture_is_glitched(file in damaged(), steps in 1..60_u64, seed: u64) {
        prop_assume!(is_small(&file));
        let glitched = run(&file, steps, seed);
        prop_assert_eq!(&glitched, &run(&file, steps, seed));
        if let Ok(glitched) = glitched && !is_picture(&file) {
            prop_assert_eq!(glitched.len(), file.len());
        }
    }

    #[test]
    fn a_damaged_file_with_valid_checksums_is_glitched(
        file in prop_oneof![damaged(), hostile(), any::<Vec<u8>>()],
        steps in 1..60_u64,
        seed: u64,
    ) {
        prop_assume!(!file.starts_with(SIGNATURE));
        prop_assert_eq!(run(&file, steps, seed).unwrap(), spelled_out(&file, steps, seed));
    }

    #[test]
    fn a_jpeg_stays_a_jpeg(file in proptest::sample::select(jpegs()), steps in 1..1000_u64, seed: u64) {
        let glitched = run(&file.1, steps, seed).unwrap();
        prop_assert_ne!(&glitched, &file.1);
        prop_assert_eq!(markers(&glitched), markers(&file.1));
    }

    #[test]
    fn every_effect_keeps_a_jpeg(file in proptest::sample::select(jpegs()), effect in effects(), steps in 1..300_u64, seed: u64) {
        let glitched = glitched(file.1.clone(), LIMIT, effect, steps, &mut Random::new(seed)).unwrap();
        prop_assert_ne!(&glitched, &file.1);
        prop_assert_eq!(markers(&glitched), markers(&file.1));
    }

    #[test]
    fn every_effect_keeps_a_png(kind in proptest::sample::select(png_kinds()), effect in effects(), steps in 1..300_u64, seed: u64) {
        let file = png(kind);
        let glitched = glitched(file.clone(), LIMIT, effect, steps, &mut Random::new(seed)).unwrap();
        prop_assert_eq!(png_size(&glitched), png_size(&file));
        let (mut before, mut after) = (Png::decode(&file).unwrap(), Png::decode(&glitched).unwrap());
        prop_assert!(before.scanlines().zip(after.scanlines()).all(|(before, after)| before != after));
    }

    #[test]
    fn a_png_stays_a_png_of_its_size(kind in proptest::sample::select(png_kinds()), steps in 1..1000_u64, seed: u64) {
        let file = png(kind);
        let glitched = run(&file, steps, seed).unwrap();
        prop_assert_eq!(png_size(&glitched), png_size(&file));
        let (mut before, mut after) = (Png::decode(&file).unwrap(), Png::decode(&glitched).unwrap());
        prop_assert!(before.scanlines().zip(after.scanlines()).all(|(before, after)| before != after));
    }
}

/// Links to results are shared, so results must not depend on the architecture. Each picture's hash precedes those of
/// its results.
#[test]
fn a_seed_gives_the_same_picture_on_every_machine() {
    let jpegs = jpegs();
    let color = PngKind { color_type: 6, depth: 8, interlaced: false, animated: true };
    let gray = PngKind { color_type: 0, depth: 4, interlaced: true, animated: false };
    let files = [jpegs[0].1.clone(), jpegs[2].1.clone(), png(color), png(gray), noise(500)];
    let mut hashes = Vec::new();
    for file in files {
        hashes.push(sha256(&file));
        for (effect, seed) in [(Effect::Bytes, 7), (Effect::Channels, 8), (Effect::Blocks, 9), (Effect::Sort, u64::MAX)]
        {
            hashes.push(sha256(&glitched(file.clone(), LIMIT, effect, 7, &mut Random::new(seed)).unwrap()));
        }
    }
    assert_eq!(hashes.join("\n"), GOLDEN.trim());
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

const GOLDEN: &str = "
eafe8a7e771e0045
b5dc1032615307ac
baede5879ea212e3
cc91e894a8970244
bca3ae11d62f9e64
9e40767a3734dbd0
bb769f6a3443fdfc
fb159b57609aa003
46f88bd20ae94955
29437231637af17c
e18b8d18c9af07e1
b5d641b63e57d279
43cc2789288f318e
735451a1df67a95a
8464d63d80eea019
971ff02289629429
3f64c5054b080ec5
399accaf43be2d56
403e4149efd64967
06d690ac0123a436
ce1fdb2a8a2322cb
127bd45f977e71c7
bb66f808bdf796c2
a099ffa1ef9886b4
3a9db70b04e0b025
";
