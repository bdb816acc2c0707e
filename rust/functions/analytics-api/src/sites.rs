use std::collections::BTreeSet;

use analytics::Site;
use settings::{InvalidSetting, required};

const NAME: &str = "ANALYTICS_SITES";

/// The sites whose views are taken, by the origins that browsers send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sites(Vec<(String, Site)>);

impl Sites {
    /// The sites in `ANALYTICS_SITES`, a JSON list of origins.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn from(variable: impl Fn(&'static str) -> Option<String>) -> Result<Self, InvalidSetting> {
        let value = required(variable, NAME)?;
        let wrong = |reason: String| {
            let remedy = "Set a JSON list of origins as browsers send them, as in \
                          [\"https://example.com\", \"http://localhost:8000\"].";
            InvalidSetting::new(NAME, format!("is {value:?}, {reason}. {remedy}"))
        };
        let origins: Vec<String> =
            serde_json::from_str(&value).map_err(|_| wrong("which is no such list".to_owned()))?;
        let sites = origins.into_iter().map(|origin| match Site::of_origin(&origin) {
            Ok(site) => Ok((origin, site)),
            Err(_) => Err(wrong(format!("and {origin:?} is no origin"))),
        });
        Ok(Self(sites.collect::<Result<_, _>>()?))
    }

    /// The site of an origin, when its views are taken.
    #[must_use]
    pub fn of_origin(&self, origin: &str) -> Option<&Site> {
        self.0.iter().find(|(allowed, _)| allowed == origin).map(|(_, site)| site)
    }

    /// Each site once: it may have an origin for http and one for https.
    #[must_use]
    pub fn all(&self) -> Vec<Site> {
        let sites: BTreeSet<&Site> = self.0.iter().map(|(_, site)| site).collect();
        sites.into_iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sites(value: &str) -> Result<Sites, InvalidSetting> {
        Sites::from(|name| (name == NAME).then(|| value.to_owned()))
    }

    #[test]
    fn only_an_origin_that_is_listed_has_a_site() {
        let sites = sites(r#"["https://example.com", "http://localhost:8000"]"#).unwrap();
        assert_eq!(sites.of_origin("https://example.com").unwrap().as_str(), "example.com");
        assert_eq!(sites.of_origin("http://localhost:8000").unwrap().as_str(), "localhost:8000");
        for origin in ["", "null", "http://example.com", "https://www.example.com", "https://example.com.evil.example"]
        {
            assert_eq!(sites.of_origin(origin), None, "{origin:?}");
        }
    }

    #[test]
    fn a_variable_that_is_no_list_of_origins_is_named_with_the_reason() {
        for (value, reason) in [
            ("https://example.com", "which is no such list"),
            ("{}", "which is no such list"),
            ("[1]", "which is no such list"),
            (r#"["example.com"]"#, r#"and "example.com" is no origin"#),
            (r#"["https://example.com/"]"#, r#"and "https://example.com/" is no origin"#),
            (r#"["*"]"#, r#"and "*" is no origin"#),
        ] {
            let error = sites(value).unwrap_err().to_string();
            assert!(error.starts_with(&format!("ANALYTICS_SITES is {value:?}, {reason}. Set a JSON list")), "{error}");
        }
        assert!(sites("").unwrap_err().to_string().starts_with("ANALYTICS_SITES is not set"));
    }
}
