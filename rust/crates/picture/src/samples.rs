//! Generated pictures for tests.

use std::io::Write as _;

use flate2::{Compression, write::ZlibEncoder};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

pub use crate::chunk::write as write_chunk;

use crate::chunk;
use crate::random::Random;

pub const WIDTH: u16 = 70;
pub const HEIGHT: u16 = 50;

/// Returns pseudorandom bytes.
pub fn noise(length: usize) -> Vec<u8> {
    let mut random = Random::new(0);
    (0..length).map(|_| random.other_than(0)).collect()
}

/// Returns one JPEG of every kind that is parsed differently.
pub fn jpegs() -> Vec<(&'static str, Vec<u8>)> {
    let thumbnail = [b"Exif\0\0".to_vec(), jpeg(|_| {})].concat();
    vec![
        ("baseline", jpeg(|_| {})),
        ("subsampled", jpeg(|encoder| encoder.set_sampling_factor(SamplingFactor::F_2_2))),
        ("progressive", jpeg(|encoder| encoder.set_progressive(true))),
        ("with restarts", jpeg(|encoder| encoder.set_restart_interval(4))),
        (
            "progressive with restarts",
            jpeg(|encoder| {
                encoder.set_progressive(true);
                encoder.set_restart_interval(3);
            }),
        ),
        ("with a thumbnail", jpeg(|encoder| encoder.add_app_segment(1, thumbnail).unwrap())),
        ("with fill bytes", with_fill_bytes(&jpeg(|_| {}))),
        ("with trailing bytes", [jpeg(|_| {}), jpeg(|_| {}), noise(100)].concat()),
    ]
}

/// Returns a JPEG of smooth colors and some noise.
pub fn jpeg(set: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let smooth = (0..HEIGHT).flat_map(|y| (0..WIDTH).flat_map(move |x| [x, y, x + y]));
    let noise = noise(usize::from(WIDTH) * usize::from(HEIGHT) * 3);
    let pixels: Vec<u8> = smooth.zip(noise).map(|(smooth, noise)| smooth.to_le_bytes()[0] + noise / 4).collect();
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 90);
    set(&mut encoder);
    encoder.encode(&pixels, WIDTH, HEIGHT, ColorType::Rgb).unwrap();
    file
}

/// Inserts fill bytes before the last marker; they are allowed before any.
fn with_fill_bytes(jpeg: &[u8]) -> Vec<u8> {
    let (picture, end) = jpeg.split_at(jpeg.len() - 2);
    [picture, &[0xFF; 3], end].concat()
}

/// Returns the codes of a JPEG's markers, independently of the code under test.
pub fn markers(file: &[u8]) -> Vec<u8> {
    let mut codes = Vec::new();
    let mut at = 0;
    while let Some(&[0xFF, code]) = file.get(at..at + 2) {
        at += match code {
            0xFF => 1,
            0xD0..=0xD9 => 2,
            _ => 2 + usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]])),
        };
        if code != 0xFF {
            codes.push(code);
        }
        if code == 0xD9 {
            break;
        }
        if matches!(code, 0xD0..=0xD7 | 0xDA) {
            at += file[at..].windows(2).position(|pair| pair[0] == 0xFF && pair[1] != 0).unwrap();
        }
    }
    codes
}

/// The kind of a PNG sample.
#[derive(Debug, Clone, Copy)]
pub struct PngKind {
    pub color_type: u8,
    pub depth: u8,
    pub interlaced: bool,
    pub animated: bool,
}

/// Returns every color type with every depth, interlaced and not, as a picture and as an animation.
pub fn png_kinds() -> Vec<PngKind> {
    let depths: [(u8, &[u8]); 5] =
        [(0, &[1, 2, 4, 8, 16]), (2, &[8, 16]), (3, &[1, 2, 4, 8]), (4, &[8, 16]), (6, &[8, 16])];
    let both = [false, true];
    depths
        .iter()
        .flat_map(|(color_type, depths)| depths.iter().map(|depth| (*color_type, *depth)))
        .flat_map(|kind| both.map(|interlaced| (kind, interlaced)))
        .flat_map(|kind| both.map(|animated| (kind, animated)))
        .map(|(((color_type, depth), interlaced), animated)| PngKind { color_type, depth, interlaced, animated })
        .collect()
}

/// Returns a PNG of noise, with extra chunks, one of them after the end.
pub fn png(kind: PngKind) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk::write(*b"IHDR", &header(kind), &mut file);
    chunk::write(*b"gAMA", &45_455_u32.to_be_bytes(), &mut file);
    if kind.color_type == 3 {
        chunk::write(*b"PLTE", &[10, 20, 30, 200, 210, 220], &mut file);
        chunk::write(*b"tRNS", &[128], &mut file);
    }
    let data = image_data(kind);
    if kind.animated {
        chunk::write(*b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0], &mut file);
        chunk::write(*b"fcTL", &frame_control(0), &mut file);
    }
    let (first, second) = data.split_at(data.len() / 2);
    chunk::write(*b"IDAT", first, &mut file);
    chunk::write(*b"IDAT", second, &mut file);
    if kind.animated {
        chunk::write(*b"fcTL", &frame_control(1), &mut file);
        chunk::write(*b"fdAT", &[[0, 0, 0, 2].as_slice(), &data].concat(), &mut file);
    }
    chunk::write(*b"tEXt", b"Comment\0kept", &mut file);
    chunk::write(*b"IEND", &[], &mut file);
    chunk::write(*b"IDAT", b"behind the end", &mut file);
    file
}

fn header(kind: PngKind) -> Vec<u8> {
    let mut header = [u32::from(WIDTH).to_be_bytes(), u32::from(HEIGHT).to_be_bytes()].concat();
    header.extend([kind.depth, kind.color_type, 0, 0, u8::from(kind.interlaced)]);
    header
}

fn frame_control(number: u32) -> Vec<u8> {
    let mut control = [number, WIDTH.into(), HEIGHT.into(), 0, 0].map(u32::to_be_bytes).concat();
    control.extend([0, 1, 0, 10, 0, 0]);
    control
}

/// Returns unfiltered scanlines of noise; an index is 0 or 1, because the palette has two colors.
fn image_data(kind: PngKind) -> Vec<u8> {
    let samples = [1, 0, 3, 1, 2, 0, 4][usize::from(kind.color_type)];
    let mask = match (kind.color_type, kind.depth) {
        (3, 8) => 0b0000_0001,
        (3, 4) => 0b0001_0001,
        (3, 2) => 0b0101_0101,
        _ => 0b1111_1111,
    };
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    for (width, height) in passes(kind.interlaced) {
        let length = (width * samples * usize::from(kind.depth)).div_ceil(8);
        for scanline in noise(length * height).chunks_exact(length) {
            encoder.write_all(&[0]).unwrap();
            encoder.write_all(&scanline.iter().map(|byte| byte & mask).collect::<Vec<_>>()).unwrap();
        }
    }
    encoder.finish().unwrap()
}

/// Returns width and height of a picture, or of its seven Adam7 passes.
fn passes(interlaced: bool) -> Vec<(usize, usize)> {
    let (width, height) = (usize::from(WIDTH), usize::from(HEIGHT));
    if !interlaced {
        return vec![(width, height)];
    }
    [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
        .map(|(x, y, dx, dy)| ((width - x).div_ceil(dx), (height - y).div_ceil(dy)))
        .to_vec()
}
