//! Request bodies of pages. Every invalid field is reported; unknown fields are ignored, so that trackers of any
//! version work.

use analytics::{Measure, Site, Sites};
use fields::{Fields, Unknown, Violation, text};
use reply::Error;
use serde_json::Value;

use super::address::Address;
use super::view_token::ViewToken;
use super::visit::Visit;

/// The report of a page that the visitor leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaveReport {
    pub view: ViewToken,
    /// Duration and scroll depth, as reported by the page.
    pub measure: Measure,
}

/// Parses the body that a page sends when it is opened.
///
/// # Errors
/// `InvalidJson`, and `InvalidView` with every invalid field.
pub fn visit(json: &[u8], site: &Site, sites: &Sites) -> Result<Visit, Error> {
    let mut fields = Fields::from_json(json, "InvalidView")?;
    let url = fields.required("url", |value| text(value).map(str::to_owned));
    let referrer = fields.optional("referrer", |value| text(value).map(str::to_owned));
    let visit = url.as_deref().zip(referrer).and_then(|(url, referrer)| {
        let visit =
            address(url, site, sites).map(|address| Visit::from_address(site, &address, &referrer.unwrap_or_default()));
        fields.check("url", visit)
    });
    fields.end(Unknown::Ignored, visit)
}

/// Parses the body that a page sends when it is left.
///
/// # Errors
/// `InvalidJson`, and `InvalidLeave` with every invalid field.
pub fn left(json: &[u8]) -> Result<LeaveReport, Error> {
    let mut fields = Fields::from_json(json, "InvalidLeave")?;
    let view = fields.required("view", view);
    let duration_ms = fields.required("durationMs", duration_ms);
    let scroll = fields.required("scroll", scroll);
    let left = view.zip(duration_ms).zip(scroll);
    let left = left.map(|((view, duration_ms), scroll)| LeaveReport { view, measure: Measure { duration_ms, scroll } });
    fields.end(Unknown::Ignored, left)
}

fn address<'a>(url: &'a str, site: &Site, sites: &Sites) -> Result<Address<'a>, Violation> {
    let address = Address::parse(url).ok_or(Violation::new("url", "must be a web address; send location.href"))?;
    let is_on_site =
        address.is_on(site) || sites.find_by_origin(address.origin).is_some_and(|tracked| tracked.site == *site);
    is_on_site.then_some(address).ok_or(Violation::new(
        "site",
        "must be on the site that sends the request, by host and port; send location.href",
    ))
}

/// Returns the error of an invalid view id.
pub fn view_rule() -> Violation {
    Violation::new("pattern", "must be the view from the response of collect")
}

fn view(value: &Value) -> Result<ViewToken, Violation> {
    ViewToken::parse(text(value)?).ok_or_else(view_rule)
}

fn duration_ms(value: &Value) -> Result<u64, Violation> {
    value.as_u64().ok_or(Violation::new("range", "must be a whole number of milliseconds, 0 or more"))
}

fn scroll(value: &Value) -> Result<u8, Violation> {
    let percent = value.as_u64().and_then(|percent| u8::try_from(percent).ok()).filter(|percent| *percent <= 100);
    percent.ok_or(Violation::new("range", "must be a whole number from 0 to 100"))
}
