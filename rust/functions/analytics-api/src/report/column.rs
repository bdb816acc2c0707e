use std::borrow::Cow;

use analytics::{Campaign, Dimension, View, label};

/// A property of views, by whose values a report lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// A dimension of the totals.
    Counted(Dimension),
    /// A property that only stored views have.
    Detail(Detail),
}

/// A property that only stored views have, which expire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Detail {
    /// `utm_source` of the page's address.
    UtmSource,
    /// `utm_medium` of the page's address.
    UtmMedium,
    /// `utm_term` of the page's address.
    UtmTerm,
    /// `utm_content` of the page's address.
    UtmContent,
    /// Browser with its version.
    BrowserVersion,
    /// Page of the first view of a visitor on a day.
    EntryPage,
}

impl Detail {
    /// All details, in the order of reports.
    pub const ALL: [Self; 6] =
        [Self::EntryPage, Self::UtmSource, Self::UtmMedium, Self::UtmTerm, Self::UtmContent, Self::BrowserVersion];
}

impl Column {
    /// Returns all columns, in the order of reports.
    pub fn all() -> impl Iterator<Item = Self> {
        Dimension::ALL.into_iter().map(Self::Counted).chain(Detail::ALL.map(Self::Detail))
    }

    /// Returns the columns that a report can be filtered by: an entry page is a property of a visitor, not of a view, and
    /// bots are in a list of their own.
    pub fn filters() -> impl Iterator<Item = Self> {
        Self::all().filter(|column| ![Self::Counted(Dimension::Bot), Self::Detail(Detail::EntryPage)].contains(column))
    }

    /// Returns the name in queries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Counted(dimension) => dimension.name(),
            Self::Detail(Detail::UtmSource) => "utmSource",
            Self::Detail(Detail::UtmMedium) => "utmMedium",
            Self::Detail(Detail::UtmTerm) => "utmTerm",
            Self::Detail(Detail::UtmContent) => "utmContent",
            Self::Detail(Detail::BrowserVersion) => "browserVersion",
            Self::Detail(Detail::EntryPage) => "entryPage",
        }
    }

    /// Returns the plural name in reports.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Counted(dimension) => dimension.plural(),
            Self::Detail(Detail::UtmSource) => "utmSources",
            Self::Detail(Detail::UtmMedium) => "utmMediums",
            Self::Detail(Detail::UtmTerm) => "utmTerms",
            Self::Detail(Detail::UtmContent) => "utmContents",
            Self::Detail(Detail::BrowserVersion) => "browserVersions",
            Self::Detail(Detail::EntryPage) => "entryPages",
        }
    }

    /// Returns the name in text.
    pub fn label(self) -> &'static str {
        match self {
            Self::Counted(dimension) => dimension.name(),
            Self::Detail(Detail::UtmSource) => "campaign source",
            Self::Detail(Detail::UtmMedium) => "campaign medium",
            Self::Detail(Detail::UtmTerm) => "campaign term",
            Self::Detail(Detail::UtmContent) => "campaign content",
            Self::Detail(Detail::BrowserVersion) => "browser version",
            Self::Detail(Detail::EntryPage) => "entry page",
        }
    }

    /// Returns the name as a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Counted(dimension) => dimension.title(),
            Self::Detail(Detail::UtmSource) => "Campaign sources",
            Self::Detail(Detail::UtmMedium) => "Campaign mediums",
            Self::Detail(Detail::UtmTerm) => "Campaign terms",
            Self::Detail(Detail::UtmContent) => "Campaign contents",
            Self::Detail(Detail::BrowserVersion) => "Browser versions",
            Self::Detail(Detail::EntryPage) => "Entry pages",
        }
    }

    /// Returns the value of a view in this column. For the entry page, pass only a visitor's first view of the day.
    pub fn value(self, view: &View) -> Option<Cow<'_, str>> {
        let utm = |name| utm(view.utm.as_deref()?, name);
        match self {
            Self::Counted(dimension) => view.value(dimension).map(|value| labelled(dimension, value).into()),
            Self::Detail(Detail::UtmSource) => utm("utm_source"),
            Self::Detail(Detail::UtmMedium) => utm("utm_medium"),
            Self::Detail(Detail::UtmTerm) => utm("utm_term"),
            Self::Detail(Detail::UtmContent) => utm("utm_content"),
            Self::Detail(Detail::BrowserVersion) => browser_version(view).map(Cow::from),
            Self::Detail(Detail::EntryPage) => Some(view.page.as_str().into()),
        }
    }
}

/// Returns the first value of a parameter that has visible text, as campaigns are named.
fn utm(parameters: &str, wanted: &str) -> Option<Cow<'static, str>> {
    form_urlencoded::parse(parameters.as_bytes())
        .filter(|(name, _)| name == wanted)
        .find_map(|(_, value)| Campaign::named(&value))
        .map(|value| value.as_str().to_owned().into())
}

/// Returns the browser with the first two parts of its version, without a second part of zero: `Safari 17.4`, `Chrome 142`.
fn browser_version(view: &View) -> Option<String> {
    let browser = label::browser(&view.agent.browser);
    let mut parts = view.agent.version.split('.');
    let major = parts.next().filter(|major| is_number(major))?;
    let minor = parts.next().filter(|minor| is_number(minor) && minor.bytes().any(|digit| digit != b'0'));
    let minor = minor.map(|minor| format!(".{minor}")).unwrap_or_default();
    Some(format!("{browser} {major}{minor}"))
}

fn is_number(text: &str) -> bool {
    (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the current name of a value.
pub fn labelled(dimension: Dimension, value: &str) -> &str {
    match dimension {
        Dimension::System => label::system(value),
        Dimension::Browser => label::browser(value),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<&str> = Column::all().flat_map(|column| [column.name(), column.plural()]).collect();
        names.extend(["series", "sources", "aiCrawlers"]);
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn a_parameter_is_its_first_visible_value() {
        for (stored, value) in [
            ("utm_source=a&utm_source=b", Some("a")),
            ("utm_source=%20&utm_source=b+c", Some("b c")),
            ("utm_sources=a&xutm_source=b", None),
            ("", None),
        ] {
            assert_eq!(utm(stored, "utm_source").as_deref(), value, "{stored}");
        }
    }
}
