use axum::extract::FromRequestParts;
use http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use http_service::Problem;
use reply::Error;
use utoipa::IntoParams;

/// The entity tag of a version.
#[must_use]
pub fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

/// The headers as the OpenAPI document has them.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "stands for the headers in the OpenAPI document; they are read tag by tag")]
pub struct Conditions {
    /// Entity tags of which the stored currency must have one, or `*` for any. Otherwise the answer is 412.
    // Without an example, because Swagger UI would send it.
    #[param(rename = "if-match", value_type = String, required = false, pattern = r#"^ *(\*|(W/)?"[^"]*"( *, *(W/)?"[^"]*")*) *$"#)]
    if_match: Option<String>,
    /// Entity tags of which the stored currency must have none, or `*` where there must be no currency. Otherwise a read
    /// is answered 304, and a write 412.
    #[param(rename = "if-none-match", value_type = String, required = false, pattern = r#"^ *(\*|(W/)?"[^"]*"( *, *(W/)?"[^"]*")*) *$"#)]
    if_none_match: Option<String>,
}

/// What must hold for a request to be carried out, <https://www.rfc-editor.org/rfc/rfc9110#section-13>.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Preconditions {
    if_match: Option<Tags>,
    if_none_match: Option<Tags>,
}

/// Which precondition does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmet {
    /// The resource is in none of the states that the client allows.
    IfMatch,
    /// The resource is in the state that the client excludes.
    IfNoneMatch,
}

impl Preconditions {
    /// The preconditions that headers state.
    ///
    /// # Errors
    /// `InvalidPrecondition` when a header is no list of entity tags: to ignore it could overwrite another's change.
    pub fn of(headers: &HeaderMap) -> Result<Self, Error> {
        Ok(Self { if_match: tags(headers, &IF_MATCH)?, if_none_match: tags(headers, &IF_NONE_MATCH)? })
    }

    /// Whether they hold for the stored version, or for a resource that is not there.
    ///
    /// # Errors
    /// The precondition that does not hold.
    pub fn check(&self, version: Option<u64>) -> Result<(), Unmet> {
        if self.if_match.as_ref().is_some_and(|tags| !tags.contain(version, Comparison::Strong)) {
            return Err(Unmet::IfMatch);
        }
        if self.if_none_match.as_ref().is_some_and(|tags| tags.contain(version, Comparison::Weak)) {
            return Err(Unmet::IfNoneMatch);
        }
        Ok(())
    }
}

impl<S: Sync> FromRequestParts<S> for Preconditions {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self::of(&parts.headers)?)
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Tags {
    Any,
    Listed(Vec<Tag>),
}

#[derive(Debug, PartialEq, Eq)]
struct Tag {
    weak: bool,
    quoted: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Strong,
    Weak,
}

impl Tags {
    fn contain(&self, version: Option<u64>, comparison: Comparison) -> bool {
        let Some(version) = version else { return false };
        match self {
            Self::Any => true,
            Self::Listed(tags) => {
                tags.iter().any(|tag| (comparison == Comparison::Weak || !tag.weak) && tag.quoted == etag(version))
            }
        }
    }
}

fn tags(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Tags>, Error> {
    let values: Vec<&[u8]> = headers.get_all(name).iter().map(HeaderValue::as_bytes).collect();
    if values.is_empty() {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&values.join(b", ".as_slice())).into_owned();
    parse(&text).map(Some).ok_or_else(|| {
        let detail = format!("{name} is {text:?}. Send entity tags in their quotes, as in {name}: \"7\", or *.");
        Error::bad_request("InvalidPrecondition", detail)
    })
}

fn parse(text: &str) -> Option<Tags> {
    if text.trim() == "*" {
        return Some(Tags::Any);
    }
    let mut tags = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (tag, after) = tag(rest)?;
        tags.push(tag);
        rest = match after.trim_start() {
            "" => "",
            more => more.strip_prefix(',')?.trim_start(),
        };
    }
    (!tags.is_empty()).then_some(Tags::Listed(tags))
}

/// The entity tag at the start of `text`, and what is after it.
fn tag(text: &str) -> Option<(Tag, &str)> {
    let (weak, quoted) = text.strip_prefix("W/").map_or((false, text), |quoted| (true, quoted));
    let (opaque, after) = quoted.strip_prefix('"')?.split_once('"')?;
    Some((Tag { weak, quoted: format!("\"{opaque}\"") }, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preconditions(headers: &[(HeaderName, &str)]) -> Result<Preconditions, Error> {
        let headers = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap()));
        Preconditions::of(&headers.collect())
    }

    fn check(name: &HeaderName, value: &str, version: Option<u64>) -> Result<(), Unmet> {
        preconditions(&[(name.clone(), value)]).unwrap().check(version)
    }

    #[test]
    fn without_headers_everything_goes() {
        for version in [None, Some(7)] {
            assert_eq!(preconditions(&[]).unwrap().check(version), Ok(()));
        }
    }

    #[test]
    fn if_match_holds_for_the_versions_listed() {
        for value in ["\"7\"", "*", "\"6\", \"7\"", "\"a,b\",\"7\"", " \"7\" "] {
            assert_eq!(check(&IF_MATCH, value, Some(7)), Ok(()), "{value}");
            assert_eq!(check(&IF_MATCH, value, None), Err(Unmet::IfMatch), "{value}");
        }
        for value in ["\"6\"", "W/\"7\"", "\"07\"", "\"\""] {
            assert_eq!(check(&IF_MATCH, value, Some(7)), Err(Unmet::IfMatch), "{value}");
        }
    }

    #[test]
    fn if_none_match_holds_for_all_but_the_versions_listed() {
        for value in ["\"7\"", "*", "W/\"7\"", "\"6\",\"7\""] {
            assert_eq!(check(&IF_NONE_MATCH, value, Some(7)), Err(Unmet::IfNoneMatch), "{value}");
            assert_eq!(check(&IF_NONE_MATCH, value, None), Ok(()), "{value}");
        }
        assert_eq!(check(&IF_NONE_MATCH, "\"6\"", Some(7)), Ok(()));
    }

    #[test]
    fn a_header_that_is_no_list_of_tags_is_refused_with_an_example() {
        for value in ["", "7", "\"7", "7\"", "\"7\" \"8\"", "\"7\",*", "w/\"7\"", ",", "\"7\",,\"8\""] {
            let told = preconditions(&[(IF_MATCH, value)]).unwrap_err().into_diagnostic();
            assert_eq!(told.error_type, "InvalidPrecondition", "{value:?}");
            assert!(told.error_message.contains("as in if-match: \"7\""), "{}", told.error_message);
        }
    }

    #[test]
    fn a_repeated_header_is_one_list() {
        let both = preconditions(&[(IF_MATCH, "\"6\""), (IF_MATCH, "\"7\"")]).unwrap();
        assert_eq!(both.check(Some(7)), Ok(()));
    }
}
