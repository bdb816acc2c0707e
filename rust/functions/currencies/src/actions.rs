//! What can be done with currencies, over any store.

use std::time::SystemTime;

use http::StatusCode;
use reply::Error;

use crate::currency::Creation;
use crate::preconditions::{Preconditions, Unmet};
use crate::store::{Store, Write};
use crate::{Code, Content, Currency};

/// Times that a write is tried while others change what it has seen.
const ATTEMPTS: usize = 5;

/// The currency, if there is one with this code.
///
/// # Errors
/// `NoCurrency`, and the store's failure.
pub async fn read(store: &dyn Store, code: &Code) -> Result<Currency, Error> {
    store.get(code).await.map_err(Error::internal)?.ok_or_else(|| no_currency(code))
}

/// A page of at most `limit` currencies in the order of their codes, and whether there are more.
///
/// # Errors
/// The store's failure.
pub async fn list(store: &dyn Store, after: Option<&Code>, limit: usize) -> Result<(Vec<Currency>, bool), Error> {
    // One more than asked for tells whether there is another page, so that none comes empty.
    let mut page = store.list(after, limit + 1).await.map_err(Error::internal)?;
    let more = page.len() > limit;
    page.truncate(limit);
    Ok((page, more))
}

/// Create a currency.
///
/// # Errors
/// `CurrencyExists`, and the store's failure.
pub async fn create(store: &dyn Store, creation: Creation) -> Result<Currency, Error> {
    let currency = creation.with(first_version()?);
    match store.put(&currency, None).await.map_err(Error::internal)? {
        Write::Done => Ok(currency),
        Write::Lost => Err(Error::client(
            StatusCode::CONFLICT,
            "CurrencyExists",
            format!("There is a currency {} already. Replace it with PUT, or delete it first.", currency.code),
        )),
    }
}

/// What a replacement did.
#[derive(Debug)]
pub enum Replaced {
    /// There was no such currency before.
    Created(Currency),
    /// There was one.
    Updated(Currency),
}

/// Create or replace a currency, as long as the preconditions hold.
///
/// # Errors
/// `PreconditionFailed`, `TooManyWriters`, and the store's failure.
pub async fn replace(
    store: &dyn Store,
    code: &Code,
    content: &Content,
    preconditions: &Preconditions,
) -> Result<Replaced, Error> {
    for _ in 0..ATTEMPTS {
        let seen = store.get(code).await.map_err(Error::internal)?.map(|currency| currency.version);
        preconditions.check(seen).map_err(|unmet| precondition_failed(code, unmet))?;
        let version = seen.map_or_else(first_version, |version| Ok(version + 1))?;
        let currency = content.clone().with(code.clone(), version);
        if store.put(&currency, seen).await.map_err(Error::internal)? == Write::Done {
            return Ok(if seen.is_some() { Replaced::Updated(currency) } else { Replaced::Created(currency) });
        }
    }
    Err(too_many_writers(code))
}

/// Delete a currency, as long as the preconditions hold.
///
/// # Errors
/// `NoCurrency`, `PreconditionFailed`, `TooManyWriters`, and the store's failure.
pub async fn delete(store: &dyn Store, code: &Code, preconditions: &Preconditions) -> Result<(), Error> {
    for _ in 0..ATTEMPTS {
        let Currency { version, .. } = read(store, code).await?;
        preconditions.check(Some(version)).map_err(|unmet| precondition_failed(code, unmet))?;
        if store.delete(code, version).await.map_err(Error::internal)? == Write::Done {
            return Ok(());
        }
    }
    Err(too_many_writers(code))
}

/// Milliseconds since 1970: more than a deleted currency's version can be, since writes take longer than that. A client
/// that has seen a currency before it was deleted does not take the new one for it.
fn first_version() -> Result<u64, Error> {
    let elapsed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_err(Error::internal)?;
    u64::try_from(elapsed.as_millis()).map_err(Error::internal)
}

fn no_currency(code: &Code) -> Error {
    let detail = format!("There is no currency {code}. Create it with PUT, or with POST to currencies.");
    Error::client(StatusCode::NOT_FOUND, "NoCurrency", detail)
}

/// The reply to a write whose precondition does not hold.
pub fn precondition_failed(code: &Code, unmet: Unmet) -> Error {
    let reason = match unmet {
        Unmet::IfMatch => "is not in the state that If-Match names: someone has changed or deleted it",
        Unmet::IfNoneMatch => "is in the state that If-None-Match excludes",
    };
    let detail = format!("The currency {code} {reason}. Get it, look at it, and send its etag as If-Match.");
    Error::client(StatusCode::PRECONDITION_FAILED, "PreconditionFailed", detail)
}

fn too_many_writers(code: &Code) -> Error {
    let detail = format!("Others keep changing the currency {code}. Try again.");
    Error::client(StatusCode::CONFLICT, "TooManyWriters", detail)
}
