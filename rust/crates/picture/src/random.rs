use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64;

/// Random numbers that depend on the seed only, the same in every release: a published seed must always give the same
/// picture.
pub struct Random(Pcg64);

impl Random {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Pcg64::seed_from_u64(seed))
    }

    /// Returns a number below `end`; zero if `end` is zero.
    ///
    /// Implemented here, because a library's algorithm may change between versions.
    #[expect(clippy::cast_possible_truncation, reason = "the product's upper half is below `end`")]
    pub fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.0.next_u64()) * end as u128) >> 64) as usize
    }

    /// Returns any other value than this byte.
    #[expect(clippy::cast_possible_truncation, reason = "a number below 255")]
    pub fn other_than(&mut self, byte: u8) -> u8 {
        byte.wrapping_add(1).wrapping_add(self.below(255) as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_always_gives_the_same_numbers() {
        let mut random = Random::new(7);
        assert_eq!([(); 6].map(|()| random.below(1_000_000)), [506, 231_329, 901_591, 835_013, 491_693, 591_866]);
    }

    #[test]
    fn numbers_cover_the_whole_range() {
        let mut random = Random::new(0);
        let mut seen = [false; 5];
        for _ in 0..1000 {
            seen[random.below(5)] = true;
        }
        assert_eq!(seen, [true; 5]);
        assert_eq!(random.below(0), 0);
    }

    #[test]
    fn every_other_value_is_possible() {
        let mut random = Random::new(0);
        let mut seen = [false; 256];
        for _ in 0..10_000 {
            seen[usize::from(random.other_than(200))] = true;
        }
        assert_eq!((0..256).filter(|&value| !seen[value]).collect::<Vec<_>>(), [200]);
    }
}
