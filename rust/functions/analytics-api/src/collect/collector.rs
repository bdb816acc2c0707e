use std::mem;
use std::sync::Arc;
use std::time::Duration;

use analytics::{
    Campaign, Dimension, LEAST_RETENTION_DAYS, Leave, Measure, Page, Referrer, Site, Sites, TrackedSite, View, ViewId,
    Visitor,
};
use fields::Violation;
use futures_util::future::join;
use http::header::ORIGIN;
use http::{HeaderMap, StatusCode};
use reply::Error;

use super::Limits;
use super::body::{LeaveReport, view_rule};
use super::client::Client;
use super::known_values::KnownValues;
use super::secrets::Secrets;
use super::sketches::Sketches;
use super::source::Source;
use super::store::{Secret, Store};
use super::view_token::ViewToken;
use super::visit::Visit;
use super::visitor::visitor;
use crate::Clock;

/// Maximum time from opening a page to a report that it is left.
const OPEN: Duration = Duration::from_hours(24);

/// Retention of leaves. It exceeds `OPEN`, so that a duplicate is always recognized, and is not less than a view's, so
/// that a leave can be counted after the trigger has given up on it.
const LEAVE_RETENTION: Duration = Duration::from_hours(24 * LEAST_RETENTION_DAYS as u64);

/// Additional retention of views: more than the difference of two time zones. Days have up to 26 hours, and a site may get
/// another time zone; still, the first day of which views are reported and recounted is complete.
const ZONE_CHANGE: Duration = Duration::from_hours(30);

/// Maximum difference between the clocks of two environments.
const CLOCK_SKEW: Duration = Duration::from_secs(5);

/// Records the views of sites in any store.
pub struct Collector {
    store: Arc<dyn Store>,
    sites: Sites,
    view_retention: Duration,
    clock: Clock,
    secrets: Secrets,
    known: KnownValues,
    sketches: Sketches,
}

impl Collector {
    /// Creates a collector for the lifetime of the environment: it caches secrets, known values and sketches.
    pub fn new(store: Arc<dyn Store>, sites: Sites, limits: Limits, clock: Clock) -> Self {
        Self {
            store,
            sites,
            view_retention: Duration::from_hours(24 * u64::from(limits.retention_days)) + ZONE_CHANGE,
            clock,
            secrets: Secrets::default(),
            known: KnownValues::new(limits.values_per_day),
            sketches: Sketches::default(),
        }
    }

    /// Returns the site that a request comes from.
    ///
    /// # Errors
    /// `UnknownSite` if its views are not collected.
    pub fn site(&self, headers: &HeaderMap) -> Result<&TrackedSite, Error> {
        let origin = headers.get(ORIGIN).and_then(|value| value.to_str().ok());
        self.site_of(origin)
    }

    #[must_use]
    pub fn sites(&self) -> &Sites {
        &self.sites
    }

    /// Returns the site of an origin.
    ///
    /// # Errors
    /// `UnknownSite` if its views are not collected.
    pub fn site_of(&self, origin: Option<&str>) -> Result<&TrackedSite, Error> {
        let site = origin.and_then(|origin| self.sites.find_by_origin(origin));
        site.ok_or_else(|| unknown_site(origin))
    }

    /// Records a view at the current time of the server.
    ///
    /// # Errors
    /// The store's error; the view is then not recorded.
    pub async fn view(
        &self,
        TrackedSite { site, zone }: &TrackedSite,
        visit: Visit,
        client: Client,
    ) -> Result<ViewToken, Error> {
        let now = self.clock.now()?;
        let id = ViewId { time: now, random: getrandom::u64().map_err(Error::internal)?, offset: zone.offset(now) };
        let secret = self.secrets.of_day(self.store.as_ref(), site, id).await?;
        // Bots are not visitors.
        let identity = client.identity.as_ref().filter(|_| client.agent.bot.is_none());
        let visitor = identity.map(|identity| visitor(&secret, site, identity)).transpose().map_err(Error::internal)?;
        let visitor = visitor.map(Visitor::from_bytes);
        let (Visit { page, referrer, campaign, utm }, real_page) =
            self.within_caps((site, &secret), visit, &client, id).await?;
        let Client { identity, agent, country } = client;
        let metric = if agent.bot.is_some() { "ViewsOfBots" } else { "ViewsAccepted" };
        let view = View { site: site.clone(), id, page, real_page, visitor, referrer, campaign, utm, agent, country };
        let sketched = async {
            if let Some(identity) = identity.filter(|_| visitor.is_some()) {
                self.sketches.add(self.store.as_ref(), &self.secrets, site, id, &identity).await;
            }
        };
        let (stored, ()) = join(self.store.put_view(&view, now.plus(self.view_retention)), sketched).await;
        stored?;
        powertools::count(metric, 1);
        ViewToken::new(&secret, site, id).map_err(Error::internal)
    }

