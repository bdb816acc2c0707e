//! JPEG: finds and changes the entropy-coded data of a picture, without touching the markers.
//!
//! In entropy-coded data, a byte 0xFF is followed by a stuffed zero, so that it does not read as a marker (ITU-T T.81,
//! B.1.1.5). Changes are applied to the data without its stuffing; afterwards each byte 0xFF gets a zero again. So
//! whatever the data becomes, the file has the same markers.
//!
//! Markers are found as in libjpeg, which browsers and Pillow use: bytes between segments that are not a marker are
//! skipped, so that a file with stray bytes is read as decoders read it.

use std::collections::BTreeMap;
use std::iter;
use std::ops::Range;

use memchr::memchr;

use crate::random::Random;

const START_OF_IMAGE: [u8; 2] = [0xFF, 0xD8];

/// A JPEG file, and the positions of its entropy-coded data.
pub struct Jpeg<'a> {
    file: &'a mut Vec<u8>,
    runs: Vec<Run>,
    /// Ranges of the file to remove (fill bytes in the data), and empty ranges at which to insert a stuffed zero.
    edits: Vec<Range<usize>>,
    /// Offset in the file of the end of the last scan's data.
    data_end: usize,
    /// Table number and range in the file of the values of each quantization table.
    tables: Vec<(u8, Range<usize>)>,
    /// The table of the last component, which is a chrominance component in pictures with colors.
    color_table: Option<u8>,
    /// Whether bytes follow the picture: further pictures of an MPO or Ultra HDR file, or a video.
    is_followed: bool,
    /// Length of the data of all scans in bytes, without stuffing.
    pub length: usize,
}

/// A run of data without stuffing or markers: it ends after a byte 0xFF of the data, or before a marker.
///
/// Its numbers have 32 bits, because half of a file can be stuffing. The next run gives the end.
struct Run {
    /// Number of bytes of data before it.
    data: u32,
    /// Offset of its start in the file.
    file: u32,
}

impl<'a> Jpeg<'a> {
    /// Finds the data of a file, unless it is not a JPEG with a picture.
    ///
    /// A file that is truncated, or damaged after its first scan, has the scans up to there.
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

    /// Returns a byte of the data.
    pub fn byte(&self, position: usize) -> u8 {
        self.place(position).and_then(|(place, _)| self.file.get(place)).copied().unwrap_or_default()
    }

    /// Replaces bytes of the data, and updates the stuffing.
    ///
    /// If bytes follow the picture, the length of the file does not change, because indexes such as MPF point into
    /// them.
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
            // Fill bytes; any number of them may precede a marker (B.1.1.2).
            let missing = dropped - stuffed.len();
            let end = self.data_end - missing;
            self.file.splice(end..end, iter::repeat_n(0xFF, missing));
        }
    }

    /// Increases the saturation, or the contrast of a picture without colors: each step multiplies a value of the
    /// quantization table. Returns whether anything has changed.
    pub fn strengthen_colors(&mut self, steps: u64, random: &mut Random) -> bool {
        let is_color = |(table, _): &&(u8, Range<usize>)| Some(*table) == self.color_table;
        let Some((_, places)) = self.tables.iter().find(is_color).cloned() else { return false };
        let Some(values) = self.file.get_mut(places) else { return false };
        // The first values belong to the low frequencies, which are the most visible; every value is 1 to 255.
        let before = values.to_vec();
        for _ in 0..steps {
            let first = values.len().min(10);
            if let Some(value) = values.get_mut(random.below(first)) {
                *value = value.saturating_mul(2);
            }
        }
        values != before
    }

    /// Returns the offset in the file of a byte of the data, and the range of its stuffing if it is 0xFF.
    fn place(&self, position: usize) -> Option<(usize, Range<usize>)> {
        let (before, behind) = self.runs.split_at(self.runs.partition_point(|run| run.data as usize <= position));
        let run = before.last()?;
        let end = behind.first().map_or(self.file.len(), |run| run.file as usize);
        Some((run.file as usize + position - run.data as usize, end - 1..end))
    }
}

/// Removes the ranges from a file, and inserts a zero at empty ones.
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
    /// Reads a marker with its parameters; `None` at the end of the picture.
    fn segment(&mut self) -> Option<()> {
        match self.marker()? {
            // End of image, or start of another image.
            0xD9 | 0xD8 => return None,
            // Reserved: decoders stop here.
            0x02..=0xBF if self.length > 0 => return None,
            // Markers without parameters; a restart marker outside of a scan is ignored.
            0x01 | 0xD0..=0xD7 => {}
            0xDA => {
                self.parameters()?;
                self.scan()?;
            }
            0xDB => self.quantization_tables()?,
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                let before = self.rest;
                self.parameters()?;
                // A component has three bytes; the last is its table.
                let parameters = before.get(..before.len() - self.rest.len()).unwrap_or_default();
                self.color_table = self.color_table.or(parameters.last().copied());
            }
            _ => self.parameters()?,
        }
        Some(())
    }

    /// Reads quantization tables, and records the ranges of those with 8-bit values.
    fn quantization_tables(&mut self) -> Option<()> {
        let (before, start) = (self.rest, self.position()? as usize);
        self.parameters()?;
        let tables = before.get(2..before.len() - self.rest.len()).unwrap_or_default();
        // Each has its number, and 64 values.
        let mut place = start + 2;
        for table in tables.chunks_exact(1 + 64) {
            // The upper four bits say whether values have two bytes; the following tables would then be misread.
            let Some(number @ 0..=3) = table.first().copied() else { break };
            self.tables.push((number, place + 1..place + table.len()));
            place += table.len();
        }
        Some(())
    }

    /// Reads the next marker, after stray bytes and zeros that would be stuffing in a scan. Without one, nothing is read:
    /// the remaining bytes follow the picture.
    fn marker(&mut self) -> Option<u8> {
        let mut unread = self.rest;
        loop {
            let (_, fill) = unread.split_at(memchr(0xFF, unread)?);
            let (marker, rest) = without_fill(fill).split_first()?;
            unread = rest;
            if *marker != 0 {
                self.rest = rest;
                return Some(*marker);
            }
        }
    }

    /// Reads a marker's parameters. They start with their length, which includes itself.
    fn parameters(&mut self) -> Option<()> {
        let length = u16::from_be_bytes(*self.rest.first_chunk()?).max(2);
        (_, self.rest) = self.rest.split_at_checked(length.into())?;
        Some(())
    }

    /// Reads the entropy-coded data of a scan, including its restart markers, and records its runs.
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

    /// Returns the offset in the file of the remaining bytes.
    fn position(&self) -> Option<u32> {
        (self.file_length - self.rest.len()).try_into().ok()
    }
}

/// Skips bytes 0xFF, any number of which may precede a marker.
fn without_fill(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|byte| *byte != 0xFF).unwrap_or(bytes.len());
    bytes.split_at(end).1
}

#[cfg(test)]
mod tests;
