//! The routes: they parse requests, call actions and build responses.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::response::{IntoResponse as _, Response};
use fields::Violation;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, LOCATION};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use http_service::{Problem, json_bytes};
use reply::{Error, FieldError};
use serde::Serialize;

use crate::actions::{self, Replaced};
use crate::currency::{Creation, code_rule};
use crate::openapi::{Always, Body as OfBody, TAG};
use crate::page::{Page, PageQuery};
use crate::preconditions::{Preconditions, Unmet, etag};
use crate::store::Store;
use crate::{Code, Content, Currency, cursor};

type Stored = State<Arc<dyn Store>>;

/// List currencies
///
/// In the order of their codes. As long as a page has `nextCursor`, there is another page.
#[utoipa::path(
    get,
    path = "/currencies",
    operation_id = "listCurrencies",
    tag = TAG,
    params(PageQuery),
    responses(
        (status = 200, description = "A page of currencies.", body = Page),
        (status = 400, description = "The cursor is invalid.", body = reply::Problem,
            content_type = "application/problem+json"),
        (status = 422, description = "A parameter is invalid.", body = reply::Problem,
            content_type = "application/problem+json"),
        Always,
    ),
    security(("oauth2" = ["currencies/read"])),
)]
pub async fn list(State(store): Stored, PageQuery { limit, cursor }: PageQuery) -> Result<Response, Problem> {
    let (items, more) = actions::list(store.as_ref(), cursor.as_ref(), limit.into()).await?;
    let next_cursor = items.last().filter(|_| more).map(|last| cursor::after(&last.code));
    json(StatusCode::OK, &Page { items, next_cursor })
}

/// Create a currency
#[utoipa::path(
    post,
    path = "/currencies",
    operation_id = "createCurrency",
    tag = TAG,
    request_body = Creation,
    responses(
        (status = 201, description = "The currency is created.", body = Currency, headers(
            ("location" = String, description = "URL of the currency, relative to this path."),
            ("etag" = String, description = "The version, in quotes."),
        )),
        (status = 409, description = "A currency with this code already exists.", body = reply::Problem,
            content_type = "application/problem+json"),
        OfBody,
        Always,
    ),
    security(("oauth2" = ["currencies/write"])),
)]
pub async fn create(State(store): Stored, request: Request) -> Result<Response, Problem> {
    let creation = Creation::parse(&json_bytes(request, &["application/json"]).await?)?;
    let currency = actions::create(store.as_ref(), creation).await?;
    created(&currency, format!("currencies/{}", currency.code))
}

/// Read a currency
#[utoipa::path(
    get,
    path = "/currencies/{code}",
    operation_id = "readCurrency",
    tag = TAG,
    params(
        ("code" = String, Path, description = "ISO 4217 alphabetic code.", pattern = "^[A-Z]{3}$", example = "EUR"),
        Preconditions,
    ),
    responses(
        (status = 200, description = "The currency.", body = Currency,
            headers(("etag" = String, description = "The version, in quotes."))),
        (status = 304, description = "The currency has one of the entity tags.",
            headers(("etag" = String, description = "The version, in quotes."))),
        (status = 400, description = "A header is not a list of entity tags.", body = reply::Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "No currency has this code.", body = reply::Problem,
            content_type = "application/problem+json"),
        (status = 412, description = "The currency has none of the entity tags.", body = reply::Problem,
            content_type = "application/problem+json"),
        (status = 422, description = "The code in the path is invalid.", body = reply::Problem,
            content_type = "application/problem+json"),
        Always,
    ),
    security(("oauth2" = ["currencies/read"])),
)]
pub async fn read(
    State(store): Stored,
    CodeInPath(code): CodeInPath,
    preconditions: Preconditions,
) -> Result<Response, Problem> {
    let currency = actions::read(store.as_ref(), &code).await?;
    match preconditions.check(Some(currency.version)) {
        Ok(()) => currency_json(StatusCode::OK, &currency),
        Err(Unmet::IfNoneMatch) => not_modified(currency.version),
        Err(unmet) => Err(actions::precondition_failed(&code, unmet).into()),
    }
}

