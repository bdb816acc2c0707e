use std::str::FromStr;

use analytics::{Day, Site};
use analytics_totals::reconcile::Period;

const USAGE: &str = "reconcile --views TABLE --totals TABLE --sites SITE[,SITE…] --retention-days DAYS \
                     [--from 2026-11-01] [--to 2026-11-21] [--repair [--lower SURPLUS]]";

pub struct Arguments {
    pub views: String,
    pub totals: String,
    pub sites: Vec<Site>,
    pub period: Period,
    /// Whether to repair the totals.
    pub repairs: bool,
    /// Confirmed maximum by which the repair may lower counters: the surplus that the last report printed.
    pub lower: Option<i64>,
}

impl Arguments {
    /// Parses the command line.
    ///
    /// # Errors
    /// The argument that is missing or wrong, and the usage.
    pub fn parse(arguments: impl Iterator<Item = String>, today: Day) -> Result<Self, String> {
        let arguments: Vec<String> = arguments.collect();
        let options = ["--views", "--totals", "--sites", "--retention-days", "--from", "--to", "--repair", "--lower"];
        if let Some(unknown) = arguments.iter().find(|word| word.starts_with("--") && !options.contains(&word.as_str()))
        {
            return Err(format!("Unknown option {unknown}. Usage: {USAGE}"));
        }
        let value = |name: &str| {
            let position = arguments.iter().position(|word| word == name)?;
            arguments.get(position + 1).map(String::as_str)
        };
        let required = |name: &str| value(name).ok_or(format!("{name} is missing. Usage: {USAGE}"));
        let sites = required("--sites")?.split(',').map(|site| Site::parse(site).map_err(|error| error.to_string()));
        Ok(Self {
            views: required("--views")?.to_owned(),
            totals: required("--totals")?.to_owned(),
            sites: sites.collect::<Result<_, _>>()?,
            period: Period::new(
                value("--from").map(|day| parsed("--from", day)).transpose()?,
                value("--to").map(|day| parsed("--to", day)).transpose()?,
                today,
                parsed("--retention-days", required("--retention-days")?)?,
            ),
            repairs: arguments.iter().any(|word| word == "--repair"),
            lower: value("--lower").map(|surplus| parsed("--lower", surplus)).transpose()?,
        })
    }
}

fn parsed<T: FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{name} is {value:?}. Usage: {USAGE}"))
}
