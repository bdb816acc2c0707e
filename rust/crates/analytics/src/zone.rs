use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use thiserror::Error;
use time::OffsetDateTime;

use crate::day::digits;
use crate::{Day, Moment};

const MINUTE_MS: i64 = 60_000;

/// Greatest difference from UTC in minutes that an offset may have: more than that of any time zone.
const MOST_MINUTES: i16 = 26 * 60;

/// A time zone by its name and its rule, which determines the days and hours of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    name: String,
    rule: TimeZone,
}

impl Zone {
    /// Returns UTC, the default of sites.
    #[must_use]
    pub fn utc() -> Self {
        Self { name: "UTC".to_owned(), rule: TimeZone::UTC }
    }

    /// Creates a zone of a name such as `Europe/Berlin`, and a rule such as `CET-1CEST,M3.5.0,M10.5.0/3`.
    ///
    /// <https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html> defines the rule, the value of `TZ`.
    ///
    /// # Errors
    /// The text is not such a rule.
    pub fn new(name: &str, rule: &str) -> Result<Self, InvalidRule> {
        let rule = TimeZone::posix(rule).map_err(|_| InvalidRule)?;
        Ok(Self { name: name.to_owned(), rule })
    }

    /// Returns the name in the time zone database of the IANA.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the difference of local time from UTC at a moment.
    #[must_use]
    pub fn offset(&self, moment: Moment) -> Offset {
        let time = i64::try_from(moment.milliseconds()).ok().and_then(|time| Timestamp::from_millisecond(time).ok());
        let seconds = time.map_or(0, |time| self.rule.to_offset(time).seconds());
        Offset(i16::try_from(seconds / 60).unwrap_or_default().clamp(-MOST_MINUTES, MOST_MINUTES))
    }

    /// Returns the local day at a moment.
    #[must_use]
    pub fn day(&self, moment: Moment) -> Day {
        self.offset(moment).day(moment)
    }
}

/// Text that is not the rule of a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the rule of a time zone is written as in CET-1CEST,M3.5.0,M10.5.0/3")]
pub struct InvalidRule;

/// A difference of local time from UTC in minutes, written `+0100`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Offset(i16);

impl Offset {
    pub const UTC: Self = Self(0);

    /// Parses an offset that is not UTC's.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (sign, hours, minutes) = (text.get(..1)?, digits::<2>(text.get(1..3)?)?, digits::<2>(text.get(3..)?)?);
        let minutes = i16::try_from(hours * 60 + minutes).ok().filter(|_| minutes < 60)?;
        let offset = Self(if sign == "-" { -minutes } else { minutes });
        (offset.0.abs() <= MOST_MINUTES && offset != Self::UTC && offset.to_string() == text).then_some(offset)
    }

    /// Returns the local day at a moment.
    #[must_use]
    pub fn day(self, moment: Moment) -> Day {
        let time = OffsetDateTime::from_unix_timestamp(self.local_ms(moment).div_euclid(1000));
        Day::from(time.map_or(time::Date::MAX, OffsetDateTime::date))
    }

    /// Returns the local hour at a moment, from 0 to 23.
    #[must_use]
    pub fn hour(self, moment: Moment) -> u8 {
        u8::try_from(self.local_ms(moment).div_euclid(60 * MINUTE_MS).rem_euclid(24)).unwrap_or_default()
    }

    fn local_ms(self, moment: Moment) -> i64 {
        let utc = i64::try_from(moment.milliseconds()).unwrap_or(i64::MAX);
        utc.saturating_add(i64::from(self.0) * MINUTE_MS)
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '-' } else { '+' };
        write!(formatter, "{sign}{:02}{:02}", self.0.abs() / 60, self.0.abs() % 60)
    }
}

#[cfg(test)]
mod tests;
