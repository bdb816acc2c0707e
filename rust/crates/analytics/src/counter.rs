use std::fmt;

/// By what views are counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Path of the page.
    Page,
    /// Host that the visitor came from.
    Referrer,
    /// What brought the visitor.
    Campaign,
    /// Browser by name.
    Browser,
    /// Operating system by name.
    System,
    /// Class of device.
    Device,
    /// Country by its ISO 3166 code.
    Country,
    /// Bot by name; a bot's views are counted here and nowhere else.
    Bot,
}

impl Dimension {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Page,
        Self::Referrer,
        Self::Campaign,
        Self::Browser,
        Self::System,
        Self::Device,
        Self::Country,
        Self::Bot,
    ];

    /// Those whose values clients choose. Each value has an item of its own, and a day's new ones are capped; values of
    /// the others come from short lists, and are attributes of the bucket's summary.
    pub const OPEN: [Self; 3] = [Self::Page, Self::Referrer, Self::Campaign];

    /// Its name in keys.
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

    /// The dimension with a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.name() == name)
    }
}

/// What has an item with counts: a bucket of a site as a whole, or one value of an open dimension in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counter {
    /// All views.
    Summary,
    /// Those with a value.
    Value(Dimension, String),
}

/// What is counted, and an attribute of its name holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Count {
    /// Views by people.
    Views,
    /// Visitors, each once a day.
    Visitors,
    /// Views by bots.
    Bots,
    /// Views of which duration and scroll depth are known.
    Measured,
    /// Milliseconds that those were looked at.
    DurationMs,
    /// How far down those were scrolled, in percent, added up.
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

    /// The count that an attribute holds, if it is one.
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
    fn a_count_is_read_from_the_attribute_that_it_is_written_to() {
        let values = Dimension::ALL.map(|dimension| Count::Of(dimension, "a/b".to_owned()));
        for count in Count::PLAIN.map(|(count, _)| count).into_iter().chain(values) {
            assert_eq!(Count::parse(&count.to_string()), Some(count));
        }
        for attribute in ["", "Path", "Section", "views", "os/Linux"] {
            assert_eq!(Count::parse(attribute), None, "{attribute}");
        }
    }
}
