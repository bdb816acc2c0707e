use serde_dynamo::{AttributeValue, Item};

use crate::Day;
use crate::attributes::{Attributes, DecodeError, Problem, wrong};
use crate::keys::attribute;

/// Number of registers of a sketch.
const REGISTERS: u16 = 1024;

/// Bits of a hash that choose the register.
const REGISTER_BITS: u32 = REGISTERS.ilog2();

/// Highest rank: of a hash whose other 54 bits are all zero.
pub const MOST_RANK: u8 = 55;

/// The standard error of an estimate in percent, 104 / √1024.
pub const STANDARD_ERROR_PERCENT: f64 = 3.25;

/// The trace of one visitor in a sketch: a register, and its minimum rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    register: u16,
    rank: u8,
}

impl Mark {
    /// Returns the mark of a visitor with an evenly distributed hash.
    #[must_use]
    pub fn from_hash(hash: u64) -> Self {
        // The bit behind the hash ends the zeros.
        let rest = hash << REGISTER_BITS | 1 << (REGISTER_BITS - 1);
        Self {
            register: u16::try_from(hash >> (u64::BITS - REGISTER_BITS)).unwrap_or_default(),
            rank: u8::try_from(rest.leading_zeros()).unwrap_or_default() + 1,
        }
    }

    /// Returns the attribute of the register.
    #[must_use]
    pub fn attribute(self) -> String {
        format!("{}{}", attribute::REGISTER, self.register)
    }

    /// Returns the number of zeros at the start of the hash, and one more.
    #[must_use]
    pub fn rank(self) -> u8 {
        self.rank
    }
}

/// A HyperLogLog sketch, from which the number of different visitors is estimated. It does not contain them.
///
/// <https://algo.inria.fr/flajolet/Publications/FlFuGaMe07.pdf>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch(Vec<u8>);

impl Default for Sketch {
    fn default() -> Self {
        Self(vec![0; usize::from(REGISTERS)])
    }
}

impl Sketch {
    /// Whether a mark changes nothing.
    #[must_use]
    pub fn has(&self, mark: Mark) -> bool {
        self.0.get(usize::from(mark.register)).is_some_and(|rank| *rank >= mark.rank)
    }

    /// Adds a visitor.
    pub fn add(&mut self, mark: Mark) {
        if let Some(rank) = self.0.get_mut(usize::from(mark.register)) {
            *rank = mark.rank.max(*rank);
        }
    }

    /// Adds the visitors of another sketch with the same hashes.
    pub fn merge(&mut self, other: &Self) {
        for (rank, other) in self.0.iter_mut().zip(other.0.iter()) {
            *rank = *other.max(rank);
        }
    }

    /// Estimates the number of visitors, without bias for any number: <https://arxiv.org/abs/1702.01284>, algorithm 6.
    #[must_use]
    pub fn estimate(&self) -> f64 {
        let share = |rank: u8| {
            let registers = self.0.iter().filter(|other| **other == rank).count();
            u16::try_from(registers).map_or(1.0, f64::from) / f64::from(REGISTERS)
        };
        let ranked =
            (1..MOST_RANK).rev().fold(tau(1.0 - share(MOST_RANK)), |sum, rank| f64::midpoint(sum, share(rank)));
        f64::from(REGISTERS) / (2.0 * std::f64::consts::LN_2 * (ranked + sigma(share(0))))
    }

    /// Decodes an item.
    ///
    /// # Errors
    /// A register does not contain a rank.
    pub fn decode(item: &Item) -> Result<Self, DecodeError> {
        let mut sketch = Self::default();
        for (name, value) in item.iter() {
            let register = name.strip_prefix(attribute::REGISTER).and_then(|number| number.parse::<usize>().ok());
            let Some(rank) = register.and_then(|register| sketch.0.get_mut(register)) else { continue };
            let AttributeValue::N(number) = value else {
                return Err(wrong(name, Problem::Type { expected: "number" }));
            };
            let stored = number.parse().ok().filter(|rank| (1..=MOST_RANK).contains(rank));
            *rank = stored.ok_or_else(|| wrong(name, Problem::Value { rule: "a rank from 1 to 55" }))?;
        }
        Ok(sketch)
    }

    /// Decodes the day on which the sketch of an item begins.
    ///
    /// # Errors
    /// The item has none.
    pub fn decode_since(item: &Item) -> Result<Day, DecodeError> {
        Attributes(item).parsed(attribute::SINCE, "a day", |text| text.parse().ok())
    }
}

/// The sum for registers without a visitor.
fn sigma(share: f64) -> f64 {
    if share >= 1.0 {
        return f64::INFINITY;
    }
    let (mut power, mut factor, mut sum) = (share, 1.0, share);
    loop {
        power *= power;
        let before = sum;
        sum += power * factor;
        factor += factor;
        if sum <= before {
            return sum;
        }
    }
}

/// The sum for registers of the highest rank.
fn tau(share: f64) -> f64 {
    let (mut root, mut factor, mut sum) = (share, 1.0, 1.0 - share);
    loop {
        root = root.sqrt();
        let before = sum;
        factor /= 2.0;
        sum -= (1.0 - root).powi(2) * factor;
        if sum >= before {
            return sum / 3.0;
        }
    }
}

#[cfg(test)]
mod tests;