    /// Records the duration and scroll depth of a view so far.
    ///
    /// # Errors
    /// `ViewTooOld`, `InvalidLeave`, and the store's error.
    pub async fn leave(
        &self,
        TrackedSite { site, zone }: &TrackedSite,
        LeaveReport { view: token, measure }: LeaveReport,
    ) -> Result<(), Error> {
        let (now, view) = (self.clock.now()?, token.id);
        if view.time > now.plus(CLOCK_SKEW) {
            return Err(Error::invalid(
                "InvalidLeave",
                vec![Violation::new("future", "is in the future").in_field("view")],
            ));
        }
        let open = now.since(view.time);
        // After 24 hours, it is the day after next if the clock was changed, and the secret is deleted.
        if open > OPEN || view.day() < zone.day(now).minus(1) {
            let rule = Violation::new("age", "is more than 24 hours old; reload the page");
            return Err(Error::invalid("ViewTooOld", vec![rule.in_field("view")]));
        }
        let secret = self.secrets.get(self.store.as_ref(), site, view.day()).await?;
        let is_signed = secret.map(|secret| token.is_signed(&secret, site)).transpose().map_err(Error::internal)?;
        if is_signed != Some(true) {
            return Err(Error::invalid("InvalidLeave", vec![view_rule().in_field("view")]));
        }
        let most = u64::try_from(open.as_millis()).map_err(Error::internal)?;
        let measure = Measure { duration_ms: measure.duration_ms.min(most), ..measure };
        let leave = Leave { site: site.clone(), view, measure };
        self.store.put_leave(&leave, now.plus(LEAVE_RETENTION)).await.map_err(Error::from)
    }

    /// Returns the visit with `(other)` for each value over the cap of the day, and the real page if it was replaced.
    ///
    /// Bots have no counters of values, so they do not use the cap up.
    async fn within_caps(
        &self,
        (site, secret): (&Site, &Secret),
        mut visit: Visit,
        client: &Client,
        id: ViewId,
    ) -> Result<(Visit, Option<Page>), Error> {
        if client.agent.bot.is_some() {
            return Ok((visit, None));
        }
        let source_ip = client.identity.as_ref().map(|(source_ip, _)| source_ip);
        let from = (site, Source::new(secret, source_ip).map_err(Error::internal)?);
        let mut real_page = None;
        if !self.is_known(from, id, Dimension::Page, visit.page.as_str()).await? {
            real_page = Some(mem::replace(&mut visit.page, Page::other()));
        }
        if let Some(referrer) = &visit.referrer
            && !self.is_known(from, id, Dimension::Referrer, referrer.as_str()).await?
        {
            visit.referrer = Some(Referrer::other());
        }
        if let Some(campaign) = &visit.campaign
            && !self.is_known(from, id, Dimension::Campaign, campaign.as_str()).await?
        {
            visit.campaign = Some(Campaign::other());
        }
        Ok((visit, real_page))
    }

    async fn is_known(
        &self,
        from: (&Site, Source),
        id: ViewId,
        dimension: Dimension,
        value: &str,
    ) -> Result<bool, Error> {
        self.known.has(self.store.as_ref(), from, id, dimension, value).await.map_err(Error::from)
    }
}

fn unknown_site(origin: Option<&str>) -> Error {
    let detail = match origin {
        Some(origin) => {
            format!(
                "Views of {origin} are not collected. If the site is yours, add it to the setting analyticsSites of the stack."
            )
        }
        None => "The request has no origin header. Send it from a page of a site \
                 that the setting analyticsSites of the stack has."
            .to_owned(),
    };
    Error::client(StatusCode::FORBIDDEN, "UnknownSite", detail)
}
