//! JPEG: the bits of the picture, apart from the markers that make it a picture.
//!
//! In the entropy-coded data of a scan, a byte 0xFF is followed by a stuffed zero, so that nothing in it reads as a
//! marker (ITU-T T.81, B.1.1.5). The data is taken out without the stuffing and put back with it: whatever it has
//! become, the file's markers are those it had.

use std::ops::Range;

use memchr::memchr;

const START_OF_IMAGE: [u8; 2] = [0xFF, 0xD8];

/// Bytes to spare for what a glitch adds to the stuffing.
const SPARE: usize = 1024;

/// A JPEG file, taken apart.
pub struct Jpeg<'a> {
    file: &'a [u8],
    scans: Vec<Scan>,
    /// The entropy-coded data of all scans, without stuffing.
    pub data: Vec<u8>,
}

/// A stretch of entropy-coded data from one marker to the next.
struct Scan {
    /// Where in the file it is, stuffing included.
    place: Range<usize>,
    /// How many bytes of `data` it is.
    length: usize,
}

impl<'a> Jpeg<'a> {
    /// Take a file apart, unless it is no JPEG with a picture in it.
    ///
    /// One that is cut off, or damaged behind its first scan, has the scans up to there.
    pub fn parse(file: &'a [u8]) -> Option<Self> {
        let rest = file.strip_prefix(&START_OF_IMAGE)?;
        let mut parser = Parser { rest, jpeg: Self { file, scans: Vec::new(), data: Vec::with_capacity(file.len()) } };
        while parser.segment().is_some() {}
        (!parser.jpeg.data.is_empty()).then_some(parser.jpeg)
    }

    /// The file with the data as it is now.
    pub fn assemble(&self) -> Vec<u8> {
        let mut file = Vec::with_capacity(self.file.len() + SPARE);
        let (mut copied, mut data) = (0, self.data.as_slice());
        for Scan { place, length } in &self.scans {
            file.extend_from_slice(self.file.get(copied..place.start).unwrap_or_default());
            let (scan, rest) = data.split_at(*length);
            stuff(scan, &mut file);
            (copied, data) = (place.end, rest);
        }
        file.extend_from_slice(self.file.get(copied..).unwrap_or_default());
        file
    }
}

struct Parser<'a> {
    rest: &'a [u8],
    jpeg: Jpeg<'a>,
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
            0xD0..=0xD7 => self.scan(),
            // The start of a scan.
            0xDA => {
                self.parameters()?;
                self.scan();
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

    /// Pass entropy-coded data, and keep it.
    fn scan(&mut self) {
        let (start, before) = (self.position(), self.jpeg.data.len());
        loop {
            let (plain, special) = self.rest.split_at(memchr(0xFF, self.rest).unwrap_or(self.rest.len()));
            self.jpeg.data.extend_from_slice(plain);
            self.rest = special;
            let Some((0, rest)) = without_fill(special).split_first() else { break };
            self.jpeg.data.push(0xFF);
            self.rest = rest;
        }
        self.jpeg.scans.push(Scan { place: start..self.position(), length: self.jpeg.data.len() - before });
    }

    fn position(&self) -> usize {
        self.jpeg.file.len() - self.rest.len()
    }
}

/// What follows on bytes 0xFF, of which there may be any number before a marker.
fn without_fill(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|byte| *byte != 0xFF).unwrap_or(bytes.len());
    bytes.split_at(end).1
}

/// Append data with its stuffing.
fn stuff(mut data: &[u8], file: &mut Vec<u8>) {
    while let Some(ff) = memchr(0xFF, data) {
        let (head, tail) = data.split_at(ff + 1);
        file.extend_from_slice(head);
        file.push(0);
        data = tail;
    }
    file.extend_from_slice(data);
}

#[cfg(test)]
mod tests;
