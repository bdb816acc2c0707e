//! Reads a function's settings from its environment. A missing or invalid variable stops the start, and is named.

use std::ops::RangeInclusive;

use thiserror::Error;

#[cfg(feature = "aws")]
mod aws;

#[cfg(feature = "aws")]
pub use aws::AwsEnvironment;

/// A missing or invalid environment variable.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{name} {problem}")]
pub struct InvalidSetting {
    name: &'static str,
    problem: String,
}

impl InvalidSetting {
    /// Creates an error from the end of a sentence that starts with the variable's name.
    pub fn new(name: &'static str, problem: impl Into<String>) -> Self {
        Self { name, problem: problem.into() }
    }
}

/// Returns a variable that must be set.
///
/// # Errors
/// The variable is missing or empty.
pub fn required(
    variable: impl Fn(&'static str) -> Option<String>,
    name: &'static str,
) -> Result<String, InvalidSetting> {
    let value = variable(name).filter(|value| !value.is_empty());
    value.ok_or_else(|| InvalidSetting::new(name, "is not set. Set it in the function's environment."))
}

/// Returns a variable that must be a whole number in a range.
///
/// # Errors
/// The variable has any other value.
pub fn whole_number(
    variable: impl Fn(&'static str) -> Option<String>,
    name: &'static str,
    range: RangeInclusive<u16>,
) -> Result<u16, InvalidSetting> {
    let value = required(variable, name)?;
    let number = value.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| {
        let (least, most) = range.into_inner();
        InvalidSetting::new(name, format!("is {value:?}. Set a whole number from {least} to {most}."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_to(value: &str) -> impl Fn(&'static str) -> Option<String> {
        move |name| (name == "LIMIT").then(|| value.to_owned())
    }

    #[test]
    fn a_variable_that_is_set_is_read() {
        assert_eq!(required(set_to("views"), "LIMIT").unwrap(), "views");
        assert_eq!(whole_number(set_to("7"), "LIMIT", 1..=7), Ok(7));
    }

    #[test]
    fn a_missing_variable_is_named() {
        for (value, name) in [("", "LIMIT"), ("7", "OTHER")] {
            let error = required(set_to(value), name).unwrap_err().to_string();
            assert_eq!(error, format!("{name} is not set. Set it in the function's environment."));
        }
    }

    #[test]
    fn a_number_out_of_range_is_reported_with_the_range() {
        for value in ["0", "8", "-1", "1.5", "many", "70000"] {
            let error = whole_number(set_to(value), "LIMIT", 1..=7).unwrap_err().to_string();
            assert_eq!(error, format!("LIMIT is {value:?}. Set a whole number from 1 to 7."));
        }
    }
}
