use analytics::{Day, Granularity};

use super::period::By;

/// A period that ends today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// Today.
    Today,
    /// The last 7 days.
    SevenDays,
    /// The last 30 days.
    ThirtyDays,
    /// The month to date.
    Month,
    /// The year to date.
    Year,
    /// The last 12 months.
    TwelveMonths,
}

impl Named {
    /// All named periods, the shortest first.
    pub const ALL: [Self; 6] =
        [Self::Today, Self::SevenDays, Self::ThirtyDays, Self::Month, Self::Year, Self::TwelveMonths];

    /// Returns the name in queries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::SevenDays => "7d",
            Self::ThirtyDays => "30d",
            Self::Month => "month",
            Self::Year => "year",
            Self::TwelveMonths => "12m",
        }
    }

    /// Returns the label of the link.
    pub fn label(self) -> &'static str {
        match self {
            Self::Today => "Today",
            Self::SevenDays => "7 days",
            Self::ThirtyDays => "30 days",
            Self::Month => "This month",
            Self::Year => "Year to date",
            Self::TwelveMonths => "12 months",
        }
    }

    /// Returns the period with a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|named| named.name() == name)
    }

    /// Returns the first day.
    pub fn first_day(self, today: Day) -> Day {
        match self {
            Self::Today => today,
            Self::SevenDays => today.minus(6),
            Self::ThirtyDays => today.minus(29),
            Self::Month => today.first_of_month(),
            Self::Year => today.first_of_year(),
            Self::TwelveMonths => today.first_of_month().minus(334).first_of_month(),
        }
    }

    /// Returns the default granularity of its report.
    pub fn by(self) -> By {
        match self {
            Self::Year | Self::TwelveMonths => By::Bucket(Granularity::Month),
            _ => By::Bucket(Granularity::Day),
        }
    }
}
