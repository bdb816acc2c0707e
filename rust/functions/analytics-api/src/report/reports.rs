use std::sync::Arc;

use analytics::{Day, TrackedSite, Zone};
use analytics_store::ReadTables;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use reply::{Error, PAYLOAD_LIMIT};

use super::csv::Table;
use super::document::Report;
use super::figures::Figures;
use super::period::Period;
use super::query::{Available, Format, ROWS, ReportQuery};
use super::reader::{self, MOST_DETAILED};
use super::unique_visitors::{UniqueVisitors, unique_visitors};
use crate::Clock;

/// Maximum size of status and headers in a response, in bytes.
const OTHER_BYTES: usize = 2000;

/// Reports of sites.
pub struct Reports {
    store: Arc<dyn ReadTables>,
    sites: Vec<TrackedSite>,
    view_retention_days: u16,
    clock: Clock,
}

/// A query, and the figures that were read for it.
pub struct LoadedReport {
    wanted: ReportQuery,
    figures: Figures,
    unique: Unique,
}

/// The estimated unique visitors of a period, and of the one to compare with.
#[derive(Debug, Default)]
pub struct Unique {
    pub period: Option<UniqueVisitors>,
    pub previous: Option<UniqueVisitors>,
}

impl LoadedReport {
    /// Returns the report.
    pub fn report(&self) -> Report<'_> {
        let limit = match self.wanted.format {
            Format::Json { limit } => limit,
            Format::Csv(_) => ROWS,
        };
        Report::new(&self.wanted, &self.figures, &self.unique, limit)
    }
}

/// A rendered report.
pub struct RenderedReport {
    /// The headers for its type and caching.
    pub headers: HeaderMap,
    /// The report.
    pub body: String,
}

impl Reports {
    /// Creates reports of sites, whose views are stored for some days.
    #[must_use]
    pub fn new(store: Arc<dyn ReadTables>, sites: Vec<TrackedSite>, view_retention_days: u16, clock: Clock) -> Self {
        Self { store, sites, view_retention_days, clock }
    }

    /// The sites.
    #[must_use]
    pub fn sites(&self) -> &[TrackedSite] {
        &self.sites
    }

    /// Returns the current day of a site, which is the last day of its report by default; UTC's if there is no such site.
    ///
    /// # Errors
    /// See [`Clock::now`].
    pub fn today(&self, site: Option<&TrackedSite>) -> Result<Day, Error> {
        let now = self.clock.now()?;
        Ok(site.map_or_else(|| Zone::utc().day(now), |site| site.zone.day(now)))
    }

    /// Reads and renders the report of a query.
    ///
    /// # Errors
    /// `ReportTooLarge`, and those of [`read`](Self::read).
    pub async fn answer(&self, query: &str) -> Result<RenderedReport, Error> {
        let loaded = self.read(query).await?;
        let rendered = match loaded.wanted.format {
            Format::Json { .. } => json(&loaded.report())?,
            Format::Csv(table) => csv(&loaded.wanted, &loaded.figures, table)?,
        };
        if in_reply(&rendered.body) + OTHER_BYTES > PAYLOAD_LIMIT {
            let detail =
                "The report is larger than a reply can be. Ask for a shorter period, or for fewer rows as JSON.";
            return Err(Error::too_large("ReportTooLarge", detail));
        }
        Ok(rendered)
    }

    /// Reads the figures of a query.
    ///
    /// # Errors
    /// `InvalidQuery`, `TooManyTotals`, `TooManyViews`, and the error of the store.
    pub async fn read(&self, query: &str) -> Result<LoadedReport, Error> {
        let Self { sites, view_retention_days, clock, .. } = self;
        let available = Available { sites, now: clock.now()?, view_retention_days: *view_retention_days };
        let wanted = ReportQuery::parse(query, available)?;
        let figures = self.figures(&wanted).await?;
        let unique = self.unique(&wanted).await?;
        Ok(LoadedReport { wanted, figures, unique })
    }

    /// Estimates the unique visitors of a report without filters: sketches have no properties of views.
    async fn unique(
        &self,
        ReportQuery { site, period, previous, filter, format, .. }: &ReportQuery,
    ) -> Result<Unique, Error> {
        if !filter.matches_all() || matches!(format, Format::Csv(_)) {
            return Ok(Unique::default());
        }
        let of = async |period: Option<Period>| match period {
            Some(period) => unique_visitors(self.store.as_ref(), site, period).await,
            None => Ok(None),
        };
        Ok(Unique { period: of(Some(*period)).await?, previous: of(*previous).await? })
    }

    async fn figures(&self, wanted: &ReportQuery) -> Result<Figures, Error> {
        let store = self.store.as_ref();
        let ReportQuery { site, today, period, previous, filter, .. } = wanted;
        if wanted.needs_views() {
            return reader::views(store, site, (*period, *previous), filter, *today).await;
        }
        let mut figures = reader::totals(store, site, *period, *previous).await?;
        self.add_details(&mut figures, wanted).await?;
        Ok(figures)
    }

    /// Adds the details of stored views, unless the totals say that there are too many.
    async fn add_details(&self, figures: &mut Figures, wanted: &ReportQuery) -> Result<(), Error> {
        let ReportQuery { site, today, period, retained, .. } = wanted;
        let days = (period.first_day().max(*retained), period.last_day().min(*today));
        if usize::try_from(figures.views_since(days.0)).is_ok_and(|views| views > MOST_DETAILED) {
            return Ok(());
        }
        if let Some(views) = reader::details(self.store.as_ref(), site, days, *period).await? {
            figures.details = views.details;
            figures.unreadable += views.unreadable;
        }
        Ok(())
    }
}

fn json(report: &Report<'_>) -> Result<RenderedReport, Error> {
    let body = serde_json::to_string(report).map_err(Error::internal)?;
    Ok(RenderedReport { headers: headers("application/json"), body })
}

fn csv(wanted: &ReportQuery, figures: &Figures, table: Table) -> Result<RenderedReport, Error> {
    let body =
        String::from_utf8(table.csv(figures, &wanted.search).map_err(Error::internal)?).map_err(Error::internal)?;
    let mut headers = headers("text/csv; charset=utf-8");
    let (from, to) = (wanted.period.first_day(), wanted.period.last_day());
    // A site may have a port, and names of files no colon.
    let site = wanted.site.as_str().replace(':', "-");
    let file = format!("attachment; filename=\"{site}-{}-{from}-{to}.csv\"", table.name());
    headers.insert(CONTENT_DISPOSITION, HeaderValue::try_from(file).map_err(Error::internal)?);
    Ok(RenderedReport { headers, body })
}

/// Returns headers that prevent caching: only one user may see the report.
fn headers(content_type: &'static str) -> HeaderMap {
    [(CONTENT_TYPE, content_type), (CACHE_CONTROL, "no-store")]
        .map(|(name, value)| (name, HeaderValue::from_static(value)))
        .into_iter()
        .collect()
}

/// Returns the length of a text as a JSON string, which a response is.
fn in_reply(text: &str) -> usize {
    let bytes = |byte| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' => 2,
        0..0x20 => 6,
        _ => 1,
    };
    text.bytes().map(bytes).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_in_a_reply_is_that_of_its_json() {
        for text in ["", "a\"b\\c", "\r\n\t\u{1}\u{1f}", "é\u{7f}"] {
            assert!(in_reply(text) + 2 >= serde_json::to_string(text).unwrap().len(), "{text:?}");
        }
    }
}
