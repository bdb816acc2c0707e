//! What a page sends of a view, checked field by field: every rule that is broken is told at once. Fields that are not
//! known are left alone, so that trackers of any age go on working.

use analytics::{Measure, Site, Sites};
use reply::{Error, FieldError};
use serde_json::error::Category;
use serde_json::{Map, Value};

use super::address::Address;
use super::view_token::ViewToken;
use super::visit::Visit;

/// What a page tells when it is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Which view it was.
    pub view: ViewToken,
    /// How long it was looked at, and how far down, as the page says.
    pub measure: Measure,
}

/// Read what a page of a site sends when it is opened.
///
/// # Errors
/// `InvalidJson`, and `InvalidView` with each field that breaks a rule.
pub fn visit(json: &[u8], site: &Site, sites: &Sites) -> Result<Visit, Error> {
    let mut fields = Fields::of(json, "InvalidView")?;
    let url = fields.required("url", |value| text(value).map(str::to_owned));
    let referrer = fields.optional("referrer", |value| text(value).map(str::to_owned));
    let visit = url.as_deref().zip(referrer).and_then(|(url, referrer)| {
        let visit =
            address(url, site, sites).map(|address| Visit::from_address(site, &address, &referrer.unwrap_or_default()));
        fields.checked("url", visit)
    });
    fields.end(visit)
}

/// Read what a page sends when it is left.
///
/// # Errors
/// `InvalidJson`, and `InvalidLeave` with each field that breaks a rule.
pub fn left(json: &[u8]) -> Result<Left, Error> {
    let mut fields = Fields::of(json, "InvalidLeave")?;
    let view = fields.required("view", view);
    let duration_ms = fields.required("durationMs", duration_ms);
    let scroll = fields.required("scroll", scroll);
    let left = view.zip(duration_ms).zip(scroll);
    fields.end(left.map(|((view, duration_ms), scroll)| Left { view, measure: Measure { duration_ms, scroll } }))
}

/// A rule that a value breaks: its name, and how to keep it.
pub type Broken = (&'static str, &'static str);

fn text(value: &Value) -> Result<&str, Broken> {
    value.as_str().ok_or(("type", "is a string"))
}

fn address<'a>(url: &'a str, site: &Site, sites: &Sites) -> Result<Address<'a>, Broken> {
    let address = Address::parse(url).ok_or(("url", "is a web address; send location.href"))?;
    let is_on_site = address.is_on(site) || sites.find_by_origin(address.origin) == Some(site);
    is_on_site.then_some(address).ok_or(("site", "is on the site that sends it, by host and port; send location.href"))
}

/// The rule for the view of a leave.
pub const ANSWERED: Broken = ("pattern", "is the view that collect answered with");

fn view(value: &Value) -> Result<ViewToken, Broken> {
    ViewToken::parse(text(value)?).ok_or(ANSWERED)
}

fn duration_ms(value: &Value) -> Result<u64, Broken> {
    value.as_u64().ok_or(("range", "is a whole number of milliseconds, 0 or more"))
}

fn scroll(value: &Value) -> Result<u8, Broken> {
    let percent = value.as_u64().and_then(|percent| u8::try_from(percent).ok()).filter(|percent| *percent <= 100);
    percent.ok_or(("range", "is a whole number from 0 to 100"))
}

/// The fields of a JSON object, and what is wrong with those that were read.
struct Fields {
    fields: Map<String, Value>,
    error_type: &'static str,
    errors: Vec<FieldError>,
}

impl Fields {
    fn of(json: &[u8], error_type: &'static str) -> Result<Self, Error> {
        let fields = serde_json::from_slice(json).map_err(|error| match error.classify() {
            Category::Data => Error::invalid(error_type, vec![broken("body", ("type", "is a JSON object"))]),
            Category::Io | Category::Syntax | Category::Eof => {
                Error::bad_request("InvalidJson", format!("The body is not JSON: {error}. Send a JSON object."))
            }
        })?;
        Ok(Self { fields, error_type, errors: Vec::new() })
    }

    /// The value of a field by its rules, unless it breaks one or is not there.
    fn required<T>(&mut self, name: &str, rules: impl FnOnce(&Value) -> Result<T, Broken>) -> Option<T> {
        let result = self.fields.get(name).map_or(Err(("required", "is missing")), rules);
        self.checked(name, result)
    }

    /// The value of a field that may be left out, which is the same as null.
    fn optional<T>(&mut self, name: &str, rules: impl FnOnce(&Value) -> Result<T, Broken>) -> Option<Option<T>> {
        let result = self.fields.get(name).filter(|value| !value.is_null()).map(rules).transpose();
        self.checked(name, result)
    }

    fn checked<T>(&mut self, name: &str, result: Result<T, Broken>) -> Option<T> {
        result.map_err(|rule| self.errors.push(broken(name, rule))).ok()
    }

    /// What was read, unless something is wrong.
    fn end<T>(self, read: Option<T>) -> Result<T, Error> {
        read.ok_or_else(|| Error::invalid(self.error_type, self.errors))
    }
}

/// A field and the rule that it breaks.
pub fn broken(field: &str, (rule, how): Broken) -> FieldError {
    FieldError { field: field.to_owned(), rule, detail: format!("{field} {how}.") }
}
