use std::borrow::Cow;

use analytics::{Bucket, Day, Granularity, Moment, Site, TrackedSite, Zone};
use fields::{Fields, Unknown, Violation, digits, text};
use reply::Error;

use super::column::Column;
use super::compare::Compare;
use super::csv::Table;
use super::filter::Filter;
use super::named::Named;
use super::period::{By, MOST_BUCKETS, MOST_HOURLY_DAYS, NoPeriod, Period};
use super::search::{SEARCH_CHARACTERS, Search};

/// Number of days of a report by default.
const DAYS: u16 = 30;

/// Number of rows of a list by default.
pub const ROWS: usize = 10;

/// Maximum number of rows of a list.
const MOST_ROWS: usize = 1000;

/// Numbers of rows that the page offers.
pub const PAGE_ROWS: [usize; 3] = [50, 100, 500];

/// A valid query.
#[derive(Debug, PartialEq, Eq)]
pub struct ReportQuery {
    /// The site.
    pub site: Site,
    /// Name of the time zone of the site.
    pub zone: String,
    /// The current day there.
    pub today: Day,
    /// The period, in whole buckets.
    pub period: Period,
    /// How the period that it is compared with is chosen.
    pub compare: Compare,
    /// The period that it is compared with, unless its views are needed and deleted.
    pub previous: Option<Period>,
    /// The first day whose views are all stored.
    pub retained: Day,
    /// Selects views.
    pub filter: Filter,
    /// Text that rows of lists must contain.
    pub search: Search,
    /// The form of the response.
    pub format: Format,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The whole report, as JSON.
    Json {
        /// Maximum number of rows of a list.
        limit: usize,
    },
    /// A table with all its rows.
    Csv(Table),
}

/// The sites, time and retention that a query refers to.
#[derive(Debug, Clone, Copy)]
pub struct Available<'a> {
    /// Sites that have reports.
    pub sites: &'a [TrackedSite],
    /// The current time.
    pub now: Moment,
    /// Retention of views in days.
    pub view_retention_days: u16,
}

impl ReportQuery {
    /// Parses a query.
    ///
    /// # Errors
    /// `InvalidQuery` with each parameter that violates a rule.
    pub fn parse(query: &str, available: Available<'_>) -> Result<Self, Error> {
        let mut parameters = Parameters(Fields::from_form(query.as_bytes(), "InvalidQuery"));
        let site = parameters.site(available.sites);
        let zone = site.map_or_else(Zone::utc, |site| site.zone.clone());
        let today = zone.day(available.now);
        let retained = today.first_retained(available.view_retention_days);
        let period = parameters.period(today);
        let filter = parameters.filter();
        let search = parameters.search();
        let format = parameters.format();
        let compared = parameters.compare(period);
        let needs = period.zip(format).and_then(|(period, format)| needs_views(period, &filter, format));
        if let (Some(period), Some(reason)) = (period, needs) {
            parameters.retained(period, &reason, retained, available.view_retention_days);
        }
        let wanted = match (site, period, compared, format) {
            (Some(site), Some(period), Some((compare, previous)), Some(format)) => {
                let (site, zone) = (site.site.clone(), zone.name().to_owned());
                let mut wanted =
                    Self { site, zone, today, period, compare, previous, retained, filter, search, format };
                if wanted.needs_views() {
                    wanted.previous = previous.filter(|previous| previous.first_day() >= retained);
                }
                Some(wanted)
            }
            _ => None,
        };
        parameters.0.end(Unknown::Refused(unknown), wanted)
    }

    /// Whether the report is computed from stored views, because the totals do not contain its figures.
    #[must_use]
    pub fn needs_views(&self) -> bool {
        needs_views(self.period, &self.filter, self.format).is_some()
    }
}

/// Returns which reports need stored views, if this one does: an end of `Reports …`.
fn needs_views(period: Period, filter: &Filter, format: Format) -> Option<String> {
    match format {
        _ if !filter.matches_all() => Some("with filters".to_owned()),
        _ if period.by() == By::Hour => Some("by hour".to_owned()),
        Format::Csv(table @ Table::Values(Column::Detail(_))) => Some(format!("for table={}", table.name())),
        _ => None,
    }
}

/// The parameters of a report.
struct Parameters(Fields);

