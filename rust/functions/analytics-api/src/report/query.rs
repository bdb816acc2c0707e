use std::borrow::Cow;

use analytics::{Bucket, Day, Dimension, Granularity, Site};
use fields::{Broken, Fields, Unknown, digits, text};
use reply::Error;

use super::csv::Table;
use super::filter::Filter;
use super::period::{MOST_BUCKETS, NoPeriod, Period};

/// Days of a report for which no period is asked.
const DAYS: u16 = 30;

/// Rows of a list for which no limit is asked.
pub const ROWS: usize = 10;

/// Rows of a list at most.
const MOST_ROWS: usize = 1000;

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The site.
    pub site: Site,
    /// The period, in whole buckets.
    pub period: Period,
    /// As many buckets before, unless their views are needed and deleted.
    pub previous: Option<Period>,
    /// Which views.
    pub filter: Filter,
    /// In which form.
    pub format: Format,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// All of it, with lists of at most so many rows.
    Json {
        /// Rows of a list.
        limit: usize,
    },
    /// A table with all its rows.
    Csv(Table),
}

/// What a query may refer to.
#[derive(Debug, Clone, Copy)]
pub struct Available<'a> {
    /// Sites that have reports.
    pub sites: &'a [Site],
    /// The day.
    pub today: Day,
    /// Days that views are kept.
    pub view_retention_days: u16,
}

impl Wanted {
    /// What a query asks for.
    ///
    /// # Errors
    /// `InvalidQuery` with each parameter that breaks a rule.
    pub fn of(query: &str, available: Available<'_>) -> Result<Self, Error> {
        let mut parameters = Parameters(Fields::from_form(query.as_bytes(), "InvalidQuery"));
        let site = parameters.site(available.sites);
        let period = parameters.period(available.today);
        let filter = parameters.filter();
        let format = parameters.format();
        let previous = period.and_then(|period| parameters.previous(period, &filter, available));
        let wanted = match (site, period, format) {
            (Some(site), Some(period), Some(format)) => Some(Self { site, period, previous, filter, format }),
            _ => None,
        };
        parameters.0.end(Unknown::Refused(unknown), wanted)
    }
}

/// The parameters of a report.
struct Parameters(Fields);

impl Parameters {
    fn site(&mut self, sites: &[Site]) -> Option<Site> {
        let rule = |rule| {
            let names = sites.iter().map(Site::as_str).collect::<Vec<_>>().join(", ");
            Broken::new(rule, format!("is one of: {names}"))
        };
        let site = self.0.optional("site", |value| {
            let name = text(value)?;
            sites.iter().find(|site| site.as_str() == name).cloned().ok_or_else(|| rule("known"))
        })?;
        match (site, sites) {
            (None, [only]) => Some(only.clone()),
            (site, _) => self.0.check("site", site.ok_or_else(|| rule("required"))),
        }
    }

    fn period(&mut self, today: Day) -> Option<Period> {
        let by = self.parsed("by", Granularity::Day, Granularity::parse, ("value", "is day, week or month"));
        let rule = ("day", "is a day of 1970 to 9999, as in 2026-11-21");
        let to = self.parsed("to", today, day, rule);
        let from = self.parsed("from", to.unwrap_or(today).minus(DAYS - 1), day, rule);
        let (by, from, to) = (by?, from?, to?);
        let error = match Period::covering(by, from, to) {
            Ok(period) => return Some(period),
            Err(NoPeriod::Reversed) => {
                Broken::new("order", format!("is {from}, after to, which is {to}; give them in order"))
            }
            Err(NoPeriod::TooLong) => {
                let longer = match by {
                    Granularity::Day => ", or by=week or by=month",
                    Granularity::Week => ", or by=month",
                    Granularity::Month => "",
                };
                let by = by.name();
                let detail = format!("is more than {MOST_BUCKETS} {by}s before to; ask for a shorter period{longer}");
                Broken::new("period", detail)
            }
        };
        self.0.check("from", Err(error))
    }

    fn filter(&mut self) -> Filter {
        let mut filter = Filter::default();
        for dimension in Filter::DIMENSIONS {
            let value = self.0.optional(dimension.name(), |value| match text(value)? {
                "" => Err(Broken::new("length", "is empty; give a value or leave it out")),
                value => Ok(value.to_owned()),
            });
            if let Some(Some(value)) = value {
                filter.only(dimension, &value);
            }
        }
        filter
    }

    /// The limit is of JSON's lists and the table is of CSV; where they mean nothing, they have to be right all the
    /// same.
    fn format(&mut self) -> Option<Format> {
        let number = |text: &str| {
            let number = digits(text).and_then(|number| usize::try_from(number).ok());
            number.filter(|number| (1..=MOST_ROWS).contains(number))
        };
        let limit = self.parsed("limit", ROWS, number, ("range", "is a whole number from 1 to 1000"));
        let names: Vec<&str> = Table::all().map(Table::name).collect();
        let rule = format!("is one of: {}", names.join(", "));
        let table = self.parsed("table", Table::Series, Table::parse, ("value", rule));
        let is_csv = |name: &str| ["json", "csv"].contains(&name).then_some(name == "csv");
        let is_csv = self.parsed("format", false, is_csv, ("value", "is json or csv"))?;
        let (limit, table) = (limit?, table?);
        Some(if is_csv { Format::Csv(table) } else { Format::Json { limit } })
    }

    /// The period before, as far as it can be reported.
    fn previous(&mut self, period: Period, filter: &Filter, available: Available<'_>) -> Option<Period> {
        let previous = period.before();
        if filter.matches_all() {
            return Some(previous);
        }
        let retained = available.today.first_retained(available.view_retention_days);
        if period.first_day() < retained {
            let days = available.view_retention_days;
            let first = first_after(period.by(), retained);
            let detail = format!(
                "begins on {}, and views are kept for {days} days: with filters, give {first} or later as from",
                period.first_day()
            );
            return self.0.check("from", Err(Broken::new("retention", detail)));
        }
        (previous.first_day() >= retained).then_some(previous)
    }

    /// Returns the value of a parameter, or the default.
    fn parsed<T>(
        &mut self,
        name: &str,
        default: T,
        parse: impl FnOnce(&str) -> Option<T>,
        (rule, how): (&'static str, impl Into<Cow<'static, str>>),
    ) -> Option<T> {
        let value = self.0.optional(name, |value| parse(text(value)?).ok_or_else(|| Broken::new(rule, how)))?;
        Some(value.unwrap_or(default))
    }
}

fn unknown(_: &str) -> Broken {
    let own = ["site", "from", "to", "by", "limit", "format", "table"];
    let names: Vec<&str> = own.into_iter().chain(Filter::DIMENSIONS.map(Dimension::name)).collect();
    Broken::new("unknown", format!("is no parameter; there are {}", names.join(", ")))
}

fn day(text: &str) -> Option<Day> {
    let day: Day = text.parse().ok()?;
    (text >= "1970-01-01").then_some(day)
}

/// The first day at which a bucket begins, from a day on.
fn first_after(by: Granularity, day: Day) -> Day {
    let bucket = Bucket::new(by, day);
    if bucket.first() == day { day } else { bucket.next().unwrap_or(bucket).first() }
}

#[cfg(test)]
mod tests;
