use std::fmt;

use serde_dynamo::Item;

use crate::attributes::{Attributes, DecodeError, Problem, number, text, wrong};
use crate::keys::{self, attribute};
use crate::{Campaign, Day, Dimension, Moment, Offset, Page, Referrer, Site, Visitor};

/// Maximum length of the names in a user agent in bytes: those of the parser are shorter.
const NAME_LIMIT: usize = 100;

/// Identifies a view of a site, with the day and the hour that it counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ViewId {
    /// When the view was received, by the server's clock.
    pub time: Moment,
    /// Random number, so that ids of the same millisecond differ and cannot be guessed.
    pub random: u64,
    /// The offset of the site's time zone at that time. It is part of the id, so that the day of a stored view never
    /// changes.
    pub offset: Offset,
}

impl ViewId {
    /// Returns the id with a text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (time, rest) = text.split_once('-')?;
        let (random, offset) = rest.split_at_checked(16)?;
        let is_plain = time.len() == 15 && time.bytes().all(|byte| byte.is_ascii_digit());
        let id = Self {
            time: Moment::from_milliseconds(time.parse().ok()?).ok()?,
            random: u64::from_str_radix(random, 16).ok()?,
            offset: if offset.is_empty() { Offset::UTC } else { Offset::parse(offset)? },
        };
        (is_plain && id.to_string() == text).then_some(id)
    }

    /// Returns the local day of the site.
    #[must_use]
    pub fn day(self) -> Day {
        self.offset.day(self.time)
    }

    /// Returns the local hour of the site, from 0 to 23.
    #[must_use]
    pub fn hour(self) -> u8 {
        self.offset.hour(self.time)
    }
}

/// UTC is written as nothing.
impl fmt::Display for ViewId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:015}-{:016x}", self.time.milliseconds(), self.random)?;
        if self.offset == Offset::UTC { Ok(()) } else { self.offset.fmt(formatter) }
    }
}

/// A page view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    pub site: Site,
    pub id: ViewId,
    pub page: Page,
    /// The viewed page, if `page` is the placeholder for pages over the cap.
    pub real_page: Option<Page>,
    /// Visitor of the day; none for bots, and where the browser asks for privacy (`Sec-GPC: 1`).
    pub visitor: Option<Visitor>,
    /// Host or app that the visitor came from.
    pub referrer: Option<Referrer>,
    /// Campaign that brought the visitor.
    pub campaign: Option<Campaign>,
    /// The `utm_` parameters of the page's address, form-encoded.
    pub utm: Option<String>,
    /// Browser, system and device.
    pub agent: Agent,
    /// ISO 3166 code of the country, if a header names one.
    pub country: Option<String>,
}

/// Properties of a user agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Name of the browser.
    pub browser: String,
    /// May be empty.
    pub version: String,
    pub system: String,
    pub device: Device,
    /// Name of the bot; none for other visitors.
    pub bot: Option<String>,
}

/// A class of devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Device {
    Desktop,
    Phone,
    Tablet,
    /// A console, a television, or an unknown device.
    Other,
}

impl Device {
    const ALL: [Self; 4] = [Self::Desktop, Self::Phone, Self::Tablet, Self::Other];

    /// Returns `desktop`, `phone`, `tablet` or `other`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Phone => "phone",
            Self::Tablet => "tablet",
            Self::Other => "other",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|device| device.name() == name)
    }
}

impl View {
    /// Returns the value of a dimension.
    #[must_use]
    pub fn value(&self, dimension: Dimension) -> Option<&str> {
        match dimension {
            Dimension::Page => Some(self.page.as_str()),
            Dimension::Referrer => self.referrer.as_ref().map(Referrer::as_str),
            Dimension::Campaign => self.campaign.as_ref().map(Campaign::as_str),
            Dimension::Browser => Some(&self.agent.browser),
            Dimension::System => Some(&self.agent.system),
            Dimension::Device => Some(self.agent.device.name()),
            Dimension::Country => self.country.as_deref(),
            Dimension::Bot => self.agent.bot.as_deref(),
        }
    }

    /// Returns the item, which expires at a moment.
    #[must_use]
    pub fn item(&self, expires: Moment) -> Item {
        let mut item = keys::view(&self.site, self.id).item();
        let mut set = |name: &str, value: Option<&str>| {
            item.extend(value.map(|value| (name.to_owned(), text(value))));
        };
        set(attribute::PAGE, Some(self.page.as_str()));
        set(attribute::REAL_PAGE, self.real_page.as_ref().map(Page::as_str));
        set(attribute::VISITOR, self.visitor.map(|visitor| visitor.to_string()).as_deref());
        set(attribute::REFERRER, self.referrer.as_ref().map(Referrer::as_str));
        set(attribute::CAMPAIGN, self.campaign.as_ref().map(Campaign::as_str));
        set(attribute::UTM, self.utm.as_deref());
        set(attribute::BROWSER, Some(&self.agent.browser));
        set(attribute::VERSION, Some(&self.agent.version));
        set(attribute::SYSTEM, Some(&self.agent.system));
        set(attribute::DEVICE, Some(self.agent.device.name()));
        set(attribute::BOT, self.agent.bot.as_deref());
        set(attribute::COUNTRY, self.country.as_deref());
        item.insert(attribute::EXPIRES.to_owned(), number(expires.seconds()));
        item
    }
}

