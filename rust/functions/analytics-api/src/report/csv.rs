//! A table of the report as CSV, by RFC 4180.

use std::borrow::Cow;

use analytics::Dimension;
use csv::{QuoteStyle, Terminator, WriterBuilder};

use super::document::series;
use super::figures::Figures;

/// A table of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// The numbers of each bucket.
    Series,
    /// The values of a dimension.
    Values(Dimension),
}

impl Table {
    const ALL: [(&'static str, Self); 9] = [
        ("series", Self::Series),
        ("pages", Self::Values(Dimension::Page)),
        ("referrers", Self::Values(Dimension::Referrer)),
        ("browsers", Self::Values(Dimension::Browser)),
        ("systems", Self::Values(Dimension::System)),
        ("devices", Self::Values(Dimension::Device)),
        ("countries", Self::Values(Dimension::Country)),
        ("campaigns", Self::Values(Dimension::Campaign)),
        ("bots", Self::Values(Dimension::Bot)),
    ];

    /// The table with a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find_map(|(own, table)| (own == name).then_some(table))
    }

    /// Its name: `series`, `pages` and so on.
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find_map(|(name, table)| (table == self).then_some(name)).unwrap_or_default()
    }

    /// Its rows, all of them, under a row of names.
    ///
    /// # Errors
    /// None that a table can cause.
    pub fn csv(self, figures: &Figures) -> Result<Vec<u8>, csv::Error> {
        // Every cell in quotes: a program that splits at other characters than commas still takes it as one cell.
        let mut csv =
            WriterBuilder::new().terminator(Terminator::CRLF).quote_style(QuoteStyle::Always).from_writer(Vec::new());
        match self {
            Self::Series => {
                csv.write_record(SERIES)?;
                for point in series(figures, figures.period()) {
                    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
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
            Self::Values(dimension) => {
                csv.write_record([dimension.name(), "views"])?;
                for (value, views) in figures.values(dimension) {
                    csv.write_record([defused(value).as_ref(), &views.to_string()])?;
                }
            }
        }
        csv.into_inner().map_err(|error| error.into_error().into())
    }
}

/// The columns of the series.
const SERIES: [&str; 7] =
    ["bucket", "views", "visitors", "bots", "averageDurationMs", "averageScrollPercent", "measured"];

/// The text as a spreadsheet shows it and does not run it.
///
/// <https://owasp.org/www-community/attacks/CSV_Injection>
fn defused(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use analytics::{Bucket, Count, Counter, Counts, Granularity, Site, TotalKey};

    use super::*;
    use crate::report::period::Period;

    /// The table of campaigns.
    fn campaigns(names: &[(&str, i64)]) -> String {
        let day = "2026-11-21".parse().unwrap();
        let mut figures = Figures::of(Period::covering(Granularity::Day, day, day).unwrap());
        for (name, views) in names {
            let counter = Counter::Value(Dimension::Campaign, (*name).to_owned());
            let site = Site::parse("example.com").unwrap();
            let key = TotalKey { site, bucket: Bucket::of(Granularity::Day, day), counter };
            figures.add(key, &Counts::from([(Count::Views, *views)]));
        }
        String::from_utf8(Table::Values(Dimension::Campaign).csv(&figures).unwrap()).unwrap()
    }

    #[test]
    fn no_cell_is_a_formula() {
        for start in ['=', '+', '-', '@', '\t', '\r'] {
            let name = format!("{start}HYPERLINK(\"http://evil.example\")");
            let cell = format!("\"'{start}HYPERLINK(\"\"http://evil.example\"\")\"");
            assert_eq!(campaigns(&[(&name, 2)]), format!("\"campaign\",\"views\"\r\n{cell},\"2\"\r\n"));
        }
    }

    #[test]
    fn cells_with_separators_quotes_and_lines_are_one_cell() {
        let names = [("a,b", 4), ("a;=b", 3), ("say \"hi\"", 2), ("two\r\nlines", 1)];
        let expected = "\"campaign\",\"views\"\r\n\"a,b\",\"4\"\r\n\"a;=b\",\"3\"\r\n\"say \"\"hi\"\"\",\"2\"\r\n\
                        \"two\r\nlines\",\"1\"\r\n";
        assert_eq!(campaigns(&names), expected);
    }

    #[test]
    fn an_empty_table_has_names() {
        assert_eq!(campaigns(&[]), "\"campaign\",\"views\"\r\n");
    }

    #[test]
    fn a_table_is_found_by_its_name() {
        for (name, table) in Table::ALL {
            assert_eq!((Table::parse(name), table.name()), (Some(table), name));
        }
        assert_eq!(Table::parse("page"), None);
    }
}
