use std::borrow::Cow;
use std::ops::RangeInclusive;

use fields::digits;
use picture::Effect;
use reply::Error;

pub const NAMES: [&str; 3] = [SEED.name, STEPS.name, "effect"];

/// The options of a glitch.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    /// The seed, or `None` for a random one.
    pub seed: Option<u64>,
    /// The number of steps; the default is seven.
    pub steps: u64,
    /// The effect; the default replaces and sorts bytes.
    pub effect: Effect,
}

impl Options {
    /// Parses the options in a query.
    ///
    /// # Errors
    /// `InvalidOption` if one is unknown, repeated or out of range.
    pub fn parse<'a>(query: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)>) -> Result<Self, Error> {
        let (mut seed, mut steps, mut effect) = (None, None, None);
        for (name, value) in query {
            match name.as_ref() {
                "seed" => SEED.read(&value, &mut seed)?,
                "steps" => STEPS.read(&value, &mut steps)?,
                "effect" => {
                    let named = Effect::parse(&value).ok_or_else(|| unknown_effect(&value))?;
                    if effect.replace(named).is_some() {
                        return Err(invalid("effect is given twice. Send it once, as in ?effect=sort.".to_owned()));
                    }
                }
                _ => return Err(unknown(&name)),
            }
        }
        Ok(Self { seed, steps: steps.unwrap_or(7), effect: effect.unwrap_or(Effect::Bytes) })
    }
}

/// Parses the size of a file in bytes, from the values of `size` in a query.
///
/// # Errors
/// `InvalidOption` unless it is a single number up to `limit`.
pub fn size<'a>(mut values: impl Iterator<Item = &'a str>, limit: usize) -> Result<usize, Error> {
    let number = match (values.next(), values.next()) {
        (Some(value), None) => digits(value).and_then(|size| usize::try_from(size).ok()),
        _ => None,
    };
    number.filter(|size| (1..=limit).contains(size)).ok_or_else(|| {
        invalid(format!(
            "size must be the size of the file in bytes. Send it once, from 1 to {limit}, as in ?size=6000000."
        ))
    })
}

struct Rule {
    name: &'static str,
    values: RangeInclusive<u64>,
    example: &'static str,
}

const SEED: Rule = Rule { name: "seed", values: 0..=u64::MAX, example: "?seed=7" };
const STEPS: Rule = Rule { name: "steps", values: 1..=1000, example: "?steps=70" };

impl Rule {
    fn read(&self, value: &str, option: &mut Option<u64>) -> Result<(), Error> {
        let Self { name, values, example } = self;
        let number = digits(value).filter(|number| values.contains(number)).ok_or_else(|| {
            let (least, most) = (values.start(), values.end());
            invalid(format!("{name} is {value:?}. Use a whole number from {least} to {most}, as in {example}."))
        })?;
        match option.replace(number) {
            None => Ok(()),
            Some(_) => Err(invalid(format!("{name} is given twice. Send it once, as in {example}."))),
        }
    }
}

fn unknown(name: &str) -> Error {
    invalid(format!("Unknown option {name:?}. Use seed, steps and effect, as in ?seed=7&steps=70&effect=sort."))
}

fn unknown_effect(name: &str) -> Error {
    invalid(format!("effect is {name:?}. Use bytes, channels, blocks or sort, as in ?effect=sort."))
}

fn invalid(detail: String) -> Error {
    Error::bad_request("InvalidOption", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(query: &[(&'static str, &'static str)]) -> Result<Options, Error> {
        Options::parse(query.iter().map(|&(name, value)| (name.into(), value.into())))
    }

    fn refusal(query: &[(&'static str, &'static str)]) -> String {
        let diagnostic = options(query).unwrap_err().into_diagnostic();
        assert_eq!(diagnostic.error_type, "InvalidOption");
        diagnostic.error_message
    }

    #[test]
    fn the_default_is_seven_steps_and_a_random_seed() {
        assert_eq!(options(&[]).unwrap(), Options { seed: None, steps: 7, effect: Effect::Bytes });
    }

    #[test]
    fn seed_and_steps_are_parsed() {
        for (value, seed) in [("0", 0), ("007", 7), ("18446744073709551615", u64::MAX)] {
            let chosen = options(&[("steps", "1000"), ("seed", value), ("effect", "sort")]).unwrap();
            assert_eq!(chosen, Options { seed: Some(seed), steps: 1000, effect: Effect::Sort });
        }
    }

    #[test]
    fn an_out_of_range_value_is_rejected_with_an_example() {
        for value in ["", "x", "-1", "+1", " 1", "1.0", "0x1", "٧", "18446744073709551616"] {
            let detail = refusal(&[("seed", value)]);
            assert!(detail.contains("seed is") && detail.contains(&format!("{value:?}")), "{detail}");
            assert!(detail.contains("from 0 to 18446744073709551615, as in ?seed=7"), "{detail}");
        }
        for value in ["0", "1001", "seven"] {
            let detail = refusal(&[("steps", value)]);
            assert!(detail.contains("steps is") && detail.contains("from 1 to 1000, as in ?steps=70"), "{detail}");
        }
    }

    #[test]
    fn the_effect_is_one_of_four() {
        for name in ["", "Sort", "blur"] {
            let detail = refusal(&[("effect", name)]);
            assert!(detail.contains("bytes, channels, blocks or sort, as in ?effect=sort"), "{detail}");
        }
        assert!(refusal(&[("effect", "sort"), ("effect", "sort")]).contains("effect is given twice"));
    }

    #[test]
    fn a_repeated_option_is_rejected() {
        assert!(refusal(&[("seed", "1"), ("seed", "1")]).contains("seed is given twice. Send it once, as in ?seed=7"));
    }

    #[test]
    fn an_unknown_option_is_rejected_by_name() {
        for name in ["sed", "Seed", ""] {
            let detail = refusal(&[(name, "1")]);
            assert!(
                detail.contains(&format!("Unknown option {name:?}")) && detail.contains("?seed=7&steps=70"),
                "{detail}"
            );
        }
    }
}
