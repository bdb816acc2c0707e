use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg32;

/// Seeded random decisions.
#[derive(Debug, Clone)]
pub struct Dice(Pcg32);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(Pcg32::seed_from_u64(seed))
    }

    pub fn number(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Returns a number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from((u64::from(self.0.next_u32()) * u64::try_from(end).unwrap()) >> 32).unwrap()
    }

    /// Returns true with a probability in percent.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}
