use settings::{InvalidSetting, whole_number};

/// Days that views are kept at least. The trigger may have given a view up: the stream and the queue of failures name it
/// for 15 days, and a weekend may follow before somebody counts it.
pub const LEAST_RETENTION_DAYS: u16 = 18;

/// How long views are kept, and how many different ones are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Days after which a view is deleted; totals stay.
    pub retention_days: u16,
    /// New pages, new referrers and new campaigns of a site that each day counts by name.
    pub values_per_day: u16,
}

impl Limits {
    /// The limits in `VIEW_RETENTION_DAYS` and `PATHS_PER_DAY`.
    ///
    /// # Errors
    /// The first variable that is missing or no such number.
    pub fn from_env(variable: impl Fn(&'static str) -> Option<String>) -> Result<Self, InvalidSetting> {
        Ok(Self {
            retention_days: whole_number(&variable, "VIEW_RETENTION_DAYS", LEAST_RETENTION_DAYS..=3650)?,
            // What is known of a day is one item, which each new value writes anew.
            values_per_day: whole_number(&variable, "PATHS_PER_DAY", 1..=10_000)?,
        })
    }
}
