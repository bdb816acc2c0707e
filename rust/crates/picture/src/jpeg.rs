//! JPEG: the bits of the picture, apart from the markers that make it a picture.
//!
//! In the entropy-coded data of a scan, a byte 0xFF is followed by a stuffed zero, so that nothing in it reads as a
//! marker (ITU-T T.81, B.1.1.5). The data is read and changed where it is, as if there were no stuffing between its
//! bytes; then each byte 0xFF gets a zero, and no other byte: whatever the data has become, the file's markers are those
//! it had.
//!
//! Markers are found as libjpeg finds them, which browsers and Pillow use: bytes between segments that are no marker are
//! skipped, so that a file with stray bytes is read as decoders read it.

use std::collections::BTreeMap;
use std::iter;
use std::ops::Range;

use memchr::memchr;

use crate::random::Random;

const START_OF_IMAGE: [u8; 2] = [0xFF, 0xD8];

/// A JPEG file, and where the entropy-coded data of its scans is.
pub struct Jpeg<'a> {
    file: &'a mut Vec<u8>,
    runs: Vec<Run>,
    /// Places to leave out, fill bytes in the data at first, and empty ones, to put a stuffed zero into.
    edits: Vec<Range<usize>>,
    /// Where in the file the data of the last scan ends.
    data_end: usize,
    /// Where in the file the values of quantization tables are, and which table they are of.
    tables: Vec<(u8, Range<usize>)>,
    /// The table of the last component, which is a color's in pictures with colors.
    color_table: Option<u8>,
    /// Whether bytes follow the picture: further pictures of an MPO or Ultra HDR file, or a film.
    is_followed: bool,
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
        let mut parser = Parser {
            file_length: file.len(),
            rest,
            runs: Vec::new(),
            edits: Vec::new(),
            data_end: 0,
            tables: Vec::new(),
            color_table: None,
            length: 0,
        };
        while parser.segment().is_some() {}
        let Parser { runs, edits, data_end, tables, color_table, length, rest, .. } = parser;
        let is_followed = !rest.is_empty();
        (length > 0).then_some(Self { file, runs, edits, data_end, tables, color_table, is_followed, length })
    }

    /// A byte of the data.
    pub fn byte(&self, position: usize) -> u8 {
        self.place(position).and_then(|(place, _)| self.file.get(place)).copied().unwrap_or_default()
    }

    /// Put other bytes into the data, with the stuffing that they need.
    ///
    /// Where bytes follow the picture, the file keeps its length: indexes such as MPF point into them.
    pub fn change(mut self, bytes: BTreeMap<usize, u8>) {
        let mut stuffed = Vec::new();
        for (position, byte) in bytes {
            if let Some((place, zero)) = self.place(position)
                && let Some(old) = self.file.get_mut(place)
            {
                match (*old, byte) {
                    (0xFF, 0xFF) => {}
                    (0xFF, _) => self.edits.push(zero),
                    (_, 0xFF) => stuffed.push((place, *old)),
                    _ => {}
                }
                *old = byte;
            }
        }
        let dropped = self.edits.iter().map(Range::len).sum::<usize>();
        if self.is_followed {
            for (place, old) in stuffed.drain(stuffed.len().min(dropped)..) {
                if let Some(byte) = self.file.get_mut(place) {
                    *byte = if old == 0xFE { 0xFD } else { 0xFE };
                }
            }
        }
        self.edits.extend(stuffed.iter().map(|(place, _)| place + 1..place + 1));
        self.edits.sort_unstable_by_key(|edit| edit.start);
        apply(&self.edits, self.file);
        if self.is_followed {
            // Fill bytes, of which there may be any number before a marker (B.1.1.2).
            let missing = dropped - stuffed.len();
            let end = self.data_end - missing;
            self.file.splice(end..end, iter::repeat_n(0xFF, missing));
        }
    }

    /// Make the colors stronger, or the contrasts of a picture without colors: a step multiplies a value of the table that
    /// they were divided by. Returns whether anything has changed.
    pub fn strengthen_colors(&mut self, steps: u64, random: &mut Random) -> bool {
        let is_color = |(table, _): &&(u8, Range<usize>)| Some(*table) == self.color_table;
        let Some((_, places)) = self.tables.iter().find(is_color).cloned() else { return false };
        let Some(values) = self.file.get_mut(places) else { return false };
        // The first values are of what is seen most; no value is 0, and all have a byte.
        let before = values.to_vec();
        for _ in 0..steps {
            let first = values.len().min(10);
            if let Some(value) = values.get_mut(random.below(first)) {
                *value = value.saturating_mul(2);
            }
        }
        values != before
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
    data_end: usize,
    tables: Vec<(u8, Range<usize>)>,
    color_table: Option<u8>,
    length: usize,
}

