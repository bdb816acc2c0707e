//! JPEG: the bits of the picture, apart from the markers that make it a picture.
//!
//! In the entropy-coded data of a scan, a byte 0xFF is followed by a stuffed zero, so that nothing in it reads as a
//! marker (ITU-T T.81, B.1.1.5). The data is read and changed where it is, as if there were no stuffing between its
//! bytes; then each byte 0xFF gets a zero, and no other byte: whatever the data has become, the file's markers are those
//! it had.

use std::collections::BTreeMap;
use std::ops::Range;

use memchr::memchr;

const START_OF_IMAGE: [u8; 2] = [0xFF, 0xD8];

/// A JPEG file, and where the entropy-coded data of its scans is.
pub struct Jpeg<'a> {
    file: &'a mut Vec<u8>,
    runs: Vec<Run>,
    /// Places to leave out, fill bytes in the data at first, and empty ones, to put a stuffed zero into.
    edits: Vec<Range<usize>>,
    /// Bytes of data in all scans, without stuffing.
    pub length: usize,
}

/// Data that has neither stuffing nor a marker in it: it ends behind a byte 0xFF of its own, or before a marker.
///
/// 32 bits a number, because half of a file can be stuffing, and a run's other end is that of the next.
struct Run {
    /// How many bytes of data are before it.
    data: u32,
    /// Where in the file it starts.
    file: u32,
}

impl<'a> Jpeg<'a> {
    /// Find a file's data, unless it is no JPEG with a picture in it.
    ///
    /// One that is cut off, or damaged behind its first scan, has the scans up to there.
    pub fn parse(file: &'a mut Vec<u8>) -> Option<Self> {
        let rest = file.strip_prefix(&START_OF_IMAGE)?;
        let mut parser = Parser { file_length: file.len(), rest, runs: Vec::new(), edits: Vec::new(), length: 0 };
        while parser.segment().is_some() {}
        let Parser { runs, edits, length, .. } = parser;
        (length > 0).then_some(Self { file, runs, edits, length })
    }

    /// A byte of the data.
    pub fn byte(&self, position: usize) -> u8 {
        self.place(position).and_then(|(place, _)| self.file.get(place)).copied().unwrap_or_default()
    }

    /// Put other bytes into the data, with the stuffing that they need.
    pub fn change(mut self, bytes: BTreeMap<usize, u8>) {
        for (position, byte) in bytes {
            if let Some((place, zero)) = self.place(position)
                && let Some(old) = self.file.get_mut(place)
            {
                match (*old, byte) {
                    (0xFF, 0xFF) => {}
                    (0xFF, _) => self.edits.push(zero),
                    (_, 0xFF) => self.edits.push(place + 1..place + 1),
                    _ => {}
                }
                *old = byte;
            }
        }
        self.edits.sort_unstable_by_key(|edit| edit.start);
        apply(&self.edits, self.file);
    }

    /// Where in the file a byte of the data is, and where its stuffing would be if it is 0xFF.
    fn place(&self, position: usize) -> Option<(usize, Range<usize>)> {
        let (before, behind) = self.runs.split_at(self.runs.partition_point(|run| run.data as usize <= position));
        let run = before.last()?;
        let end = behind.first().map_or(self.file.len(), |run| run.file as usize);
        Some((run.file as usize + position - run.data as usize, end - 1..end))
    }
}

/// Leave places of a file out, or put a zero where they are empty.
fn apply(edits: &[Range<usize>], file: &mut Vec<u8>) {
    let Some(&Range { start, .. }) = edits.first() else { return };
    let tail = file.split_off(start);
    let mut done = start;
    for edit in edits {
        file.extend_from_slice(tail.get(done - start..edit.start - start).unwrap_or_default());
        if edit.is_empty() {
            file.push(0);
        }
        done = edit.end;
    }
    file.extend_from_slice(tail.get(done - start..).unwrap_or_default());
}

struct Parser<'a> {
    file_length: usize,
    rest: &'a [u8],
    runs: Vec<Run>,
    edits: Vec<Range<usize>>,
    length: usize,
}

impl Parser<'_> {
    /// Pass a marker and what belongs to it, unless the picture ends here.
    fn segment(&mut self) -> Option<()> {
        match self.marker()? {
            // The end of the image, or what cannot follow: another image's start, or stuffing outside of a scan.
            0xD9 | 0xD8 | 0x00 => return None,
            // A marker without parameters.
            0x01 => {}
            // A restart, within a scan.
            0xD0..=0xD7 => self.scan()?,
            // The start of a scan.
            0xDA => {
                self.parameters()?;
                self.scan()?;
            }
            _ => self.parameters()?,
        }
        Some(())
    }

    /// Pass a marker.
    fn marker(&mut self) -> Option<u8> {
        let (marker, rest) = without_fill(self.rest.strip_prefix(&[0xFF])?).split_first()?;
        self.rest = rest;
        Some(*marker)
    }

    /// Pass a marker's parameters, which start with their length.
    fn parameters(&mut self) -> Option<()> {
        let length = u16::from_be_bytes(*self.rest.first_chunk()?);
        (_, self.rest) = self.rest.split_at_checked(length.into()).filter(|_| length >= 2)?;
        Some(())
    }

    /// Pass entropy-coded data, and keep its place.
    fn scan(&mut self) -> Option<()> {
        loop {
            self.runs.push(Run { data: self.length.try_into().ok()?, file: self.position()? });
            let (plain, special) = self.rest.split_at(memchr(0xFF, self.rest).unwrap_or(self.rest.len()));
            self.length += plain.len();
            self.rest = special;
            let Some((0, rest)) = without_fill(special).split_first() else { return Some(()) };
            self.length += 1;
            let (start, end) = (self.position()? as usize + 1, self.file_length - rest.len() - 1);
            if start < end {
                self.edits.push(start..end);
            }
            self.rest = rest;
        }
    }

    /// Where in the file the rest starts.
    fn position(&self) -> Option<u32> {
        (self.file_length - self.rest.len()).try_into().ok()
    }
}

/// What follows on bytes 0xFF, of which there may be any number before a marker.
fn without_fill(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|byte| *byte != 0xFF).unwrap_or(bytes.len());
    bytes.split_at(end).1
}

#[cfg(test)]
mod tests;
