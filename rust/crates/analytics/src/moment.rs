use std::time::{Duration, SystemTime};

use thiserror::Error;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::{Day, Offset};

/// The last millisecond of the year 9999, after which days have no four-digit year.
const LAST: u64 = 253_402_300_799_999;

/// A moment in UTC from 1970 to the end of the year 9999, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(u64);

impl Moment {
    /// Creates a moment from milliseconds since 1970.
    ///
    /// # Errors
    /// The moment is after the year 9999.
    pub fn from_milliseconds(milliseconds: u64) -> Result<Self, InvalidMoment> {
        if milliseconds <= LAST { Ok(Self(milliseconds)) } else { Err(InvalidMoment) }
    }

    /// Parses a time in the form of RFC 3339, such as `2026-11-21T12:00:00Z`.
    ///
    /// # Errors
    /// The text has another form, or the time is before 1970 or after the year 9999.
    pub fn parse_rfc3339(text: &str) -> Result<Self, InvalidMoment> {
        let time = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| InvalidMoment)?;
        let milliseconds = time.unix_timestamp_nanos() / 1_000_000;
        Self::from_milliseconds(u64::try_from(milliseconds).map_err(|_| InvalidMoment)?)
    }

    /// Returns the milliseconds since 1970.
    #[must_use]
    pub fn milliseconds(self) -> u64 {
        self.0
    }

    /// Returns the seconds since 1970, the unit of DynamoDB's time to live.
    #[must_use]
    pub fn seconds(self) -> u64 {
        self.0 / 1000
    }

    /// Returns the moment some time later, at most the end of the year 9999.
    #[must_use]
    pub fn plus(self, time: Duration) -> Self {
        let milliseconds = u64::try_from(time.as_millis()).unwrap_or(LAST);
        Self(self.0.saturating_add(milliseconds).min(LAST))
    }

    /// Returns the moment some time earlier, at least 1970.
    #[must_use]
    pub fn minus(self, time: Duration) -> Self {
        Self(self.0.saturating_sub(u64::try_from(time.as_millis()).unwrap_or(LAST)))
    }

    /// Returns the time since an earlier moment, or zero if that is not earlier.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// Returns the first and the last calendar day of the moment in any time zone, from UTC-12 to UTC+14.
    #[must_use]
    pub fn local_days(self) -> (Day, Day) {
        let day = |moment: Self| Offset::UTC.day(moment);
        (day(self.minus(Duration::from_hours(12))), day(self.plus(Duration::from_hours(14))))
    }
}

impl TryFrom<SystemTime> for Moment {
    type Error = InvalidMoment;

    fn try_from(time: SystemTime) -> Result<Self, InvalidMoment> {
        let elapsed = time.duration_since(SystemTime::UNIX_EPOCH).map_err(|_| InvalidMoment)?;
        Self::from_milliseconds(u64::try_from(elapsed.as_millis()).map_err(|_| InvalidMoment)?)
    }
}

/// A time before 1970 or after the year 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the time is not between the years 1970 and 9999")]
pub struct InvalidMoment;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_a_day_and_an_hour_in_utc() {
        for (milliseconds, day, hour) in [
            (0, "1970-01-01", 0),
            (3_600_000, "1970-01-01", 1),
            (1_795_305_599_999, "2026-11-21", 23),
            (1_795_305_600_000, "2026-11-22", 0),
            (LAST, "9999-12-31", 23),
        ] {
            let moment = Moment::from_milliseconds(milliseconds).unwrap();
            assert_eq!((Offset::UTC.day(moment).to_string(), Offset::UTC.hour(moment)), (day.to_owned(), hour));
        }
    }

    #[test]
    fn it_is_up_to_three_days_at_once() {
        for (time, days) in [
            ("2026-11-21T09:59:59Z", ["2026-11-20", "2026-11-21"]),
            ("2026-11-21T11:00:00Z", ["2026-11-20", "2026-11-22"]),
            ("2026-11-21T12:00:00Z", ["2026-11-21", "2026-11-22"]),
        ] {
            let (first, last) = Moment::parse_rfc3339(time).unwrap().local_days();
            assert_eq!([first, last].map(|day| day.to_string()), days, "{time}");
        }
    }

    #[test]
    fn arithmetic_saturates_at_the_last_moment() {
        let (first, last) = (Moment::from_milliseconds(0).unwrap(), Moment::from_milliseconds(LAST).unwrap());
        let second = first.plus(Duration::from_secs(1));
        assert_eq!((second.milliseconds(), second.since(first)), (1000, Duration::from_secs(1)));
        assert_eq!(first.since(second), Duration::ZERO);
        assert_eq!((second.plus(Duration::MAX), last.plus(Duration::from_millis(1))), (last, last));
    }

    #[test]
    fn rfc_3339_times_are_parsed() {
        let parse = |text| Moment::parse_rfc3339(text).map(Moment::milliseconds);
        assert_eq!(parse("2026-11-21T12:00:00Z"), Ok(1_795_262_400_000));
        assert_eq!(parse("2026-11-21T13:00:00.250+01:00"), Ok(1_795_262_400_250));
        for text in ["", "2026-11-21", "1969-12-31T23:59:59Z", "2026-11-21 12:00", "1795262400"] {
            assert_eq!(parse(text), Err(InvalidMoment), "{text}");
        }
    }

    #[test]
    fn the_year_10000_is_rejected() {
        assert_eq!(Moment::from_milliseconds(LAST + 1), Err(InvalidMoment));
        assert_eq!(Moment::from_milliseconds(u64::MAX), Err(InvalidMoment));
    }
}
