use std::collections::BTreeMap;

use crate::effect::Effect;
use crate::random::Random;

/// Number of bytes that a sort orders.
const CHUNK: usize = 19;

/// Maximum number of bytes of a block, and of a longer sort.
const BLOCK: usize = 256;

#[derive(Clone, Copy)]
enum Step {
    Replace,
    Sort,
    SortBlock,
    SwapBlocks,
}

/// The steps of the default effect, repeated.
const PATTERN: [Step; 7] =
    [Step::Replace, Step::Sort, Step::Replace, Step::Sort, Step::Replace, Step::Sort, Step::Sort];

/// Returns the steps of an effect, which are repeated.
fn pattern(effect: Effect) -> &'static [Step] {
    match effect {
        Effect::Bytes | Effect::Channels => &PATTERN,
        Effect::Blocks => &[Step::SwapBlocks],
        Effect::Sort => &[Step::SortBlock],
    }
}

/// Applies steps of an effect. The bytes always differ afterwards, unless there are none.
pub fn glitch(bytes: &mut [u8], effect: Effect, steps: u64, random: &mut Random) {
    let original = |position| bytes.get(position).copied().unwrap_or_default();
    let changes = changes(bytes.len(), original, effect, steps, random);
    for (position, value) in changes {
        if let Some(byte) = bytes.get_mut(position) {
            *byte = value;
        }
    }
}

/// Computes what steps of an effect change, as new bytes by position, without a copy of all bytes.
pub fn changes(
    length: usize,
    original: impl Fn(usize) -> u8,
    effect: Effect,
    steps: u64,
    random: &mut Random,
) -> BTreeMap<usize, u8> {
    let mut glitch = Glitch { length, original, touched: BTreeMap::new() };
    for (_, step) in (0..steps).zip(pattern(effect).iter().cycle()) {
        match step {
            Step::Replace => glitch.replace(random),
            Step::Sort => glitch.sort(CHUNK, random),
            Step::SortBlock => glitch.sort(BLOCK, random),
            Step::SwapBlocks => glitch.swap(random),
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
    /// The changed bytes by position.
    touched: BTreeMap<usize, u8>,
}

impl<F: Fn(usize) -> u8> Glitch<F> {
    /// Sets a random byte to another random value.
    fn replace(&mut self, random: &mut Random) {
        let position = random.below(self.length);
        self.change(position, 1, |chunk| chunk.iter_mut().for_each(|byte| *byte = random.other_than(*byte)));
    }

    /// Sorts the bytes of a random chunk.
    fn sort(&mut self, length: usize, random: &mut Random) {
        let length = self.length.min(length);
        let start = random.below(self.length - length + 1);
        self.change(start, length, <[u8]>::sort_unstable);
    }

    /// Swaps two random chunks.
    fn swap(&mut self, random: &mut Random) {
        let length = 1 + random.below((self.length / 4).clamp(1, BLOCK));
        let [one, other] = [(); 2].map(|()| random.below(self.length.saturating_sub(length) + 1));
        let bytes = |start: usize| (start..self.length.min(start + length)).map(|position| self.byte(position));
        let (first, second): (Vec<u8>, Vec<u8>) = (bytes(one).collect(), bytes(other).collect());
        self.touched.extend((other..).zip(first));
        self.touched.extend((one..).zip(second));
    }

    /// Changes the bytes of a chunk, if there are any.
    fn change(&mut self, start: usize, length: usize, change: impl FnOnce(&mut [u8])) {
        let positions = start..self.length.min(start + length);
        let mut chunk: Vec<u8> = positions.clone().map(|position| self.byte(position)).collect();
        change(&mut chunk);
        self.touched.extend(positions.zip(chunk));
    }

    fn byte(&self, position: usize) -> u8 {
        self.touched.get(&position).copied().unwrap_or_else(|| (self.original)(position))
    }

    /// Whether the steps happen to have restored every byte.
    fn is_undone(&self) -> bool {
        self.touched.iter().all(|(&position, &byte)| byte == (self.original)(position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glitched(bytes: &[u8], steps: u64, seed: u64) -> Vec<u8> {
        let mut glitched = bytes.to_vec();
        glitch(&mut glitched, Effect::Bytes, steps, &mut Random::new(seed));
        glitched
    }

    fn differing(left: &[u8], right: &[u8]) -> Vec<usize> {
        (0..left.len()).filter(|&position| left[position] != right[position]).collect()
    }

    #[test]
    fn a_seed_always_gives_the_same_glitch() {
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
    fn fewer_bytes_than_a_chunk_are_sorted_together() {
        for seed in 0..1000 {
            assert!(glitched(&[5, 4, 3, 2, 1], 2, seed).is_sorted());
        }
    }

    #[test]
    fn a_few_bytes_are_always_changed() {
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
    fn every_effect_keeps_the_length_and_changes_something() {
        for effect in [Effect::Channels, Effect::Blocks, Effect::Sort] {
            for length in [1, 2, 5, 300, 3000] {
                let bytes: Vec<u8> = (0..=u8::MAX).rev().cycle().take(length).collect();
                for seed in 0..100 {
                    let mut glitched = bytes.clone();
                    glitch(&mut glitched, effect, 7, &mut Random::new(seed));
                    assert!(glitched.len() == length && glitched != bytes, "{effect:?}, {length}, {seed}");
                }
            }
        }
    }

    #[test]
    fn an_empty_file_stays_empty() {
        for effect in [Effect::Bytes, Effect::Channels, Effect::Blocks, Effect::Sort] {
            let mut none = Vec::new();
            glitch(&mut none, effect, 7, &mut Random::new(7));
            assert!(none.is_empty());
        }
    }
}
