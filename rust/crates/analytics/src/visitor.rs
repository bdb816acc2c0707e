use std::fmt;

/// A visitor of one site on one day: nothing leads from it to a person, and nothing to the same one the day after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Visitor([u8; 16]);

impl Visitor {
    /// The visitor with an identity that was derived from a secret of the day.
    #[must_use]
    pub fn from_bytes(identity: [u8; 16]) -> Self {
        Self(identity)
    }

    /// The visitor with a text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut identity = [0; 16];
        hex::decode_to_slice(text, &mut identity).ok()?;
        Some(Self(identity)).filter(|visitor| visitor.to_string() == text)
    }
}

impl fmt::Display for Visitor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitor_is_read_as_it_is_written() {
        let text = "00ff00ff00ff00ff00ff00ff00ff00ff";
        assert_eq!(Visitor::parse(text).unwrap().to_string(), text);
        for text in ["", "00", &text.to_uppercase(), &text.replace('f', "g")] {
            assert_eq!(Visitor::parse(text), None, "{text:?}");
        }
    }
}
