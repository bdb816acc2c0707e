use std::fmt;

use thiserror::Error;

/// A site: a host, with the port unless it is the scheme's default, such as `example.com`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Site(String);

impl Site {
    /// Parses a site.
    ///
    /// # Errors
    /// The text is not a host in lower case with an optional port.
    pub fn parse(name: &str) -> Result<Self, InvalidSite> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-:".contains(&byte);
        if (1..=259).contains(&name.len()) && name.bytes().all(allowed) {
            Ok(Self(name.to_owned()))
        } else {
            Err(InvalidSite)
        }
    }

    /// Returns the site of an origin such as `https://example.com`.
    ///
    /// # Errors
    /// The text is not an origin as browsers send it.
    pub fn from_origin(origin: &str) -> Result<Self, InvalidSite> {
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        Self::parse(host.ok_or(InvalidSite)?)
    }

    /// Returns the host without a port.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.split_once(':').map_or(&self.0, |(host, _)| host)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Site {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Text that is not a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a site is a host in lower case, as in example.com or localhost:8000")]
pub struct InvalidSite;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_names_its_site() {
        for (origin, site) in [("https://example.com", "example.com"), ("http://localhost:8000", "localhost:8000")] {
            assert_eq!(Site::from_origin(origin).unwrap().as_str(), site);
        }
        assert_eq!(Site::parse("localhost:8000").unwrap().host(), "localhost");
    }

    #[test]
    fn a_site_cannot_contain_a_key_separator() {
        for name in ["", "a/b", "A.com", "é.com", "a b", "a#b", "user=1", &"a".repeat(300)] {
            assert_eq!(Site::parse(name), Err(InvalidSite), "{name:?}");
        }
        for origin in ["example.com", "null", "https://", "https://a.com/", "ftp://a.com"] {
            assert_eq!(Site::from_origin(origin), Err(InvalidSite), "{origin:?}");
        }
    }
}
