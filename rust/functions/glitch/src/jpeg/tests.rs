use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;

use super::*;
use crate::samples::{HEIGHT, WIDTH, jpegs, markers, noise};

fn pixels(file: &[u8]) -> Vec<u8> {
    let mut decoder = JpegDecoder::new(ZCursor::new(file));
    let pixels = decoder.decode().unwrap();
    assert_eq!(decoder.dimensions(), Some((WIDTH.into(), HEIGHT.into())));
    pixels
}

#[test]
fn what_is_not_glitched_is_put_back_as_it_was() {
    for (name, file) in jpegs() {
        assert_eq!(Jpeg::parse(&file).unwrap().assemble(), file, "{name}");
    }
}

#[test]
fn every_scan_of_a_progressive_picture_is_taken_out() {
    let scans =
        |name| Jpeg::parse(&jpegs().into_iter().find(|(other, _)| *other == name).unwrap().1).unwrap().scans.len();
    assert_eq!(scans("baseline"), 1);
    assert!(scans("progressive") > 3);
    assert!(scans("with restarts") > 10);
}

#[test]
fn whatever_becomes_of_the_data_the_markers_stay_and_the_picture_opens() {
    for (name, file) in jpegs() {
        for value in [0x00, 0xD9, 0xFF] {
            let mut jpeg = Jpeg::parse(&file).unwrap();
            let middle = jpeg.data.len() / 2;
            jpeg.data[middle..middle + 20].fill(value);
            let glitched = jpeg.assemble();
            assert_eq!(markers(&glitched), markers(&file), "{name}");
            assert_ne!(pixels(&glitched), pixels(&file), "{name}");
        }
    }
}

#[test]
fn thumbnails_and_trailing_bytes_are_left_alone() {
    for (name, file) in jpegs() {
        let mut jpeg = Jpeg::parse(&file).unwrap();
        jpeg.data.fill(0xFF);
        let (first, last) = (jpeg.scans[0].place.start, jpeg.scans[jpeg.scans.len() - 1].place.end);
        let glitched = jpeg.assemble();
        assert_eq!(glitched[..first], file[..first], "{name}");
        assert!(glitched.ends_with(&file[last..]), "{name}");
    }
}

#[test]
fn a_picture_that_is_cut_off_keeps_its_markers() {
    let (_, file) = &jpegs()[0];
    let scan = Jpeg::parse(file).unwrap().scans[0].place.clone();
    for end in scan.start + 1..file.len() {
        let cut = &file[..end];
        assert_eq!(Jpeg::parse(cut).unwrap().assemble(), cut, "{end}");
    }
}

#[test]
fn needless_fill_bytes_in_the_data_are_dropped() {
    let file = [0xFF, 0xD8, 0xFF, 0xDA, 0, 2, 1, 0xFF, 0xFF, 0xFF, 0, 2, 0xFF, 0xD9];
    let jpeg = Jpeg::parse(&file).unwrap();
    assert_eq!(jpeg.data, [1, 0xFF, 2]);
    assert_eq!(jpeg.assemble(), [0xFF, 0xD8, 0xFF, 0xDA, 0, 2, 1, 0xFF, 0, 2, 0xFF, 0xD9]);
}

#[test]
fn a_file_without_a_scan_is_no_jpeg() {
    let (_, file) = &jpegs()[0];
    let scan = Jpeg::parse(file).unwrap().scans[0].place.clone();
    for end in 0..=scan.start {
        assert!(Jpeg::parse(&file[..end]).is_none(), "{end}");
    }
    assert!(Jpeg::parse(&[&[0xFF, 0xD8], noise(100).as_slice()].concat()).is_none());
    assert!(Jpeg::parse(&[&file[..2], file].concat()).is_none());
}
