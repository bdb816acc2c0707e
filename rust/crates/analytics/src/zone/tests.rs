use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, civil};
use proptest::prelude::*;

use super::*;

/// Rules with clock changes in either half of the year, at midnight, by other than an hour, and none.
const RULES: [(&str, &str); 11] = [
    ("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3"),
    ("America/New_York", "EST5EDT,M3.2.0,M11.1.0"),
    ("America/St_Johns", "NST3:30NDT,M3.2.0,M11.1.0"),
    ("America/Nuuk", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0"),
    ("America/Santiago", "<-04>4<-03>,M9.1.6/24,M4.1.6/24"),
    ("Australia/Lord_Howe", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"),
    ("Africa/Cairo", "EET-2EEST,M4.5.5/0,M10.5.4/24"),
    ("Asia/Kathmandu", "<+0545>-5:45"),
    ("Pacific/Kiritimati", "<+14>-14"),
    ("Pacific/Pago_Pago", "SST11"),
    ("Pacific/Chatham", "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45"),
];

fn moment(milliseconds: u64) -> Moment {
    Moment::from_milliseconds(milliseconds).unwrap()
}

/// Milliseconds of some moment in the years from 2027 to 2036, in which the database has no other changes.
fn any_time() -> impl Strategy<Value = u64> {
    1_798_761_600_000_u64..2_114_380_800_000
}

fn named(index: usize) -> Zone {
    Zone::new(RULES[index].0, RULES[index].1).unwrap()
}

proptest! {
    #[test]
    fn days_and_hours_are_those_of_the_database(milliseconds in any_time(), index in 0..RULES.len()) {
        let zone = named(index);
        let full = TimeZoneDatabase::bundled().get(zone.name()).unwrap();
        let time = Timestamp::from_millisecond(i64::try_from(milliseconds).unwrap()).unwrap();
        let local: civil::DateTime = full.to_datetime(time);
        let offset = zone.offset(moment(milliseconds));
        prop_assert_eq!(zone.day(moment(milliseconds)).to_string(), local.date().to_string());
        prop_assert_eq!(i8::try_from(offset.hour(moment(milliseconds))).unwrap(), local.hour());
    }

    #[test]
    fn an_offset_round_trips_as_text(milliseconds in any_time(), index in 0..RULES.len()) {
        let offset = named(index).offset(moment(milliseconds));
        prop_assert_eq!(Offset::parse(&offset.to_string()), Some(offset));
    }

    #[test]
    fn every_day_is_a_local_day_somewhere(milliseconds in any_time(), index in 0..RULES.len()) {
        let now = moment(milliseconds);
        let (first, last) = now.local_days();
        prop_assert!((first..=last).contains(&named(index).day(now)));
    }
}

#[test]
fn every_change_of_the_clock_is_at_its_moment() {
    for (name, rule) in RULES {
        let zone = Zone::new(name, rule).unwrap();
        let full = TimeZoneDatabase::bundled().get(name).unwrap();
        let start: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
        for change in full.following(start).take(20) {
            let at = u64::try_from(change.timestamp().as_millisecond()).unwrap();
            for milliseconds in [at - 1, at] {
                let time = Timestamp::from_millisecond(i64::try_from(milliseconds).unwrap()).unwrap();
                let local = full.to_datetime(time);
                let offset = zone.offset(moment(milliseconds));
                let found = (offset.day(moment(milliseconds)).to_string(), offset.hour(moment(milliseconds)));
                assert_eq!(found, (local.date().to_string(), u8::try_from(local.hour()).unwrap()), "{name} {time}");
            }
        }
    }
}

#[test]
fn utc_is_its_own_zone() {
    let utc = Zone::utc();
    assert_eq!((utc.name(), utc.offset(moment(1_795_231_140_000))), ("UTC", Offset::UTC));
    assert_eq!(TimeZone::posix("UTC0").map(|_| ()).ok(), Some(()));
}

#[test]
fn other_text_is_neither_rule_nor_offset() {
    for rule in ["", "Europe/Berlin", "CET", "CET-1CEST", "CET-1CEST,M13.5.0,M10.5.0/3"] {
        assert!(Zone::new("Europe/Berlin", rule).is_err(), "{rule:?}");
    }
    for text in ["", "+", "0100", "+100", "+0160", "+0000", "-0000", "+2700", "+01000", "é100", " 0100", "+01:00"] {
        assert_eq!(Offset::parse(text), None, "{text:?}");
    }
}

#[test]
fn local_time_may_be_outside_of_the_range_of_moments() {
    let (west, east) = (Offset(-720), Offset(840));
    assert_eq!((west.day(moment(0)).to_string(), west.hour(moment(0))), ("1969-12-31".to_owned(), 12));
    let last = moment(253_402_300_799_999);
    assert_eq!((east.day(last).to_string(), east.hour(last)), ("9999-12-31".to_owned(), 13));
}