/// Create or replace a currency
///
/// Send the entity tag of the version you read as `if-match`, or `if-none-match: *` to create only: then you cannot
/// overwrite another client's change.
#[utoipa::path(
    put,
    path = "/currencies/{code}",
    operation_id = "replaceCurrency",
    tag = TAG,
    params(
        ("code" = String, Path, description = "ISO 4217 alphabetic code.", pattern = "^[A-Z]{3}$", example = "EUR"),
        Preconditions,
    ),
    request_body = Content,
    responses(
        (status = 200, description = "The currency is replaced.", body = Currency,
            headers(("etag" = String, description = "The version, in quotes."))),
        (status = 201, description = "The currency is created.", body = Currency, headers(
            ("location" = String, description = "URL of the currency, relative to this path."),
            ("etag" = String, description = "The version, in quotes."),
        )),
        (status = 409, description = "Other clients are changing the currency. Try again.", body = reply::Problem,
            content_type = "application/problem+json"),
        (status = 412, description = "The currency does not match the headers.", body = reply::Problem,
            content_type = "application/problem+json"),
        OfBody,
        Always,
    ),
    security(("oauth2" = ["currencies/write"])),
)]
pub async fn replace(
    State(store): Stored,
    CodeInPath(code): CodeInPath,
    preconditions: Preconditions,
    request: Request,
) -> Result<Response, Problem> {
    let content = Content::parse(&json_bytes(request, &["application/json"]).await?)?;
    match actions::replace(store.as_ref(), &code, &content, &preconditions).await? {
        Replaced::Updated(currency) => currency_json(StatusCode::OK, &currency),
        Replaced::Created(currency) => created(&currency, code.to_string()),
    }
}

/// Delete a currency
#[utoipa::path(
    delete,
    path = "/currencies/{code}",
    operation_id = "deleteCurrency",
    tag = TAG,
    params(
        ("code" = String, Path, description = "ISO 4217 alphabetic code.", pattern = "^[A-Z]{3}$", example = "EUR"),
        Preconditions,
    ),
    responses(
        (status = 204, description = "The currency is deleted."),
        (status = 400, description = "A header is not a list of entity tags.", body = reply::Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "No currency has this code.", body = reply::Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "Other clients are changing the currency. Try again.", body = reply::Problem,
            content_type = "application/problem+json"),
        (status = 412, description = "The currency does not match the headers.", body = reply::Problem,
            content_type = "application/problem+json"),
        (status = 422, description = "The code in the path is invalid.", body = reply::Problem,
            content_type = "application/problem+json"),
        Always,
    ),
    security(("oauth2" = ["currencies/write"])),
)]
pub async fn delete(
    State(store): Stored,
    CodeInPath(code): CodeInPath,
    preconditions: Preconditions,
) -> Result<StatusCode, Problem> {
    actions::delete(store.as_ref(), &code, &preconditions).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The code in the path.
pub struct CodeInPath(Code);

impl<S: Send + Sync> FromRequestParts<S> for CodeInPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let parameters = RawPathParams::from_request_parts(parts, state).await;
        let code = parameters.ok().and_then(|parameters| parameters.iter().find_map(|(_, value)| Code::parse(value)));
        Ok(Self(code.ok_or_else(invalid_code)?))
    }
}

fn invalid_code() -> Error {
    let Violation { rule, how } = code_rule();
    let error = FieldError { field: "code".to_owned(), rule, detail: format!("The code in the path {how}.") };
    Error::invalid("InvalidCode", vec![error])
}

fn currency_json(status: StatusCode, currency: &Currency) -> Result<Response, Problem> {
    let mut response = json(status, currency)?;
    response.headers_mut().insert(ETAG, tag(currency.version)?);
    Ok(response)
}

fn json(status: StatusCode, value: &impl Serialize) -> Result<Response, Problem> {
    let json = serde_json::to_vec(value).map_err(Error::internal)?;
    Ok((status, [(CONTENT_TYPE, APPLICATION_JSON), (CACHE_CONTROL, REVALIDATE)], json).into_response())
}

fn created(currency: &Currency, location: String) -> Result<Response, Problem> {
    let mut response = currency_json(StatusCode::CREATED, currency)?;
    response.headers_mut().insert(LOCATION, HeaderValue::try_from(location).map_err(Error::internal)?);
    Ok(response)
}

fn not_modified(version: u64) -> Result<Response, Problem> {
    Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag(version)?), (CACHE_CONTROL, REVALIDATE)]).into_response())
}

fn tag(version: u64) -> Result<HeaderValue, Problem> {
    Ok(HeaderValue::try_from(etag(version)).map_err(Error::internal)?)
}

const APPLICATION_JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Each client may cache the response but revalidates it before every use, which the entity tag makes cheap.
const REVALIDATE: HeaderValue = HeaderValue::from_static("private, no-cache");
