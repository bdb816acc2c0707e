use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;

use super::*;
use crate::samples::{HEIGHT, WIDTH, jpeg, jpegs, markers, noise};

fn pixels(file: &[u8]) -> Vec<u8> {
    let mut decoder = JpegDecoder::new(ZCursor::new(file));
    let pixels = decoder.decode().unwrap();
    assert_eq!(decoder.dimensions(), Some((WIDTH.into(), HEIGHT.into())));
    pixels
}

/// Returns the file with some bytes of its data replaced.
fn changed(file: &[u8], changes: impl IntoIterator<Item = (usize, u8)>) -> Vec<u8> {
    let mut file = file.to_vec();
    Jpeg::parse(&mut file).unwrap().change(changes.into_iter().collect());
    file
}

fn length(file: &[u8]) -> usize {
    Jpeg::parse(&mut file.to_vec()).unwrap().length
}

fn data(file: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    let jpeg = Jpeg::parse(&mut file).unwrap();
    (0..jpeg.length).map(|position| jpeg.byte(position)).collect()
}

/// Returns the offsets in the file of the data of each scan and after each restart marker.
fn scans(file: &[u8]) -> Vec<usize> {
    let runs = Jpeg::parse(&mut file.to_vec()).unwrap().runs;
    runs.iter().map(|run| run.file as usize).filter(|&start| file[start - 2..start] != [0xFF, 0]).collect()
}

#[test]
fn a_file_without_changes_stays_the_same() {
    for (name, file) in jpegs() {
        assert_eq!(changed(&file, []), file, "{name}");
    }
}

#[test]
fn every_scan_of_a_progressive_picture_is_found() {
    let scans = |name| scans(&jpegs().into_iter().find(|(other, _)| *other == name).unwrap().1).len();
    assert_eq!(scans("baseline"), 1);
    assert!(scans("progressive") > 3);
    assert!(scans("with restarts") > 10);
}

#[test]
fn any_change_of_data_keeps_markers_and_opens() {
    for (name, file) in jpegs() {
        for value in [0x00, 0xD9, 0xFF] {
            let middle = length(&file) / 2;
            let glitched = changed(&file, (middle..middle + 20).map(|position| (position, value)));
            assert_eq!(markers(&glitched), markers(&file), "{name}");
            assert_ne!(pixels(&glitched), pixels(&file), "{name}");
        }
    }
}

#[test]
fn changed_data_is_read_back() {
    for (name, file) in jpegs().into_iter().filter(|(name, _)| *name != "with trailing bytes") {
        for value in [0x00, 0xFF] {
            let glitched = changed(&file, (0..length(&file)).map(|position| (position, value)));
            assert!(data(&glitched) == vec![value; length(&file)], "{name}");
            let back = changed(&glitched, data(&file).into_iter().enumerate());
            assert!(back == file, "{name}");
        }
    }
}

#[test]
fn bytes_after_a_picture_keep_their_offset() {
    let second = jpeg(|_| {});
    for (name, file) in jpegs() {
        let file = [file, second.clone()].concat();
        for value in [0x00, 0xFE, 0xFF] {
            for share in [1, 2, 30] {
                let positions = (0..length(&file)).step_by(share);
                let glitched = changed(&file, positions.map(|position| (position, value)));
                assert!(glitched.len() == file.len() && glitched.ends_with(&second), "{name}, {value}, {share}");
                assert!(data(&glitched) != data(&file), "{name}, {value}, {share}");
                assert_eq!(markers(&glitched), markers(&file), "{name}, {value}, {share}");
            }
        }
    }
}

#[test]
fn stray_bytes_between_segments_are_skipped() {
    let (_, file) = &jpegs()[0];
    for stray in [[0].as_slice(), &[0xFF, 0], &[0xFF], &[7, 0xFF, 0xFF, 0, 0xFF], &[0xFF, 0xE5, 0, 0], &[0xFF, 1, 9]] {
        for place in segment_starts(file) {
            let stray_file = [&file[..place], stray, &file[place..]].concat();
            assert!(data(&stray_file) == data(file), "{stray:?} at {place}");
        }
    }
}

/// Returns the offsets of all segments, from the first to the scan.
fn segment_starts(file: &[u8]) -> Vec<usize> {
    let next = |&at: &usize| {
        let length = usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
        (file[at + 1] != 0xDA).then_some(at + 2 + length)
    };
    iter::successors(Some(2), next).collect()
}

#[test]
fn stray_restarts_and_reserved_markers_are_not_changed() {
    let scan = [0xFF, 0xDA, 0, 2, 1, 2];
    assert_eq!(data(&[&[0xFF, 0xD8, 0xFF, 0xD0, 7, 7], scan.as_slice()].concat()), [1, 2]);
    assert_eq!(data(&[&[0xFF, 0xD8], scan.as_slice(), &[0xFF, 5, 0, 2], &scan].concat()), [1, 2]);
}

#[test]
fn thumbnails_and_trailing_bytes_are_not_changed() {
    for (name, file) in jpegs() {
        let glitched = changed(&file, (0..length(&file)).map(|position| (position, 0xFF)));
        let first = scans(&file)[0];
        let last = *scans(&file).last().unwrap();
        let end = last + file[last..].windows(2).position(|pair| pair[0] == 0xFF && pair[1] != 0).unwrap();
        assert_eq!(glitched[..first], file[..first], "{name}");
        assert!(glitched.ends_with(&file[end..]), "{name}");
    }
}

#[test]
fn a_truncated_picture_keeps_its_markers() {
    let (_, file) = &jpegs()[0];
    for end in scans(file)[0] + 1..file.len() {
        let cut = &file[..end];
        assert_eq!(changed(cut, []), cut, "{end}");
    }
}

#[test]
fn fill_bytes_in_the_data_are_removed() {
    let file = [0xFF, 0xD8, 0xFF, 0xDA, 0, 2, 1, 0xFF, 0xFF, 0xFF, 0, 2, 0xFF, 0xD9];
    assert_eq!(data(&file), [1, 0xFF, 2]);
    assert_eq!(changed(&file, []), [0xFF, 0xD8, 0xFF, 0xDA, 0, 2, 1, 0xFF, 0, 2, 0xFF, 0xD9]);
    assert_eq!(changed(&file, [(1, 3)]), [0xFF, 0xD8, 0xFF, 0xDA, 0, 2, 1, 3, 2, 0xFF, 0xD9]);
}

#[test]
fn a_file_without_a_scan_is_not_a_jpeg() {
    let (_, file) = &jpegs()[0];
    let parses = |file: &[u8]| Jpeg::parse(&mut file.to_vec()).is_some();
    for end in 0..=scans(file)[0] {
        assert!(!parses(&file[..end]), "{end}");
    }
    assert!(!parses(&[&[0xFF, 0xD8], noise(100).as_slice()].concat()));
    assert!(!parses(&[&file[..2], file].concat()));
}
