//! Effects on the pixels of a PNG, before they are filtered.

use flate2::Crc;

use crate::effect::Effect;
use crate::random::Random;

/// Maximum number of bytes that all steps may move, about a second of a small function; large pictures get fewer steps.
const BUDGET: usize = 256 * 1024 * 1024;

/// The scanlines of a picture.
pub struct Pixels<'a> {
    /// All scanlines, one after another.
    pub bytes: &'a mut [u8],
    /// Length of a scanline in bytes.
    pub scanline_length: usize,
    /// Bytes of a pixel; 1 if several pixels share a byte.
    pub pixel_length: usize,
    /// Bytes of one color of a pixel.
    pub sample_length: usize,
}

impl Pixels<'_> {
    /// Applies steps of an effect. The bytes differ afterwards, unless all pixels are the same.
    pub fn apply(&mut self, effect: Effect, steps: u64, random: &mut Random) {
        let before = checksum(self.bytes);
        let mut moved = 0;
        for _ in 0..steps {
            moved += match effect {
                Effect::Bytes => return,
                Effect::Channels => self.shift_channel(random),
                Effect::Blocks => self.shift_block(random),
                Effect::Sort => self.sort(random),
            };
            if moved > BUDGET {
                break;
            }
        }
        // Steps can undo each other.
        if checksum(self.bytes) == before {
            self.shift_block(random);
        }
    }

    fn width(&self) -> usize {
        self.scanline_length / self.pixel_length
    }

    /// Returns a random band of up to a share of the rows.
    fn band(&mut self, share: usize, random: &mut Random) -> impl Iterator<Item = &mut [u8]> {
        let rows = self.bytes.len() / self.scanline_length;
        let (first, count) = (random.below(rows), 1 + random.below(rows.div_ceil(share)));
        self.bytes.chunks_exact_mut(self.scanline_length).skip(first).take(count)
    }

    /// Rotates the pixels of a band sideways.
    fn shift_block(&mut self, random: &mut Random) -> usize {
        let length = self.width() * self.pixel_length;
        let by = self.pixel_length * (1 + random.below((self.width() / 2).max(1)));
        let mut moved = 0;
        for row in self.band(8, random) {
            if let Some(pixels) = row.get_mut(..length) {
                pixels.rotate_left(by % length.max(1));
            }
            moved += length;
        }
        moved
    }

    /// Rotates one color of a band sideways.
    fn shift_channel(&mut self, random: &mut Random) -> usize {
        let (pixel, sample, width) = (self.pixel_length, self.sample_length, self.width());
        let channel = sample * random.below((pixel / sample).min(3));
        let by = 1 + random.below((width / 8).max(1));
        let mut moved = 0;
        for row in self.band(2, random) {
            let mut samples: Vec<Vec<u8>> = row
                .chunks_exact(pixel)
                .map(|pixel| pixel.get(channel..channel + sample).unwrap_or_default().to_vec())
                .collect();
            samples.rotate_left(by % width.max(1));
            for (pixel, moved) in row.chunks_exact_mut(pixel).zip(samples) {
                if let Some(sample) = pixel.get_mut(channel..channel + sample) {
                    sample.copy_from_slice(&moved);
                }
            }
            // Each sample needs an allocation of its own here.
            moved += 8 * width;
        }
        moved
    }

    /// Sorts the pixels of a part of a few rows by brightness.
    fn sort(&mut self, random: &mut Random) -> usize {
        let (pixel, width) = (self.pixel_length, self.width());
        let (first, count) = (random.below(width), 2 + random.below(width.div_ceil(2)));
        let mut moved = 0;
        for row in self.band(32, random) {
            let pixels = row.chunks_exact_mut(pixel).skip(first).take(count);
            let mut sorted: Vec<Vec<u8>> = pixels.map(|pixel| pixel.to_vec()).collect();
            sorted.sort_by_key(|pixel| pixel.iter().map(|byte| u32::from(*byte)).sum::<u32>());
            for (pixel, sorted) in row.chunks_exact_mut(pixel).skip(first).zip(sorted) {
                pixel.copy_from_slice(&sorted);
            }
            moved += 16 * count;
        }
        moved
    }
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}
