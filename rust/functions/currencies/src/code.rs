use std::fmt;

use serde::{Serialize, Serializer};

/// An ISO 4217 code: three ASCII capitals. Lower case is rejected, so that a currency has one URL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code(String);

impl Code {
    /// The pattern of a code, as a regular expression.
    pub const PATTERN: &str = "^[A-Z]{3}$";

    /// Parses a code.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_code = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        is_code.then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_three_capital_letters() {
        assert_eq!(Code::parse("EUR").unwrap().to_string(), "EUR");
        for text in ["", "EU", "EURO", "eur", "EUr", "EU1", "EU ", "ÉU", "€", "E\u{301}U"] {
            assert_eq!(Code::parse(text), None, "{text:?}");
        }
    }
}
