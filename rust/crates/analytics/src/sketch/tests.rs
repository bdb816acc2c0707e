use proptest::prelude::*;

use super::*;
use crate::keys;
use crate::samples::site;
use crate::{Bucket, Granularity};

/// Returns an evenly distributed hash of a visitor: <https://prng.di.unimi.it/splitmix64.c>.
fn hash(visitor: u64) -> u64 {
    let mixed = visitor.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ mixed >> 31
}

fn of(visitors: impl IntoIterator<Item = u64>) -> Sketch {
    let mut sketch = Sketch::default();
    visitors.into_iter().for_each(|visitor| sketch.add(Mark::from_hash(hash(visitor))));
    sketch
}

/// Returns the item that stores a sketch.
fn item(sketch: &Sketch) -> Item {
    let day = "2026-11-21".parse().unwrap();
    let mut item = keys::sketch(&site(), Bucket::new(Granularity::Day, day)).item();
    item.insert(attribute::SINCE.to_owned(), AttributeValue::S("2026-11-21".to_owned()));
    let ranks = sketch.0.iter().enumerate().filter(|(_, rank)| **rank > 0);
    item.extend(ranks.map(|(register, rank)| (format!("R{register}"), AttributeValue::N(rank.to_string()))));
    item
}

#[test]
fn an_estimate_is_within_four_standard_errors() {
    for visitors in [1_u32, 2, 10, 100, 500, 1000, 2500, 5000, 20_000, 100_000] {
        let (mut worst, mut sum) = (0.0_f64, 0.0);
        let samples = 40_u32;
        for sample in 0..samples {
            let first = u64::from(sample) << 32;
            let estimate = of(first..first + u64::from(visitors)).estimate();
            let error = (estimate - f64::from(visitors)) / f64::from(visitors) * 100.0;
            worst = worst.max(error.abs());
            sum += error;
        }
        assert!(worst < 4.0 * STANDARD_ERROR_PERCENT, "{visitors}: {worst}%");
        assert!((sum / f64::from(samples)).abs() < STANDARD_ERROR_PERCENT, "{visitors}: no bias");
    }
}

#[test]
fn nobody_is_estimated_as_zero() {
    assert!(Sketch::default().estimate().abs() < f64::EPSILON);
}

#[test]
fn the_extremes_of_a_hash_are_marks() {
    for (hash, register, rank) in
        [(0, 0, MOST_RANK), (1, 0, MOST_RANK - 1), (u64::MAX, 1023, 1), (1 << 54, 1, MOST_RANK), (1 << 53, 0, 1)]
    {
        assert_eq!(Mark::from_hash(hash), Mark { register, rank }, "{hash}");
    }
}

#[test]
fn a_full_sketch_has_an_estimate() {
    let sketch = Sketch(vec![MOST_RANK; usize::from(REGISTERS)]);
    assert!(sketch.estimate() > 1e18);
}

#[test]
fn an_invalid_register_is_named() {
    for (value, problem) in [
        (AttributeValue::S("3".to_owned()), "is not a number"),
        (AttributeValue::N("0".to_owned()), "is not a rank from 1 to 55"),
        (AttributeValue::N("56".to_owned()), "is not a rank from 1 to 55"),
    ] {
        let mut item = item(&Sketch::default());
        item.insert("R7".to_owned(), value);
        assert_eq!(Sketch::decode(&item).unwrap_err().to_string(), format!("the attribute R7 {problem}"));
    }
}

proptest! {
    #[test]
    fn merged_sketches_are_that_of_the_union(
        left in prop::collection::vec(0_u64..2000, 0..500),
        right in prop::collection::vec(0_u64..2000, 0..500),
    ) {
        let mut merged = of(left.clone());
        merged.merge(&of(right.clone()));
        prop_assert_eq!(merged, of(left.into_iter().chain(right)));
    }

    #[test]
    fn order_and_repetition_change_nothing(visitors in prop::collection::vec(any::<u64>(), 0..100)) {
        let sketch = of(visitors.clone());
        prop_assert!(visitors.iter().all(|visitor| sketch.has(Mark::from_hash(hash(*visitor)))));
        prop_assert_eq!(of(visitors.iter().rev().chain(&visitors).copied()), sketch);
    }

    #[test]
    fn a_sketch_round_trips_through_its_item(visitors in prop::collection::vec(any::<u64>(), 0..3000)) {
        let sketch = of(visitors);
        prop_assert_eq!(Sketch::decode(&item(&sketch)).unwrap(), sketch.clone());
        prop_assert_eq!(Sketch::decode_since(&item(&sketch)).unwrap().to_string(), "2026-11-21");
    }
}