/// Duration and scroll depth of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Measure {
    /// Time for which the page was visible in milliseconds, at most `LONGEST_MS`.
    pub duration_ms: u64,
    /// Scrolled part of the page's height in percent, at most 100.
    pub scroll: u8,
}

impl Measure {
    /// Longest duration in milliseconds, a day: a longer claim of one client would outweigh all others.
    pub const LONGEST_MS: u64 = 86_400_000;

    /// Returns the greater duration and the greater scroll depth, so that measures can be combined in any order.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self { duration_ms: self.duration_ms.max(other.duration_ms), scroll: self.scroll.max(other.scroll) }
    }
}

/// A stored view, and its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub view: View,
    pub expires: Moment,
    /// Whether it is in the totals.
    pub counted: bool,
    /// Duration and scroll depth that are in the totals.
    pub measure: Option<Measure>,
}

impl Record {
    /// Decodes an item.
    ///
    /// # Errors
    /// The first attribute that differs from what this crate writes.
    pub fn decode(item: &Item) -> Result<Self, DecodeError> {
        let attributes = Attributes(item);
        let (site, id) = keys::decode_view(attributes)?;
        let named = |name| attributes.parsed(name, "a name of at most 100 bytes", is_name);
        let view = View {
            site,
            id,
            page: attributes.parsed(attribute::PAGE, "a normalized path", Page::stored)?,
            real_page: attributes.optional(attribute::REAL_PAGE, "a normalized path", Page::stored)?,
            visitor: attributes.optional(attribute::VISITOR, "32 hexadecimal digits", Visitor::parse)?,
            referrer: attributes.optional(attribute::REFERRER, "a host", Referrer::stored)?,
            campaign: attributes.optional(
                attribute::CAMPAIGN,
                "a trimmed name of at most 100 bytes",
                Campaign::stored,
            )?,
            utm: attributes.optional_text(attribute::UTM)?.map(str::to_owned),
            agent: Agent {
                browser: named(attribute::BROWSER)?,
                version: attributes.text(attribute::VERSION)?.to_owned(),
                system: named(attribute::SYSTEM)?,
                device: attributes.parsed(attribute::DEVICE, "a class of devices", Device::parse)?,
                bot: attributes.optional(attribute::BOT, "a name of at most 100 bytes", is_name)?,
            },
            country: attributes.optional(attribute::COUNTRY, "two capital letters", is_country)?,
        };
        Ok(Self {
            view,
            expires: decode_expires(attributes)?,
            counted: item.contains_key(attribute::COUNTED),
            measure: decode_measure(attributes)?,
        })
    }
}

pub(crate) fn decode_expires(attributes: Attributes<'_>) -> Result<Moment, DecodeError> {
    let rule = "a second of this millennium or the next eight";
    let seconds: u64 = attributes.number(attribute::EXPIRES, rule)?;
    Moment::from_milliseconds(seconds.saturating_mul(1000))
        .map_err(|_| wrong(attribute::EXPIRES, Problem::Value { rule }))
}

pub(crate) fn decode_measure(attributes: Attributes<'_>) -> Result<Option<Measure>, DecodeError> {
    let (a_day, a_percentage) = ("a number of milliseconds, at most a day's", "a percentage");
    let duration_ms = attributes.optional_number(attribute::DURATION_MS, a_day)?;
    let scroll: Option<u8> = attributes.optional_number(attribute::SCROLL, a_percentage)?;
    match (duration_ms, scroll) {
        (Some(ms), _) if ms > Measure::LONGEST_MS => Err(wrong(attribute::DURATION_MS, Problem::Value { rule: a_day })),
        (_, Some(101..)) => Err(wrong(attribute::SCROLL, Problem::Value { rule: a_percentage })),
        (Some(duration_ms), Some(scroll)) => Ok(Some(Measure { duration_ms, scroll })),
        (None, None) => Ok(None),
        (None, Some(_)) => Err(wrong(attribute::DURATION_MS, Problem::Missing)),
        (Some(_), None) => Err(wrong(attribute::SCROLL, Problem::Missing)),
    }
}

fn is_name(text: &str) -> Option<String> {
    let is_name = (1..=NAME_LIMIT).contains(&text.len()) && !text.chars().any(char::is_control);
    is_name.then(|| text.to_owned())
}

fn is_country(text: &str) -> Option<String> {
    (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())).then(|| text.to_owned())
}

#[cfg(test)]
mod tests;
