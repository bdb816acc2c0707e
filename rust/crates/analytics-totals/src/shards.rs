use analytics::ViewId;
use settings::{InvalidSetting, whole_number};

/// Number of items per counter. A DynamoDB item takes some hundred transactions a second; readers sum up the shards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shards(u16);

impl Shards {
    /// One item, which is enough until transactions conflict.
    pub const ONE: Self = Self(1);

    /// Reads `TOTAL_SHARDS`, a number from 1 to 100.
    ///
    /// # Errors
    /// The variable is missing or invalid.
    pub fn from_env(variable: impl Fn(&'static str) -> Option<String>) -> Result<Self, InvalidSetting> {
        whole_number(variable, "TOTAL_SHARDS", 1..=100).map(Self)
    }

    /// Returns the shard for a chunk that begins with a view. It is the same at each retry of that chunk.
    pub(crate) fn shard_of(self, view: ViewId) -> u8 {
        u8::try_from(view.random % u64::from(self.0)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use analytics::{Moment, Offset};

    use super::*;

    #[test]
    fn one_to_100_shards_are_accepted() {
        let shards = |text: &str| Shards::from_env(|_| Some(text.to_owned()));
        assert_eq!((shards("1"), shards("100")), (Ok(Shards::ONE), Ok(Shards(100))));
        for text in ["0", "101"] {
            assert!(shards(text).unwrap_err().to_string().starts_with("TOTAL_SHARDS is"), "{text}");
        }
    }

    #[test]
    fn views_spread_over_all_shards() {
        let time = Moment::from_milliseconds(0).unwrap();
        let mut seen: Vec<u8> =
            (0..100).map(|random| Shards(7).shard_of(ViewId { time, random, offset: Offset::UTC })).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen, (0..7).collect::<Vec<u8>>());
    }
}