impl Parameters {
    fn site<'a>(&mut self, sites: &'a [TrackedSite]) -> Option<&'a TrackedSite> {
        let rule = |rule| {
            let names = sites.iter().map(|tracked| tracked.site.as_str()).collect::<Vec<_>>().join(", ");
            Violation::new(rule, format!("must be one of {names}"))
        };
        let site = self.0.optional("site", |value| {
            let name = text(value)?;
            sites.iter().find(|tracked| tracked.site.as_str() == name).ok_or_else(|| rule("known"))
        })?;
        match (site, sites) {
            (None, [only]) => Some(only),
            (site, _) => self.0.check("site", site.ok_or_else(|| rule("required"))),
        }
    }

    fn period(&mut self, today: Day) -> Option<Period> {
        let names: Vec<&str> = Named::ALL.map(Named::name).to_vec();
        let rule = ("value", format!("must be one of {}", names.join(", ")));
        let named = self.parsed("period", None, |name| Named::parse(name).map(Some), rule);
        let (from, to) = (self.day("from"), self.day("to"));
        let by = named.flatten().map_or(By::Bucket(Granularity::Day), Named::by);
        let by = self.parsed("by", by, By::parse, ("value", must_be(By::ALL.map(By::name))));
        let (named, from, to, by) = (named?, from?, to?, by?);
        let Some(named) = named else {
            let to = to.unwrap_or(today);
            return self.covering(by, ("from", from.unwrap_or(to.minus(DAYS - 1))), ("to", to));
        };
        if from.is_some() || to.is_some() {
            let detail = "is given with from or to; give either a period or dates";
            return self.0.check("period", Err(Violation::new("exclusive", detail)));
        }
        self.covering(by, ("period", named.first_day(today)), ("today", today))
    }

    fn day(&mut self, name: &str) -> Option<Option<Day>> {
        self.parsed(
            name,
            None,
            |text| day(text).map(Some),
            ("day", "must be a day from 1970 to 9999, as in 2026-11-21"),
        )
    }

    fn covering(&mut self, by: By, (field, from): (&str, Day), (last, to): (&str, Day)) -> Option<Period> {
        let error = match Period::covering(by, from, to) {
            Ok(period) => return Some(period),
            Err(NoPeriod::Reversed) => {
                Violation::new("order", format!("is {from}, after {last}, which is {to}; give them in order"))
            }
            Err(NoPeriod::TooLong) => Violation::new("period", too_long(by, last)),
        };
        self.0.check(field, Err(error))
    }

    fn compare(&mut self, period: Option<Period>) -> Option<(Compare, Option<Period>)> {
        let (from, to) = (self.day("compareFrom"), self.day("compareTo"));
        let has_dates = [from, to].iter().any(|day| *day != Some(None));
        let default = if has_dates { Compare::Dates } else { Compare::Previous };
        let rule = ("value", must_be(Compare::ALL.map(Compare::name)));
        let compare = self.parsed("compare", default, Compare::parse, rule)?;
        let previous = match compare {
            Compare::Dates => {
                let by = period.map_or(By::Bucket(Granularity::Day), Period::by);
                let required =
                    || Violation::new("required", "is missing; compare=dates needs compareFrom and compareTo");
                let from = from.and_then(|from| self.0.check("compareFrom", from.ok_or_else(required)));
                let to = to.and_then(|to| self.0.check("compareTo", to.ok_or_else(required)));
                Some(self.covering(by, ("compareFrom", from?), ("compareTo", to?))?)
            }
            _ if has_dates => {
                let detail = "is given with dates; leave compareFrom and compareTo out, or give compare=dates";
                return self.0.check("compare", Err(Violation::new("exclusive", detail)));
            }
            Compare::Previous => Some(period?.before()),
            Compare::Year => Some(period?.year_before()),
            Compare::None => None,
        };
        Some((compare, previous))
    }

    fn filter(&mut self) -> Filter {
        let mut filter = Filter::default();
        for column in Column::filters() {
            let value = self.0.optional(column.name(), |value| match text(value)? {
                "" => Err(Violation::new("length", "is empty; give a value or leave it out")),
                value => Ok(value.to_owned()),
            });
            if let Some(Some(value)) = value {
                filter.only(column, &value);
            }
        }
        filter
    }

    fn search(&mut self) -> Search {
        let how = format!("must have 1 to {SEARCH_CHARACTERS} characters; give a shorter text or leave it out");
        let text = self.0.optional("q", |value| {
            let text = text(value)?;
            let has_length = (1..=SEARCH_CHARACTERS).contains(&text.chars().count());
            has_length.then(|| Search::new(text)).ok_or_else(|| Violation::new("length", how))
        });
        text.flatten().unwrap_or_default()
    }

    /// `limit` applies to JSON and `table` to CSV, but both are validated in either format.
    fn format(&mut self) -> Option<Format> {
        let number = |text: &str| {
            let number = digits(text).and_then(|number| usize::try_from(number).ok());
            number.filter(|number| (1..=MOST_ROWS).contains(number))
        };
        let rule = ("range", format!("must be a whole number from 1 to {MOST_ROWS}"));
        let limit = self.parsed("limit", ROWS, number, rule);
        let page_rows = |text: &str| number(text).filter(|number| PAGE_ROWS.contains(number)).map(Some);
        let rows = self.parsed("rows", None, page_rows, ("value", must_be(PAGE_ROWS)));
        let names: Vec<&str> = Table::all().map(Table::name).collect();
        let rule = format!("must be one of {}", names.join(", "));
        let table = self.parsed("table", Table::Series, Table::parse, ("value", rule));
        let is_csv = |name: &str| ["json", "csv"].contains(&name).then_some(name == "csv");
        let is_csv = self.parsed("format", false, is_csv, ("value", must_be(["json", "csv"])))?;
        let (limit, rows, table) = (limit?, rows?, table?);
        let limit = rows.unwrap_or(limit);
        Some(if is_csv { Format::Csv(table) } else { Format::Json { limit } })
    }

    /// Checks that the views of a period are stored.
    fn retained(&mut self, period: Period, reason: &str, retained: Day, retention_days: u16) {
        if period.first_day() >= retained {
            return;
        }
        let first = first_after(period.granularity(), retained);
        let detail = format!(
            "gives a period that begins on {}. Reports {reason} need stored views, which expire after {retention_days} days; \
             set from to {first} or later",
            period.first_day()
        );
        self.0.check("from", Err::<(), _>(Violation::new("retention", detail)));
    }

    /// Returns the value of a parameter, or the default.
    fn parsed<T>(
        &mut self,
        name: &str,
        default: T,
        parse: impl FnOnce(&str) -> Option<T>,
        (rule, how): (&'static str, impl Into<Cow<'static, str>>),
    ) -> Option<T> {
        let value = self.0.optional(name, |value| parse(text(value)?).ok_or_else(|| Violation::new(rule, how)))?;
        Some(value.unwrap_or(default))
    }
}

