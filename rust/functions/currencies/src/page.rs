use http_service::Problem;
use std::borrow::Cow;

use axum::extract::FromRequestParts;
use http::request::Parts;
use reply::{Error, FieldError};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::{Code, Currency, cursor};

/// Which currencies to list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "stands for the query in the OpenAPI document; it is read name by name")]
pub struct PageQuery {
    /// Currencies on the page, at most.
    #[param(minimum = 1, maximum = 100, default = 50, value_type = u8, required = false)]
    limit: Option<u8>,
    /// `nextCursor` of the page before; without it, the first page.
    // Without an example, because Swagger UI would send it.
    #[param(value_type = String, required = false, pattern = "^[A-Za-z0-9_-]{10}$")]
    cursor: Option<String>,
}

/// A page of currencies, in the order of their codes.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// The currencies.
    pub items: Vec<Currency>,
    /// The cursor of the next page; on the last page there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, example = "QUVEaDXhQA")]
    pub next_cursor: Option<String>,
}

/// The page that a query asks for.
#[derive(Debug, PartialEq, Eq)]
pub struct Wanted {
    pub after: Option<Code>,
    pub limit: usize,
}

impl Wanted {
    /// # Errors
    /// `InvalidQuery` with each parameter that breaks a rule, and `InvalidCursor`.
    fn of<'a>(query: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)>) -> Result<Self, Error> {
        let (mut limit, mut cursor, mut errors) = (None, None, Vec::new());
        for (name, value) in query {
            let before = match name.as_ref() {
                "limit" => limit.replace(value),
                "cursor" => cursor.replace(value),
                _ => {
                    errors.push(broken(&name, "unknown", "is no parameter; use limit and cursor"));
                    None
                }
            };
            if before.is_some() {
                errors.push(broken(&name, "unique", "is given more than once"));
            }
        }
        let limit = limit.map_or(Some(50), |value| number(&value));
        if limit.is_none() {
            errors.push(broken("limit", "range", "is a whole number from 1 to 100"));
        }
        match limit {
            Some(limit) if errors.is_empty() => {
                Ok(Self { limit, after: cursor.map(|cursor| cursor::parse(&cursor)).transpose()? })
            }
            _ => Err(Error::invalid("InvalidQuery", errors)),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Wanted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self::of(form_urlencoded::parse(query.as_bytes()))?)
    }
}

fn number(value: &str) -> Option<usize> {
    let digits = value.bytes().all(|byte| byte.is_ascii_digit()).then_some(value)?;
    digits.parse().ok().filter(|number| (1..=100).contains(number))
}

fn broken(name: &str, rule: &'static str, how: &str) -> FieldError {
    FieldError { field: name.to_owned(), rule, detail: format!("{name} {how}.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(query: &str) -> Result<Wanted, Error> {
        Wanted::of(form_urlencoded::parse(query.as_bytes()))
    }

    #[test]
    fn without_a_query_the_first_fifty_are_wanted() {
        assert_eq!(wanted("").unwrap(), Wanted { after: None, limit: 50 });
    }

    #[test]
    fn limit_and_cursor_can_be_chosen() {
        let after = Code::parse("AED").unwrap();
        let query = format!("cursor={}&limit=100", cursor::after(&after));
        assert_eq!(wanted(&query).unwrap(), Wanted { after: Some(after), limit: 100 });
    }

    #[test]
    fn a_parameter_that_breaks_a_rule_is_named_with_the_rule() {
        for (query, field, rule) in [
            ("limit=0", "limit", "range"),
            ("limit=101", "limit", "range"),
            ("limit=", "limit", "range"),
            ("limit=+1", "limit", "range"),
            ("limit=1&limit=1", "limit", "unique"),
            ("lmit=1", "lmit", "unknown"),
        ] {
            let Err(Error::Invalid { error_type: "InvalidQuery", errors }) = wanted(query) else { panic!("{query}") };
            assert_eq!(
                errors.iter().map(|error| (error.field.as_str(), error.rule)).collect::<Vec<_>>(),
                [(field, rule)]
            );
        }
    }

    #[test]
    fn a_cursor_that_is_none_is_refused() {
        assert_eq!(wanted("cursor=").unwrap_err().into_diagnostic().error_type, "InvalidCursor");
    }
}
