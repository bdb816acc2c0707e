use fields::{Fields, Unknown, Violation, text};
use reply::Error;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

use crate::Code;

/// A currency as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(
    example = json!({"code": "EUR", "name": "Euro", "symbol": "€", "minorUnits": 2, "version": 1795231140000_u64}),
)]
pub struct Currency {
    /// ISO 4217 alphabetic code.
    #[schema(schema_with = code_schema)]
    pub code: Code,
    /// The currency's name, in any language.
    #[schema(schema_with = name_schema)]
    pub name: String,
    /// The symbol written before or after amounts.
    #[schema(schema_with = symbol_schema)]
    pub symbol: String,
    /// Digits after the decimal point; null if ISO 4217 defines none.
    #[schema(schema_with = minor_units_schema, required = true)]
    pub minor_units: Option<u8>,
    /// Grows with every write, and when a deleted currency is created again. It is also the entity tag:
    /// `"1795231140000"` in quotes.
    #[schema(minimum = 1, read_only)]
    pub version: u64,
}

/// The request body that replaces a currency: all fields except the code, which is in the path, and the version.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(
    as = CurrencyContent,
    rename_all = "camelCase",
    example = json!({"name": "Euro", "symbol": "€", "minorUnits": 2}),
)]
pub struct Content {
    /// The currency's name, in any language.
    #[schema(schema_with = name_schema)]
    pub name: String,
    /// The symbol written before or after amounts.
    #[schema(schema_with = symbol_schema)]
    pub symbol: String,
    /// Digits after the decimal point; null if ISO 4217 defines none.
    #[schema(schema_with = minor_units_schema, required = false)]
    pub minor_units: Option<u8>,
}

/// The request body that creates a currency.
#[derive(Debug, PartialEq, Eq, ToSchema)]
#[schema(
    as = CurrencyCreation,
    rename_all = "camelCase",
    example = json!({"code": "XAU", "name": "Gold", "symbol": "XAU", "minorUnits": null}),
)]
pub struct Creation {
    /// ISO 4217 alphabetic code.
    #[schema(schema_with = code_schema)]
    pub code: Code,
    /// The currency's name, in any language.
    #[schema(schema_with = name_schema)]
    pub name: String,
    /// The symbol written before or after amounts.
    #[schema(schema_with = symbol_schema)]
    pub symbol: String,
    /// Digits after the decimal point; null if ISO 4217 defines none.
    #[schema(schema_with = minor_units_schema, required = false)]
    pub minor_units: Option<u8>,
}

impl Content {
    /// Parses a request body that replaces a currency.
    ///
    /// # Errors
    /// `InvalidJson`, and `InvalidCurrency` with every invalid field.
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        let mut fields = Fields::from_json(json, "InvalidCurrency")?;
        let content = Self::read(&mut fields);
        fields.end(Unknown::Refused(unknown), content)
    }

    /// Returns the currency with this content.
    #[must_use]
    pub fn with(self, code: Code, version: u64) -> Currency {
        let Self { name, symbol, minor_units } = self;
        Currency { code, name, symbol, minor_units, version }
    }

    fn read(fields: &mut Fields) -> Option<Self> {
        let name = fields.required("name", |value| NAME.check(value));
        let symbol = fields.required("symbol", |value| SYMBOL.check(value));
        let minor_units = fields.optional("minorUnits", minor_units);
        Some(Self { name: name?, symbol: symbol?, minor_units: minor_units? })
    }
}

impl Creation {
    /// Parses a request body that creates a currency.
    ///
    /// # Errors
    /// `InvalidJson`, and `InvalidCurrency` with every invalid field.
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        let mut fields = Fields::from_json(json, "InvalidCurrency")?;
        let code = fields.required("code", |value| Code::parse(text(value)?).ok_or_else(code_rule));
        let content = Content::read(&mut fields);
        let creation = code.zip(content).map(|(code, Content { name, symbol, minor_units })| Self {
            code,
            name,
            symbol,
            minor_units,
        });
        fields.end(Unknown::Refused(unknown), creation)
    }

    /// Returns the currency with this content.
    #[must_use]
    pub fn with(self, version: u64) -> Currency {
        let Self { code, name, symbol, minor_units } = self;
        Currency { code, name, symbol, minor_units, version }
    }
}

/// Returns the error of an invalid code.
pub fn code_rule() -> Violation {
    Violation::new("pattern", "must be three capital letters, A to Z")
}

fn code_schema() -> Object {
    let description = "ISO 4217 alphabetic code: three ASCII capitals. Lower case is rejected.";
    string(description).pattern(Some(Code::PATTERN)).build()
}

/// A text without control characters.
struct Text {
    description: &'static str,
    /// Maximum number of characters; the minimum is one.
    most: usize,
}

const NAME: Text = Text { description: "The currency's name, in any language, without control characters.", most: 100 };
const SYMBOL: Text =
    Text { description: "The symbol written before or after amounts, without control characters.", most: 10 };

impl Text {
    fn check(&self, value: &Value) -> Result<String, Violation> {
        let text = text(value)?;
        if text.is_empty() || text.chars().nth(self.most).is_some() {
            return Err(Violation::new("length", format!("must have 1 to {} characters", self.most)));
        }
        if text.chars().any(char::is_control) {
            return Err(Violation::new("pattern", "must not contain control characters"));
        }
        Ok(text.to_owned())
    }

    fn schema(&self) -> Object {
        let pattern = r"^[^\u0000-\u001F\u007F-\u009F]+$";
        string(self.description).min_length(Some(1)).max_length(Some(self.most)).pattern(Some(pattern)).build()
    }
}

fn name_schema() -> Object {
    NAME.schema()
}

fn symbol_schema() -> Object {
    SYMBOL.schema()
}

fn string(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(description))
}

/// Currencies of ISO 4217 have up to four digits after the decimal point.
const MOST_MINOR_UNITS: u8 = 4;

fn minor_units(value: &Value) -> Result<u8, Violation> {
    // JSON has one number type: 2.0 equals 2, as in JSON Schema.
    let number = value.as_f64().ok_or(Violation::new("type", "must be a whole number or null"))?;
    let digits = (0..=MOST_MINOR_UNITS).find(|&digits| f64::from(digits) == number);
    digits.ok_or_else(|| Violation::new("range", format!("must be a whole number from 0 to {MOST_MINOR_UNITS}")))
}

fn minor_units_schema() -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::Integer, Type::Null]))
        .description(Some(
            "Digits after the decimal point. Null or omitted if ISO 4217 defines none, as for gold (XAU).",
        ))
        .minimum(Some(0))
        .maximum(Some(MOST_MINOR_UNITS))
        .build()
}

fn unknown(name: &str) -> Violation {
    match name {
        "version" => Violation::new("readOnly", "is assigned by the service; remove it, and send it as If-Match"),
        "code" => Violation::new("readOnly", "is in the path; remove it"),
        _ => Violation::new("unknown", "is not a field of a currency; remove it"),
    }
}

#[cfg(test)]
mod tests;
