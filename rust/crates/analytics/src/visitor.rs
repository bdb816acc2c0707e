use std::fmt;

/// A visitor of one site on one day. It cannot be traced to a person, nor to the same visitor on another day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Visitor([u8; 16]);

impl Visitor {
    /// Creates a visitor from an identity that is derived from the secret of the day.
    #[must_use]
    pub fn from_bytes(identity: [u8; 16]) -> Self {
        Self(identity)
    }

    /// Parses a visitor.
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
    fn a_visitor_round_trips_as_text() {
        let text = "00ff00ff00ff00ff00ff00ff00ff00ff";
        assert_eq!(Visitor::parse(text).unwrap().to_string(), text);
        for text in ["", "00", &text.to_uppercase(), &text.replace('f', "g")] {
            assert_eq!(Visitor::parse(text), None, "{text:?}");
        }
    }
}
