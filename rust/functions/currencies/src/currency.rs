use serde::Serialize;
use utoipa::ToSchema;

use crate::Code;

/// A currency as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(
    example = json!({"code": "EUR", "name": "Euro", "symbol": "€", "minorUnits": 2, "version": 1795231140000_u64}),
)]
pub struct Currency {
    /// ISO 4217 alphabetic code.
    #[schema(value_type = String, pattern = "^[A-Z]{3}$")]
    pub code: Code,
    /// What it is called, in any language.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// What is written before or after amounts.
    #[schema(min_length = 1, max_length = 10)]
    pub symbol: String,
    /// Digits after the decimal point. Null where ISO 4217 has none, as for gold (XAU) and for tests (XTS).
    #[schema(minimum = 0, maximum = 4, required = true)]
    pub minor_units: Option<u8>,
    /// Grows with every write, also over a deletion. It is the entity tag: `"1795231140000"` in quotes.
    #[schema(minimum = 1, read_only)]
    pub version: u64,
}

/// What a client decides about a currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// What it is called.
    pub name: String,
    /// What is written before or after amounts.
    pub symbol: String,
    /// Digits after the decimal point, where there are any.
    pub minor_units: Option<u8>,
}

impl Content {
    /// The currency with this content.
    #[must_use]
    pub fn of(self, code: Code, version: u64) -> Currency {
        let Self { name, symbol, minor_units } = self;
        Currency { code, name, symbol, minor_units, version }
    }
}
