use analytics::view_retention_days;
use settings::{InvalidSetting, whole_number};

/// Retention of views, and caps on counted values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Days after which a view expires; totals do not expire.
    pub retention_days: u16,
    /// Maximum number of new pages, of new referrers and of new campaigns that each day counts by name, per site.
    pub values_per_day: u16,
}

impl Limits {
    /// Reads `VIEW_RETENTION_DAYS` and `PATHS_PER_DAY`.
    ///
    /// # Errors
    /// The first variable that is missing or out of range.
    pub fn from_env(variable: impl Fn(&'static str) -> Option<String>) -> Result<Self, InvalidSetting> {
        Ok(Self {
            retention_days: view_retention_days(&variable)?,
            // The known values of a day are one item, which each new value rewrites.
            values_per_day: whole_number(&variable, "PATHS_PER_DAY", 1..=10_000)?,
        })
    }
}
