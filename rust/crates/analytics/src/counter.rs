use std::fmt;

/// A property by whose values views are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Path of the page.
    Page,
    /// Host or app that the visitor came from.
    Referrer,
    /// Campaign that brought the visitor.
    Campaign,
    /// Browser by name.
    Browser,
    /// Operating system by name.
    System,
    /// Class of device.
    Device,
    /// Country by its ISO 3166 code.
    Country,
    /// Bot by name. A view by a bot counts in no other dimension.
    Bot,
}

impl Dimension {
    /// All dimensions, in the order of reports.
    pub const ALL: [Self; 8] = [
        Self::Page,
        Self::Referrer,
        Self::Browser,
        Self::System,
        Self::Device,
        Self::Country,
        Self::Campaign,
        Self::Bot,
    ];

    /// Dimensions whose values clients choose. Each value has its own item, and the number of new values per day is
    /// capped. Values of the other dimensions come from short lists, and are attributes of the summary.
    pub const OPEN: [Self; 3] = [Self::Page, Self::Referrer, Self::Campaign];

    /// Returns the name for keys and queries.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Referrer => "referrer",
            Self::Campaign => "campaign",
            Self::Browser => "browser",
            Self::System => "system",
            Self::Device => "device",
            Self::Country => "country",
            Self::Bot => "bot",
        }
    }

    /// Returns the plural name for reports.
    #[must_use]
    pub fn plural(self) -> &'static str {
        match self {
            Self::Page => "pages",
            Self::Referrer => "referrers",
            Self::Campaign => "campaigns",
            Self::Browser => "browsers",
            Self::System => "systems",
            Self::Device => "devices",
            Self::Country => "countries",
            Self::Bot => "bots",
        }
    }

    /// Returns the name as a heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Page => "Pages",
            Self::Referrer => "Sources",
            Self::Campaign => "Campaigns",
            Self::Browser => "Browsers",
            Self::System => "Systems",
            Self::Device => "Devices",
            Self::Country => "Countries",
            Self::Bot => "Bots",
        }
    }

    /// Whether each value has its own item.
    #[must_use]
    pub fn is_open(self) -> bool {
        Self::OPEN.contains(&self)
    }

    /// Returns the dimension with a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.name() == name)
    }
}

/// A counter of a bucket, stored as an item with counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counter {
    Summary,
    /// Views with a value of an open dimension.
    Value(Dimension, String),
}

/// A count of a counter, stored as an attribute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Count {
    /// Views by visitors that are not bots.
    Views,
    /// Visitors, each once a day.
    Visitors,
    /// Views by bots.
    Bots,
    /// Views with a known duration and scroll depth.
    Measured,
    /// Sum of their durations in milliseconds.
    DurationMs,
    /// Sum of their scroll depths in percent.
    Scroll,
    /// Views with a value of a dimension that is not open.
    Of(Dimension, String),
}

impl Count {
    const PLAIN: [(Self, &'static str); 6] = [
        (Self::Views, "Views"),
        (Self::Visitors, "Visitors"),
        (Self::Bots, "Bots"),
        (Self::Measured, "Measured"),
        (Self::DurationMs, "DurationMs"),
        (Self::Scroll, "Scroll"),
    ];

    /// Returns the count that an attribute has.
    #[must_use]
    pub fn parse(attribute: &str) -> Option<Self> {
        if let Some((count, _)) = Self::PLAIN.into_iter().find(|(_, name)| *name == attribute) {
            return Some(count);
        }
        let (dimension, value) = attribute.split_once('/')?;
        Some(Self::Of(Dimension::parse(dimension)?, value.to_owned()))
    }
}

impl fmt::Display for Count {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Of(dimension, value) = self {
            return write!(formatter, "{}/{value}", dimension.name());
        }
        let name = Self::PLAIN.into_iter().find(|(count, _)| count == self).map_or("", |(_, name)| name);
        formatter.write_str(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_round_trips_through_its_attribute() {
        let values = Dimension::ALL.map(|dimension| Count::Of(dimension, "a/b".to_owned()));
        for count in Count::PLAIN.map(|(count, _)| count).into_iter().chain(values) {
            assert_eq!(Count::parse(&count.to_string()), Some(count));
        }
        for attribute in ["", "Path", "Section", "views", "os/Linux"] {
            assert_eq!(Count::parse(attribute), None, "{attribute}");
        }
    }
}
