use axum::extract::FromRequestParts;
use fields::{Fields, Unknown, Violation, digits, text};
use http::request::Parts;
use http_service::Problem;
use reply::Error;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::{Code, Currency, cursor};

/// The query parameters of a list of currencies.
#[derive(Debug, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Maximum number of currencies on the page.
    #[param(minimum = 1, maximum = 100, default = 50, required = false)]
    pub limit: u8,
    /// `nextCursor` of the previous page; omit it for the first page.
    // No example, because Swagger UI would send it.
    #[param(value_type = String, required = false, pattern = "^[A-Za-z0-9_-]{10}$")]
    pub cursor: Option<Code>,
}

impl PageQuery {
    /// Parses a query.
    ///
    /// # Errors
    /// `InvalidQuery` with every invalid parameter, and `InvalidCursor`.
    fn parse(query: &str) -> Result<Self, Error> {
        let mut fields = Fields::from_form(query.as_bytes(), "InvalidQuery");
        let limit = fields.optional("limit", |value| {
            let limit = digits(text(value)?).and_then(|number| u8::try_from(number).ok());
            let rule = || Violation::new("range", "must be a whole number from 1 to 100");
            limit.filter(|limit| (1..=100).contains(limit)).ok_or_else(rule)
        });
        let cursor = fields.optional("cursor", |value| text(value).map(str::to_owned));
        let unknown = Unknown::Refused(|_| Violation::new("unknown", "is not a parameter; use limit and cursor"));
        let (limit, cursor) = fields.end(unknown, limit.zip(cursor))?;
        let cursor = cursor.map(|cursor| cursor::parse(&cursor)).transpose()?;
        Ok(Self { limit: limit.unwrap_or(50), cursor })
    }
}

impl<S: Sync> FromRequestParts<S> for PageQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self::parse(parts.uri.query().unwrap_or_default())?)
    }
}

/// A page of currencies in the order of their codes.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// The currencies of this page.
    pub items: Vec<Currency>,
    /// The cursor of the next page; missing on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, example = "QUVEaDXhQA")]
    pub next_cursor: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_the_first_fifty() {
        assert_eq!(PageQuery::parse("").unwrap(), PageQuery { limit: 50, cursor: None });
    }

    #[test]
    fn limit_and_cursor_are_parsed() {
        let after = Code::parse("AED").unwrap();
        let query = format!("cursor={}&limit=100", cursor::after(&after));
        assert_eq!(PageQuery::parse(&query).unwrap(), PageQuery { limit: 100, cursor: Some(after) });
    }

    #[test]
    fn an_invalid_parameter_is_reported_with_its_rule() {
        for (query, field, rule) in [
            ("limit=0", "limit", "range"),
            ("limit=101", "limit", "range"),
            ("limit=", "limit", "range"),
            ("limit=+1", "limit", "range"),
            ("limit=1&limit=1", "limit", "unique"),
            ("lmit=1", "lmit", "unknown"),
        ] {
            let Err(Error::Invalid { error_type: "InvalidQuery", errors }) = PageQuery::parse(query) else {
                panic!("{query}")
            };
            assert_eq!(
                errors.iter().map(|error| (error.field.as_str(), error.rule)).collect::<Vec<_>>(),
                [(field, rule)]
            );
        }
    }

    #[test]
    fn an_invalid_cursor_is_rejected() {
        assert_eq!(PageQuery::parse("cursor=").unwrap_err().into_diagnostic().error_type, "InvalidCursor");
    }
}
