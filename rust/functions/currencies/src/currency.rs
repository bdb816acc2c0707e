use fields::{Broken, Fields, Unknown, text};
use reply::Error;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

use crate::Code;

/// A currency as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(
    example = json!({"code": "EUR", "name": "Euro", "symbol": "€", "minorUnits": 2, "version": 1795231140000_u64}),
)]
pub struct Currency {
    /// ISO 4217 alphabetic code.
    #[schema(schema_with = code_schema)]
    pub code: Code,
    /// What it is called, in any language.
    #[schema(schema_with = name_schema)]
    pub name: String,
    /// What is written before or after amounts.
    #[schema(schema_with = symbol_schema)]
    pub symbol: String,
    /// Digits after the decimal point, where there are any.
    #[schema(schema_with = minor_units_schema, required = true)]
    pub minor_units: Option<u8>,
    /// Grows with every write, also over a deletion. It is the entity tag: `"1795231140000"` in quotes.
    #[schema(minimum = 1, read_only)]
    pub version: u64,
}

/// The body that replaces a currency: all of it but the code, which the path has, and the version.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(
    as = CurrencyContent,
    rename_all = "camelCase",
    example = json!({"name": "Euro", "symbol": "€", "minorUnits": 2}),
)]
pub struct Content {
    /// What it is called.
    #[schema(schema_with = name_schema)]
    pub name: String,
    /// What is written before or after amounts.
    #[schema(schema_with = symbol_schema)]
    pub symbol: String,
    /// Digits after the decimal point, where there are any.
    #[schema(schema_with = minor_units_schema, required = false)]
    pub minor_units: Option<u8>,
}

/// The body that creates a currency.
#[derive(Debug, PartialEq, Eq, ToSchema)]
#[schema(
    as = CurrencyCreation,
    rename_all = "camelCase",
    example = json!({"code": "XAU", "name": "Gold", "symbol": "XAU", "minorUnits": null}),
)]
pub struct Creation {
    /// Its code.
    #[schema(schema_with = code_schema)]
    pub code: Code,
    /// What it is called.
    #[schema(schema_with = name_schema)]
    pub name: String,
    /// What is written before or after amounts.
    #[schema(schema_with = symbol_schema)]
    pub symbol: String,
    /// Digits after the decimal point, where there are any.
    #[schema(schema_with = minor_units_schema, required = false)]
    pub minor_units: Option<u8>,
}

impl Content {
    /// Reads the body of a request that replaces a currency.
    ///
    /// # Errors
    /// `InvalidJson`, and `InvalidCurrency` with each field that breaks a rule.
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        let mut fields = Fields::of_json(json, "InvalidCurrency")?;
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
    /// Reads the body of a request that creates a currency.
    ///
    /// # Errors
    /// `InvalidJson`, and `InvalidCurrency` with each field that breaks a rule.
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        let mut fields = Fields::of_json(json, "InvalidCurrency")?;
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

/// Returns the rule that a code keeps.
pub fn code_rule() -> Broken {
    Broken::new("pattern", "is three capital letters, A to Z")
}

fn code_schema() -> Object {
    let description = "ISO 4217 alphabetic code: three ASCII capitals. Lower case is refused.";
    string(description).pattern(Some(Code::PATTERN)).build()
}

/// A text without control characters.
struct Text {
    description: &'static str,
    /// Characters at most; there is one at least.
    most: usize,
}

const NAME: Text = Text { description: "What it is called, in any language, without control characters.", most: 100 };
const SYMBOL: Text =
    Text { description: "What is written before or after amounts, without control characters.", most: 10 };

impl Text {
    fn check(&self, value: &Value) -> Result<String, Broken> {
        let text = text(value)?;
        if text.is_empty() || text.chars().nth(self.most).is_some() {
            return Err(Broken::new("length", format!("has 1 to {} characters", self.most)));
        }
        if text.chars().any(char::is_control) {
            return Err(Broken::new("pattern", "has no control characters"));
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

/// ISO 4217 has currencies with up to four digits after the point.
const MOST_MINOR_UNITS: u8 = 4;

fn minor_units(value: &Value) -> Result<u8, Broken> {
    // JSON has one kind of number: 2.0 is 2, as JSON Schema says too.
    let number = value.as_f64().ok_or(Broken::new("type", "is a whole number or null"))?;
    let digits = (0..=MOST_MINOR_UNITS).find(|&digits| f64::from(digits) == number);
    digits.ok_or_else(|| Broken::new("range", format!("is a whole number from 0 to {MOST_MINOR_UNITS}")))
}

fn minor_units_schema() -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::Integer, Type::Null]))
        .description(Some(
            "Digits after the decimal point. Null, or left out, where ISO 4217 has none, as for gold (XAU).",
        ))
        .minimum(Some(0))
        .maximum(Some(MOST_MINOR_UNITS))
        .build()
}

fn unknown(name: &str) -> Broken {
    match name {
        "version" => Broken::new("readOnly", "is counted by the service; leave it out, and send it as If-Match"),
        "code" => Broken::new("readOnly", "is in the path; leave it out"),
        _ => Broken::new("unknown", "is no field of a currency; leave it out"),
    }
}

#[cfg(test)]
mod tests;