impl Parser<'_> {
    /// Pass a marker and what belongs to it, unless the picture ends here.
    fn segment(&mut self) -> Option<()> {
        match self.marker()? {
            // The end of the image, or another image's start.
            0xD9 | 0xD8 => return None,
            // Reserved: decoders give up here.
            0x02..=0xBF if self.length > 0 => return None,
            // Markers without parameters; a restart that is in no scan is none.
            0x01 | 0xD0..=0xD7 => {}
            0xDA => {
                self.parameters()?;
                self.scan()?;
            }
            0xDB => self.quantization_tables()?,
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                let before = self.rest;
                self.parameters()?;
                // Of each component there are three bytes, and the last is the table.
                let parameters = before.get(..before.len() - self.rest.len()).unwrap_or_default();
                self.color_table = self.color_table.or(parameters.last().copied());
            }
            _ => self.parameters()?,
        }
        Some(())
    }

    /// Pass quantization tables, and keep the places of those whose values are bytes.
    fn quantization_tables(&mut self) -> Option<()> {
        let (before, start) = (self.rest, self.position()? as usize);
        self.parameters()?;
        let tables = before.get(2..before.len() - self.rest.len()).unwrap_or_default();
        // Each has its number, and 64 values.
        let mut place = start + 2;
        for table in tables.chunks_exact(1 + 64) {
            // In the upper half it says whether values have two bytes: then the next tables are elsewhere.
            let Some(number @ 0..=3) = table.first().copied() else { break };
            self.tables.push((number, place + 1..place + table.len()));
            place += table.len();
        }
        Some(())
    }

    /// Pass the next marker, and what is before it: stray bytes, and zeros that would be stuffing in a scan.
    fn marker(&mut self) -> Option<u8> {
        loop {
            let (_, fill) = self.rest.split_at(memchr(0xFF, self.rest)?);
            let (marker, rest) = without_fill(fill).split_first()?;
            self.rest = rest;
            if *marker != 0 {
                return Some(*marker);
            }
        }
    }

    /// Pass a marker's parameters, which start with their length. It includes itself, whatever it says.
    fn parameters(&mut self) -> Option<()> {
        let length = u16::from_be_bytes(*self.rest.first_chunk()?).max(2);
        (_, self.rest) = self.rest.split_at_checked(length.into())?;
        Some(())
    }

    /// Pass the entropy-coded data of a scan, with the restarts in it, and keep its place.
    fn scan(&mut self) -> Option<()> {
        loop {
            self.runs.push(Run { data: self.length.try_into().ok()?, file: self.position()? });
            let (plain, special) = self.rest.split_at(memchr(0xFF, self.rest).unwrap_or(self.rest.len()));
            self.length += plain.len();
            self.rest = special;
            let marker = self.position()? as usize;
            self.data_end = marker;
            match without_fill(special).split_first() {
                Some((0, rest)) => {
                    self.length += 1;
                    let zero = self.file_length - rest.len() - 1;
                    if marker + 1 < zero {
                        self.edits.push(marker + 1..zero);
                    }
                    self.rest = rest;
                }
                Some((0xD0..=0xD7, rest)) => self.rest = rest,
                _ => return Some(()),
            }
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
