/// The period that a report is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// The one before, with the same number of buckets.
    Previous,
    /// The same one a year before.
    Year,
    /// The one of two dates.
    Dates,
    /// Nothing.
    None,
}

impl Compare {
    /// All of them, the default first.
    pub const ALL: [Self; 4] = [Self::Previous, Self::Year, Self::Dates, Self::None];

    /// Its name in queries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Previous => "previous",
            Self::Year => "year",
            Self::Dates => "dates",
            Self::None => "none",
        }
    }

    /// Its name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Previous => "the period before",
            Self::Year => "the year before",
            Self::Dates => "these dates",
            Self::None => "nothing",
        }
    }

    /// Returns the one with a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|compare| compare.name() == name)
    }
}
