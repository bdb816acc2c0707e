//! What a page sends of a view, checked field by field: every rule that is broken is told at once. Fields that are not
//! known are left alone, so that trackers of any age go on working.

use analytics::{Measure, Site, Sites};
use fields::{Broken, Fields, Unknown, text};
use reply::Error;
use serde_json::Value;

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
    let mut fields = Fields::of_json(json, "InvalidView")?;
    let url = fields.required("url", |value| text(value).map(str::to_owned));
    let referrer = fields.optional("referrer", |value| text(value).map(str::to_owned));
    let visit = url.as_deref().zip(referrer).and_then(|(url, referrer)| {
        let visit =
            address(url, site, sites).map(|address| Visit::from_address(site, &address, &referrer.unwrap_or_default()));
        fields.check("url", visit)
    });
    fields.end(Unknown::Ignored, visit)
}

/// Read what a page sends when it is left.
///
/// # Errors
/// `InvalidJson`, and `InvalidLeave` with each field that breaks a rule.
pub fn left(json: &[u8]) -> Result<Left, Error> {
    let mut fields = Fields::of_json(json, "InvalidLeave")?;
    let view = fields.required("view", view);
    let duration_ms = fields.required("durationMs", duration_ms);
    let scroll = fields.required("scroll", scroll);
    let left = view.zip(duration_ms).zip(scroll);
    let left = left.map(|((view, duration_ms), scroll)| Left { view, measure: Measure { duration_ms, scroll } });
    fields.end(Unknown::Ignored, left)
}

fn address<'a>(url: &'a str, site: &Site, sites: &Sites) -> Result<Address<'a>, Broken> {
    let address = Address::parse(url).ok_or(Broken::new("url", "is a web address; send location.href"))?;
    let is_on_site = address.is_on(site) || sites.find_by_origin(address.origin) == Some(site);
    is_on_site
        .then_some(address)
        .ok_or(Broken::new("site", "is on the site that sends it, by host and port; send location.href"))
}

/// Returns the rule for the view of a leave.
pub fn view_rule() -> Broken {
    Broken::new("pattern", "is the view that collect answered with")
}

fn view(value: &Value) -> Result<ViewToken, Broken> {
    ViewToken::parse(text(value)?).ok_or_else(view_rule)
}

fn duration_ms(value: &Value) -> Result<u64, Broken> {
    value.as_u64().ok_or(Broken::new("range", "is a whole number of milliseconds, 0 or more"))
}

fn scroll(value: &Value) -> Result<u8, Broken> {
    let percent = value.as_u64().and_then(|percent| u8::try_from(percent).ok()).filter(|percent| *percent <= 100);
    percent.ok_or(Broken::new("range", "is a whole number from 0 to 100"))
}
