//! The operations on currencies, over any store.

use std::time::SystemTime;

use http::StatusCode;
use reply::Error;

use crate::currency::Creation;
use crate::preconditions::{Preconditions, Unmet};
use crate::store::{Store, Write};
use crate::{Code, Content, Currency};

/// Maximum number of attempts of a conditional write.
const ATTEMPTS: usize = 5;

/// Returns the currency with this code.
///
/// # Errors
/// `NoCurrency`, and errors of the store.
pub async fn read(store: &dyn Store, code: &Code) -> Result<Currency, Error> {
    store.get(code).await?.ok_or_else(|| no_currency(code))
}

/// Returns at most `limit` currencies in the order of their codes, and whether there are more.
///
/// # Errors
/// Errors of the store.
pub async fn list(store: &dyn Store, after: Option<&Code>, limit: usize) -> Result<(Vec<Currency>, bool), Error> {
    // One more than requested shows whether there is another page, so that no page is empty.
    let mut page = store.list(after, limit + 1).await?;
    let more = page.len() > limit;
    page.truncate(limit);
    Ok((page, more))
}

/// Creates a currency.
///
/// # Errors
/// `CurrencyExists`, and errors of the store.
pub async fn create(store: &dyn Store, creation: Creation) -> Result<Currency, Error> {
    let currency = creation.with(first_version()?);
    match store.put(&currency, None).await? {
        Write::Done => Ok(currency),
        Write::Lost => Err(Error::client(
            StatusCode::CONFLICT,
            "CurrencyExists",
            format!("The currency {} already exists. Replace it with PUT, or delete it first.", currency.code),
        )),
    }
}

/// Result of a replacement.
#[derive(Debug)]
pub enum Replaced {
    Created(Currency),
    Updated(Currency),
}

/// Creates or replaces a currency if the preconditions hold.
///
/// # Errors
/// `PreconditionFailed`, `TooManyWriters`, and errors of the store.
pub async fn replace(
    store: &dyn Store,
    code: &Code,
    content: &Content,
    preconditions: &Preconditions,
) -> Result<Replaced, Error> {
    for _ in 0..ATTEMPTS {
        let seen = store.get(code).await?.map(|currency| currency.version);
        preconditions.check(seen).map_err(|unmet| precondition_failed(code, unmet))?;
        let version = seen.map_or_else(first_version, |version| Ok(version + 1))?;
        let currency = content.clone().with(code.clone(), version);
        if store.put(&currency, seen).await? == Write::Done {
            return Ok(if seen.is_some() { Replaced::Updated(currency) } else { Replaced::Created(currency) });
        }
    }
    Err(too_many_writers(code))
}

/// Deletes a currency if the preconditions hold.
///
/// # Errors
/// `NoCurrency`, `PreconditionFailed`, `TooManyWriters`, and errors of the store.
pub async fn delete(store: &dyn Store, code: &Code, preconditions: &Preconditions) -> Result<(), Error> {
    for _ in 0..ATTEMPTS {
        let Currency { version, .. } = read(store, code).await?;
        preconditions.check(Some(version)).map_err(|unmet| precondition_failed(code, unmet))?;
        if store.delete(code, version).await? == Write::Done {
            return Ok(());
        }
    }
    Err(too_many_writers(code))
}

/// Milliseconds since 1970, which is more than any version of a deleted currency with this code, because writes take
/// longer than a millisecond. So a client with an old entity tag does not overwrite a re-created currency.
fn first_version() -> Result<u64, Error> {
    let elapsed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_err(Error::internal)?;
    u64::try_from(elapsed.as_millis()).map_err(Error::internal)
}

fn no_currency(code: &Code) -> Error {
    let detail = format!("The currency {code} does not exist. Create it with PUT, or with POST to currencies.");
    Error::client(StatusCode::NOT_FOUND, "NoCurrency", detail)
}

/// Returns the error of a write whose precondition does not hold.
pub fn precondition_failed(code: &Code, unmet: Unmet) -> Error {
    let reason = match unmet {
        Unmet::IfMatch => "does not match If-Match: it was changed or deleted",
        Unmet::IfNoneMatch => "matches If-None-Match",
    };
    let detail = format!("The currency {code} {reason}. Get the current version, and send its etag as If-Match.");
    Error::client(StatusCode::PRECONDITION_FAILED, "PreconditionFailed", detail)
}

fn too_many_writers(code: &Code) -> Error {
    let detail = format!("The currency {code} is being changed by other clients. Try again.");
    Error::client(StatusCode::CONFLICT, "TooManyWriters", detail)
}
