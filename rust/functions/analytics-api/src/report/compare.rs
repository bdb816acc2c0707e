/// The period that a report is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// The previous period, with the same number of buckets.
    Previous,
    /// The same period a year earlier.
    Year,
    /// The period between two given dates.
    Dates,
    /// No comparison.
    None,
}

impl Compare {
    /// All comparisons, the default first.
    pub const ALL: [Self; 4] = [Self::Previous, Self::Year, Self::Dates, Self::None];

    /// Returns the name in queries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Previous => "previous",
            Self::Year => "year",
            Self::Dates => "dates",
            Self::None => "none",
        }
    }

    /// Returns the label in the form.
    pub fn label(self) -> &'static str {
        match self {
            Self::Previous => "the period before",
            Self::Year => "the year before",
            Self::Dates => "these dates",
            Self::None => "nothing",
        }
    }

    /// Returns the comparison with a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|compare| compare.name() == name)
    }
}
