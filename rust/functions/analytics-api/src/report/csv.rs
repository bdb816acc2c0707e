//! A table of a report as CSV, by RFC 4180.

use std::borrow::Cow;

use csv::{QuoteStyle, Terminator, WriterBuilder};

use super::column::Column;
use super::document::series;
use super::figures::{Figures, Row};
use super::search::Search;

/// A table of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// The numbers of each bucket.
    Series,
    /// The values of a column.
    Values(Column),
}

impl Table {
    /// Returns all tables.
    pub fn all() -> impl Iterator<Item = Self> {
        [Self::Series].into_iter().chain(Column::all().map(Self::Values))
    }

    /// Returns the table with a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::all().find(|table| table.name() == name)
    }

    /// Returns the name: `series`, `pages` and so on.
    pub fn name(self) -> &'static str {
        match self {
            Self::Series => "series",
            Self::Values(column) => column.plural(),
        }
    }

    /// Returns a row of column names, and all rows that contain a text. The series is always complete.
    ///
    /// # Errors
    /// The error of the CSV writer.
    pub fn csv(self, figures: &Figures, search: &Search) -> Result<Vec<u8>, csv::Error> {
        // With quotes, a program that splits at other characters than commas still reads one cell.
        let mut csv =
            WriterBuilder::new().terminator(Terminator::CRLF).quote_style(QuoteStyle::Always).from_writer(Vec::new());
        let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        match self {
            Self::Series => {
                csv.write_record(SERIES)?;
                for point in series(figures, figures.period()) {
                    let numbers = point.numbers;
                    csv.write_record([
                        point.bucket,
                        numbers.views.to_string(),
                        numbers.visitors.to_string(),
                        numbers.bots.to_string(),
                        number(numbers.average_duration_ms),
                        number(numbers.average_scroll_percent),
                        numbers.measured.to_string(),
                    ])?;
                }
            }
            Self::Values(column) => {
                csv.write_record([column.name(), "views", "visitors"])?;
                let mut rows = figures.rows(column).unwrap_or_default();
                rows.retain(|row| search.matches(row.value));
                for Row { value, views, visitors } in rows {
                    csv.write_record([defused(value).as_ref(), &views.to_string(), &number(visitors)])?;
                }
            }
        }
        csv.into_inner().map_err(|error| error.into_error().into())
    }
}

/// The columns of the series.
const SERIES: [&str; 7] =
    ["bucket", "views", "visitors", "bots", "averageDurationMs", "averageScrollPercent", "measured"];

/// Escapes text that a spreadsheet would run as a formula.
///
/// <https://owasp.org/www-community/attacks/CSV_Injection>
fn defused(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use analytics::{Bucket, Count, Counter, Counts, Dimension, Granularity, Site, TotalKey};

    use super::*;
    use crate::report::period::{By, Period};

    /// The table of campaigns.
    fn campaigns(names: &[(&str, i64)]) -> String {
        let day = "2026-11-21".parse().unwrap();
        let mut figures = Figures::new(Period::covering(By::Bucket(Granularity::Day), day, day).unwrap());
        for (name, views) in names {
            let counter = Counter::Value(Dimension::Campaign, (*name).to_owned());
            let site = Site::parse("example.com").unwrap();
            let key = TotalKey { site, bucket: Bucket::new(Granularity::Day, day), counter };
            figures.add(key, &Counts::from([(Count::Views, *views)]));
        }
        String::from_utf8(
            Table::Values(Column::Counted(Dimension::Campaign)).csv(&figures, &Search::default()).unwrap(),
        )
        .unwrap()
    }

    #[test]
    fn no_cell_is_a_formula() {
        for start in ['=', '+', '-', '@', '\t', '\r'] {
            let name = format!("{start}HYPERLINK(\"http://evil.example\")");
            let cell = format!("\"'{start}HYPERLINK(\"\"http://evil.example\"\")\"");
            assert_eq!(
                campaigns(&[(&name, 2)]),
                format!("\"campaign\",\"views\",\"visitors\"\r\n{cell},\"2\",\"\"\r\n")
            );
        }
    }

    #[test]
    fn cells_with_separators_quotes_and_lines_are_one_cell() {
        let names = [("a,b", 4), ("a;=b", 3), ("say \"hi\"", 2), ("two\r\nlines", 1)];
        let expected = "\"campaign\",\"views\",\"visitors\"\r\n\"a,b\",\"4\",\"\"\r\n\"a;=b\",\"3\",\"\"\r\n\
                        \"say \"\"hi\"\"\",\"2\",\"\"\r\n\
                        \"two\r\nlines\",\"1\",\"\"\r\n";
        assert_eq!(campaigns(&names), expected);
    }

    #[test]
    fn an_empty_table_has_names() {
        assert_eq!(campaigns(&[]), "\"campaign\",\"views\",\"visitors\"\r\n");
    }

    #[test]
    fn a_table_is_found_by_its_name() {
        let names: Vec<&str> = Table::all().map(Table::name).collect();
        let expected = "series pages referrers browsers systems devices countries campaigns bots \
                        entryPages utmSources utmMediums utmTerms utmContents browserVersions";
        assert_eq!(names.join(" "), expected);
        for table in Table::all() {
            assert_eq!(Table::parse(table.name()), Some(table));
        }
        assert_eq!(Table::parse("page"), None);
    }
}
