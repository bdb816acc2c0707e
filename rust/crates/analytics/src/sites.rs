use std::iter;

use serde_json::Value;
use settings::{InvalidSetting, required};

use crate::{Site, Zone};

const NAME: &str = "ANALYTICS_SITES";
const WWW_IS_APEX: &str = "ANALYTICS_WWW_IS_APEX";

/// A site whose views are counted, by the days of its time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackedSite {
    pub site: Site,
    pub zone: Zone,
}

/// The sites whose views are counted, by the origins that browsers send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sites(Vec<(String, TrackedSite)>);

/// Parses an element of the list: an origin in UTC, or an object with the time zone.
fn parse_site(listed: &Value) -> Result<(String, TrackedSite), String> {
    let field = |name| listed.get(name).and_then(Value::as_str);
    let (origin, zone) = match (listed.as_str(), field("origin"), field("timeZone"), field("rule")) {
        (Some(origin), ..) => (origin, Ok(Zone::utc())),
        (_, Some(origin), Some(name), Some(rule)) => {
            (origin, Zone::new(name, rule).map_err(|error| format!("with the invalid rule {rule:?}: {error}")))
        }
        _ => {
            return Err(format!(
                "with {listed}, which is neither an origin nor an object with origin, timeZone and rule"
            ));
        }
    };
    let site = Site::from_origin(origin).map_err(|_| format!("with {origin:?}, which is not an origin"))?;
    Ok((origin.to_owned(), TrackedSite { site, zone: zone? }))
}