fn unknown(_: &str) -> Violation {
    let own = [
        "site",
        "period",
        "from",
        "to",
        "by",
        "compare",
        "compareFrom",
        "compareTo",
        "q",
        "rows",
        "limit",
        "format",
        "table",
    ];
    let names: Vec<&str> = own.into_iter().chain(Column::filters().map(Column::name)).collect();
    Violation::new("unknown", format!("is not a parameter; use one of {}", names.join(", ")))
}

/// Returns the rule `must be a, b or c`.
fn must_be<T: ToString>(values: impl IntoIterator<Item = T>) -> String {
    let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    match values.split_last() {
        Some((last, others)) if !others.is_empty() => format!("must be {} or {last}", others.join(", ")),
        _ => format!("must be {}", values.concat()),
    }
}

fn day(text: &str) -> Option<Day> {
    let day: Day = text.parse().ok()?;
    (text >= "1970-01-01").then_some(day)
}

fn too_long(by: By, last: &str) -> String {
    let shorter = match by {
        By::Hour => {
            return format!("is too long before {last}: by=hour is for at most {MOST_HOURLY_DAYS} days; use by=day");
        }
        By::Bucket(Granularity::Day) => ", or by=week or by=month",
        By::Bucket(Granularity::Week) => ", or by=month",
        By::Bucket(Granularity::Month) => "",
    };
    format!("is more than {MOST_BUCKETS} {}s before {last}; ask for a shorter period{shorter}", by.name())
}

/// Returns the first day on which a bucket begins, from a day on.
fn first_after(by: Granularity, day: Day) -> Day {
    let bucket = Bucket::new(by, day);
    if bucket.first() == day { day } else { bucket.next().unwrap_or(bucket).first() }
}

#[cfg(test)]
mod tests;
