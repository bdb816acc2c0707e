use std::collections::BTreeMap;

use crate::random::Random;

/// Bytes that a sort puts in order.
const CHUNK: usize = 19;

#[derive(Clone, Copy)]
enum Step {
    Replace,
    Sort,
}

/// What is done to the bytes, over and over again.
const PATTERN: [Step; 7] =
    [Step::Replace, Step::Sort, Step::Replace, Step::Sort, Step::Replace, Step::Sort, Step::Sort];

/// Do so many steps of the pattern. The bytes differ afterwards, unless there are none.
pub fn glitch(bytes: &mut [u8], steps: u64, random: &mut Random) {
    let changes = changes(bytes.len(), |position| bytes.get(position).copied().unwrap_or_default(), steps, random);
    for (position, value) in changes {
        if let Some(byte) = bytes.get_mut(position) {
            *byte = value;
        }
    }
}

/// What so many steps of the pattern make of bytes wherever they are: the bytes touched, by position.
pub fn changes(length: usize, original: impl Fn(usize) -> u8, steps: u64, random: &mut Random) -> BTreeMap<usize, u8> {
    let mut glitch = Glitch { length, original, touched: BTreeMap::new() };
    for (_, step) in (0..steps).zip(PATTERN.iter().cycle()) {
        match step {
            Step::Replace => glitch.replace(random),
            Step::Sort => glitch.sort(random),
        }
    }
    if glitch.is_undone() {
        glitch.replace(random);
    }
    glitch.touched
}

struct Glitch<F> {
    length: usize,
    original: F,
    /// The bytes that a step has touched, as they are now.
    touched: BTreeMap<usize, u8>,
}

impl<F: Fn(usize) -> u8> Glitch<F> {
    /// Set a random byte to a random other value.
    fn replace(&mut self, random: &mut Random) {
        let position = random.below(self.length);
        self.change(position, 1, |chunk| chunk.iter_mut().for_each(|byte| *byte = random.other_than(*byte)));
    }

    /// Put the bytes of a random chunk in order.
    fn sort(&mut self, random: &mut Random) {
        let length = self.length.min(CHUNK);
        let start = random.below(self.length - length + 1);
        self.change(start, length, <[u8]>::sort_unstable);
    }

    /// Change the bytes of a chunk, unless there are none at all.
    fn change(&mut self, start: usize, length: usize, change: impl FnOnce(&mut [u8])) {
        let positions = start..self.length.min(start + length);
        let mut chunk: Vec<u8> = positions.clone().map(|position| self.byte(position)).collect();
        change(&mut chunk);
        self.touched.extend(positions.zip(chunk));
    }

    fn byte(&self, position: usize) -> u8 {
        self.touched.get(&position).copied().unwrap_or_else(|| (self.original)(position))
    }

    /// Whether the steps have happened to put everything back.
    fn is_undone(&self) -> bool {
        self.touched.iter().all(|(&position, &byte)| byte == (self.original)(position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glitched(bytes: &[u8], steps: u64, seed: u64) -> Vec<u8> {
        let mut glitched = bytes.to_vec();
        glitch(&mut glitched, steps, &mut Random::new(seed));
        glitched
    }

    fn differing(left: &[u8], right: &[u8]) -> Vec<usize> {
        (0..left.len()).filter(|&position| left[position] != right[position]).collect()
    }

    #[test]
    fn a_seed_keeps_its_glitch_for_ever() {
        let text = b"The quick brown fox jumps over the lazy dog, and the dog does not mind at all.";
        let once = r"\x8fhe qu\xbcck brown fox jumps over the      ,aadddeghlnotyz   addegim\xecnooostt all.";
        assert_eq!(glitched(text, 7, 7).escape_ascii().to_string(), once);
        let thrice = r"   Tbcefhjkmnoo\xb6u         ,Dadeghmooprstuvwxyz\x8d\xf7  Daaaddddeegilmnt\xb1nnooostt\xddl.";
        assert_eq!(glitched(text, 21, u64::MAX).escape_ascii().to_string(), thrice);
    }

    #[test]
    fn the_first_step_replaces_one_byte() {
        for seed in 0..1000 {
            assert_eq!(differing(&[0; 100], &glitched(&[0; 100], 1, seed)).len(), 1);
        }
    }

    #[test]
    fn the_second_step_sorts_a_chunk_of_19_bytes() {
        let bytes: Vec<u8> = (0..=255).rev().collect();
        for seed in 0..1000 {
            let (replaced, sorted) = (glitched(&bytes, 1, seed), glitched(&bytes, 2, seed));
            let changed = differing(&replaced, &sorted);
            let (first, last) = (changed[0], changed[changed.len() - 1]);
            assert!((17..CHUNK).contains(&(last - first)), "{first} to {last}");
            assert!(sorted[first..=last].is_sorted());
        }
    }

    #[test]
    fn less_than_a_chunk_is_sorted_whole() {
        for seed in 0..1000 {
            assert!(glitched(&[5, 4, 3, 2, 1], 2, seed).is_sorted());
        }
    }

    #[test]
    fn a_few_bytes_are_changed_whatever_the_steps() {
        for length in 1..=20 {
            for steps in [1, 2, 3, 5, 7, 50] {
                for seed in 0..300 {
                    let bytes = vec![7; length];
                    assert_ne!(glitched(&bytes, steps, seed), bytes, "{length} bytes, {steps} steps, seed {seed}");
                }
            }
        }
    }

    #[test]
    fn no_bytes_stay_none() {
        assert!(glitched(&[], 7, 7).is_empty());
    }
}