impl Sites {
    /// Reads `ANALYTICS_SITES`, a JSON list of origins; a site that is not in UTC is an object with its origin, and the
    /// name and rule of its time zone. If `ANALYTICS_WWW_IS_APEX` is true, `www.example.com` and `example.com` are one
    /// site, whichever of the two is listed.
    ///
    /// # Errors
    /// A variable is missing or invalid.
    pub fn from_env(variable: impl Fn(&'static str) -> Option<String>) -> Result<Self, InvalidSetting> {
        let value = required(&variable, NAME)?;
        let wrong = |reason: String| {
            let remedy = "Set a JSON list of origins as browsers send them, as in \
                          [\"https://example.com\", {\"origin\": \"http://localhost:8000\", \
                          \"timeZone\": \"Europe/Berlin\", \"rule\": \"CET-1CEST,M3.5.0,M10.5.0/3\"}].";
            InvalidSetting::new(NAME, format!("is {value:?}, {reason}. {remedy}"))
        };
        let listed: Vec<Value> =
            serde_json::from_str(&value).map_err(|_| wrong("which is not a JSON list".to_owned()))?;
        let sites: Result<Vec<_>, String> = listed.iter().map(parse_site).collect();
        let sites = sites.map_err(wrong)?;
        let sites = match variable(WWW_IS_APEX).as_deref().unwrap_or("false") {
            "false" => sites,
            "true" => sites.iter().flat_map(with_and_without_www).collect(),
            other => return Err(InvalidSetting::new(WWW_IS_APEX, format!("is {other:?}. Set true or false."))),
        };
        let sites = Self(sites);
        sites.one_zone_each().map_err(wrong)?;
        Ok(sites)
    }

    /// Checks that all origins of a site have the same time zone.
    fn one_zone_each(&self) -> Result<(), String> {
        let twice = self.0.iter().find(|(_, tracked)| {
            self.0.iter().any(|(_, other)| other.site == tracked.site && other.zone != tracked.zone)
        });
        twice.map_or(Ok(()), |(_, tracked)| Err(format!("with two time zones for {}", tracked.site)))
    }

    /// Returns the site of an origin, if its views are counted.
    #[must_use]
    pub fn find_by_origin(&self, origin: &str) -> Option<&TrackedSite> {
        self.0.iter().find(|(allowed, _)| allowed == origin).map(|(_, site)| site)
    }

    /// Returns each site once: it may have an origin for http and one for https.
    #[must_use]
    pub fn all(&self) -> Vec<TrackedSite> {
        let mut sites: Vec<TrackedSite> = self.0.iter().map(|(_, tracked)| tracked.clone()).collect();
        sites.sort_by(|a, b| a.site.cmp(&b.site));
        sites.dedup_by(|a, b| a.site == b.site);
        sites
    }
}

/// Returns the two origins of a site, with the site without `www.`.
fn with_and_without_www((origin, TrackedSite { zone, .. }): &(String, TrackedSite)) -> Vec<(String, TrackedSite)> {
    let Some((scheme, host)) = origin.split_once("://") else { return Vec::new() };
    let apex = host.strip_prefix("www.").unwrap_or(host);
    let site = Site::parse(apex).ok().map(|site| TrackedSite { site, zone: zone.clone() });
    ["", "www."]
        .into_iter()
        .zip(iter::repeat(site))
        .filter_map(|(www, site)| Some((format!("{scheme}://{www}{apex}"), site?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sites(value: &str) -> Result<Sites, InvalidSetting> {
        Sites::from_env(|name| (name == NAME).then(|| value.to_owned()))
    }

    #[test]
    fn only_listed_origins_have_a_site() {
        let sites = sites(r#"["https://example.com", "http://localhost:8000"]"#).unwrap();
        assert_eq!(sites.find_by_origin("https://example.com").unwrap().site.as_str(), "example.com");
        assert_eq!(sites.find_by_origin("http://localhost:8000").unwrap().site.as_str(), "localhost:8000");
        for origin in ["", "null", "http://example.com", "https://www.example.com", "https://example.com.evil.example"]
        {
            assert_eq!(sites.find_by_origin(origin), None, "{origin:?}");
        }
    }

    #[test]
    fn www_and_apex_are_one_site_if_configured() {
        for listed in ["https://example.com", "https://www.example.com"] {
            let sites = |www: &'static str| {
                let list = format!("[{listed:?}, \"http://localhost:8000\"]");
                Sites::from_env(move |name| Some(if name == NAME { list.clone() } else { www.to_owned() }))
            };
            let merged = sites("true").unwrap();
            for origin in ["https://example.com", "https://www.example.com"] {
                assert_eq!(merged.find_by_origin(origin).unwrap().site.as_str(), "example.com");
                assert_eq!(sites("false").unwrap().find_by_origin(origin).is_some(), origin == listed);
            }
            let names: Vec<String> = merged.all().iter().map(|tracked| tracked.site.to_string()).collect();
            assert_eq!(names, ["example.com", "localhost:8000"]);
            assert!(sites("yes").unwrap_err().to_string().contains("Set true or false."));
        }
    }

    #[test]
    fn an_invalid_list_of_origins_is_reported_with_the_reason() {
        for (value, reason) in [
            ("https://example.com", "which is not a JSON list"),
            ("{}", "which is not a JSON list"),
            ("[1]", "with 1, which is neither an origin nor an object with origin, timeZone and rule"),
            (r#"["example.com"]"#, r#"with "example.com", which is not an origin"#),
            (r#"["https://example.com/"]"#, r#"with "https://example.com/", which is not an origin"#),
            (r#"["*"]"#, r#"with "*", which is not an origin"#),
            (
                r#"[{"origin": "https://example.com"}]"#,
                r#"with {"origin":"https://example.com"}, which is neither an origin nor an object with origin, timeZone and rule"#,
            ),
            (
                r#"[{"origin": "https://example.com", "timeZone": "Europe/Berlin", "rule": "Europe/Berlin"}]"#,
                r#"with the invalid rule "Europe/Berlin": the rule of a time zone is written as in CET-1CEST,M3.5.0,M10.5.0/3"#,
            ),
            (
                r#"["http://example.com", {"origin": "https://example.com", "timeZone": "Asia/Tokyo", "rule": "JST-9"}]"#,
                "with two time zones for example.com",
            ),
        ] {
            let error = sites(value).unwrap_err().to_string();
            assert!(error.starts_with(&format!("ANALYTICS_SITES is {value:?}, {reason}. Set a JSON list")), "{error}");
        }
        assert!(sites("").unwrap_err().to_string().starts_with("ANALYTICS_SITES is not set"));
    }

    #[test]
    fn a_site_may_have_a_time_zone() {
        let sites = sites(
            r#"["https://example.com",
                {"origin": "https://shop.example", "timeZone": "Asia/Tokyo", "rule": "JST-9"},
                {"origin": "http://shop.example", "timeZone": "Asia/Tokyo", "rule": "JST-9"}]"#,
        );
        let zones: Vec<_> = sites.unwrap().all().into_iter().map(|tracked| tracked.zone).collect();
        assert_eq!(zones, [Zone::utc(), Zone::new("Asia/Tokyo", "JST-9").unwrap()]);
    }
}
