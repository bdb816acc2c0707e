use std::collections::BTreeSet;
use std::iter;

use settings::{InvalidSetting, required};

use crate::Site;

const NAME: &str = "ANALYTICS_SITES";
const WWW_IS_APEX: &str = "ANALYTICS_WWW_IS_APEX";

/// The sites whose views are counted, by the origins that browsers send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sites(Vec<(String, Site)>);

impl Sites {
    /// Reads `ANALYTICS_SITES`, a JSON list of origins. If `ANALYTICS_WWW_IS_APEX` is true, `www.example.com` and
    /// `example.com` are one site, whichever of the two is listed.
    ///
    /// # Errors
    /// A variable that is missing or something else.
    pub fn from_env(variable: impl Fn(&'static str) -> Option<String>) -> Result<Self, InvalidSetting> {
        let value = required(&variable, NAME)?;
        let wrong = |reason: String| {
            let remedy = "Set a JSON list of origins as browsers send them, as in \
                          [\"https://example.com\", \"http://localhost:8000\"].";
            InvalidSetting::new(NAME, format!("is {value:?}, {reason}. {remedy}"))
        };
        let origins: Vec<String> =
            serde_json::from_str(&value).map_err(|_| wrong("which is not a JSON list of strings".to_owned()))?;
        let sites = origins.into_iter().map(|origin| match Site::from_origin(&origin) {
            Ok(site) => Ok((origin, site)),
            Err(_) => Err(wrong(format!("and {origin:?} is not an origin"))),
        });
        let sites: Vec<(String, Site)> = sites.collect::<Result<_, _>>()?;
        match variable(WWW_IS_APEX).as_deref().unwrap_or("false") {
            "false" => Ok(Self(sites)),
            "true" => Ok(Self(sites.iter().flat_map(|(origin, _)| with_and_without_www(origin)).collect())),
            other => Err(InvalidSetting::new(WWW_IS_APEX, format!("is {other:?}. Set true or false."))),
        }
    }

    /// Returns the site of an origin, if its views are counted.
    #[must_use]
    pub fn find_by_origin(&self, origin: &str) -> Option<&Site> {
        self.0.iter().find(|(allowed, _)| allowed == origin).map(|(_, site)| site)
    }

    /// Returns each site once: it may have an origin for http and one for https.
    #[must_use]
    pub fn all(&self) -> Vec<Site> {
        let sites: BTreeSet<&Site> = self.0.iter().map(|(_, site)| site).collect();
        sites.into_iter().cloned().collect()
    }
}

/// Returns the two origins of a site, with the site without `www.`.
fn with_and_without_www(origin: &str) -> Vec<(String, Site)> {
    let Some((scheme, host)) = origin.split_once("://") else { return Vec::new() };
    let apex = host.strip_prefix("www.").unwrap_or(host);
    let site = Site::parse(apex).ok();
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
        assert_eq!(sites.find_by_origin("https://example.com").unwrap().as_str(), "example.com");
        assert_eq!(sites.find_by_origin("http://localhost:8000").unwrap().as_str(), "localhost:8000");
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
                assert_eq!(merged.find_by_origin(origin).unwrap().as_str(), "example.com");
                assert_eq!(sites("false").unwrap().find_by_origin(origin).is_some(), origin == listed);
            }
            let names: Vec<String> = merged.all().iter().map(ToString::to_string).collect();
            assert_eq!(names, ["example.com", "localhost:8000"]);
            assert!(sites("yes").unwrap_err().to_string().contains("Set true or false."));
        }
    }

    #[test]
    fn an_invalid_list_of_origins_is_reported_with_the_reason() {
        for (value, reason) in [
            ("https://example.com", "which is not a JSON list of strings"),
            ("{}", "which is not a JSON list of strings"),
            ("[1]", "which is not a JSON list of strings"),
            (r#"["example.com"]"#, r#"and "example.com" is not an origin"#),
            (r#"["https://example.com/"]"#, r#"and "https://example.com/" is not an origin"#),
            (r#"["*"]"#, r#"and "*" is not an origin"#),
        ] {
            let error = sites(value).unwrap_err().to_string();
            assert!(error.starts_with(&format!("ANALYTICS_SITES is {value:?}, {reason}. Set a JSON list")), "{error}");
        }
        assert!(sites("").unwrap_err().to_string().starts_with("ANALYTICS_SITES is not set"));
    }
}
