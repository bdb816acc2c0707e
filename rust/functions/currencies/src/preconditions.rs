use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::header::{IF_MATCH, IF_NONE_MATCH};
use http::request::Parts;
use http_service::Problem;
use http_service::headers::EntityTags;
use reply::Error;
use utoipa::IntoParams;

/// Returns the entity tag of a version.
#[must_use]
pub fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

/// The preconditions of a request, <https://www.rfc-editor.org/rfc/rfc9110#section-13>.
#[derive(Debug, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct Preconditions {
    /// Entity tags, one of which the stored currency must have, or `*` for any currency. Otherwise the response is 412.
    // No example, because Swagger UI would send it.
    #[param(rename = "if-match", value_type = String, required = false, pattern = r#"^ *(\*|(W/)?"[^"]*"( *, *(W/)?"[^"]*")*) *$"#)]
    if_match: Option<EntityTags>,
    /// Entity tags that the stored currency must not have, or `*` if the currency must not exist. Otherwise the
    /// response is 304 to a read, and 412 to a write.
    #[param(rename = "if-none-match", value_type = String, required = false, pattern = r#"^ *(\*|(W/)?"[^"]*"( *, *(W/)?"[^"]*")*) *$"#)]
    if_none_match: Option<EntityTags>,
}

/// The precondition that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmet {
    /// The currency has none of the tags, or does not exist.
    IfMatch,
    /// The currency has one of the tags.
    IfNoneMatch,
}

impl Preconditions {
    /// Parses the preconditions in headers.
    ///
    /// # Errors
    /// `InvalidPrecondition` for an invalid list of entity tags: ignoring it could overwrite another client's change.
    pub fn parse(headers: &HeaderMap) -> Result<Self, Error> {
        Ok(Self {
            if_match: EntityTags::parse(headers, &IF_MATCH)?,
            if_none_match: EntityTags::parse(headers, &IF_NONE_MATCH)?,
        })
    }

    /// Checks the preconditions against the stored version, or `None` for a currency that does not exist.
    ///
    /// # Errors
    /// The precondition that does not hold.
    pub fn check(&self, version: Option<u64>) -> Result<(), Unmet> {
        // Even `*` does not match a currency that does not exist.
        let etag = version.map(etag);
        let matches = |is_same: &dyn Fn(&str) -> bool| etag.as_deref().is_some_and(is_same);
        if self.if_match.as_ref().is_some_and(|tags| !matches(&|etag| tags.match_strongly(etag))) {
            return Err(Unmet::IfMatch);
        }
        if self.if_none_match.as_ref().is_some_and(|tags| matches(&|etag| tags.match_weakly(etag))) {
            return Err(Unmet::IfNoneMatch);
        }
        Ok(())
    }
}

impl<S: Sync> FromRequestParts<S> for Preconditions {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self::parse(&parts.headers)?)
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn preconditions(headers: &[(HeaderName, &str)]) -> Result<Preconditions, Error> {
        let headers = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap()));
        Preconditions::parse(&headers.collect())
    }

    fn check(name: &HeaderName, value: &str, version: Option<u64>) -> Result<(), Unmet> {
        preconditions(&[(name.clone(), value)]).unwrap().check(version)
    }

    #[test]
    fn without_headers_every_version_is_accepted() {
        for version in [None, Some(7)] {
            assert_eq!(preconditions(&[]).unwrap().check(version), Ok(()));
        }
    }

    #[test]
    fn if_match_holds_for_the_listed_versions() {
        for value in ["\"7\"", "*", "\"6\", \"7\"", "\"a,b\",\"7\"", " \"7\" "] {
            assert_eq!(check(&IF_MATCH, value, Some(7)), Ok(()), "{value}");
            assert_eq!(check(&IF_MATCH, value, None), Err(Unmet::IfMatch), "{value}");
        }
        for value in ["\"6\"", "W/\"7\"", "\"07\"", "\"\""] {
            assert_eq!(check(&IF_MATCH, value, Some(7)), Err(Unmet::IfMatch), "{value}");
        }
    }

    #[test]
    fn if_none_match_holds_for_unlisted_versions() {
        for value in ["\"7\"", "*", "W/\"7\"", "\"6\",\"7\""] {
            assert_eq!(check(&IF_NONE_MATCH, value, Some(7)), Err(Unmet::IfNoneMatch), "{value}");
            assert_eq!(check(&IF_NONE_MATCH, value, None), Ok(()), "{value}");
        }
        assert_eq!(check(&IF_NONE_MATCH, "\"6\"", Some(7)), Ok(()));
    }
}
