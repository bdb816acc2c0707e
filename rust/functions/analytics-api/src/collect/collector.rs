use std::sync::Arc;
use std::time::Duration;

use analytics::{Campaign, Dimension, Leave, Measure, Moment, Page, Referrer, Site, View, ViewId, Visitor};
use http::header::ORIGIN;
use http::{HeaderMap, StatusCode};
use reply::Error;

use super::Limits;
use super::body::{Left, broken};
use super::client::Client;
use super::known::Known;
use super::secrets::Secrets;
use super::store::Store;
use super::visit::Visit;
use super::visitor::visitor;
use crate::{Clock, Sites};

/// How long a page can be open and still tell that it is left.
const OPEN: Duration = Duration::from_hours(24);

/// How long it is kept that a page was left: longer than its view can be told of, so that nothing told twice is new.
const LEAVE_KEPT: Duration = Duration::from_hours(48);

/// By how much the clocks of two environments may differ.
const CLOCK_SKEW: Duration = Duration::from_secs(5);

/// Takes views of sites, over any store.
pub struct Collector {
    store: Arc<dyn Store>,
    sites: Sites,
    view_kept: Duration,
    clock: Clock,
    secrets: Secrets,
    known: Known,
}

impl Collector {
    /// One for as long as the environment lasts: it learns what need not be asked again.
    pub fn new(store: Arc<dyn Store>, sites: Sites, limits: Limits, clock: Clock) -> Self {
        Self {
            store,
            sites,
            view_kept: Duration::from_hours(24 * u64::from(limits.retention_days)),
            clock,
            secrets: Secrets::default(),
            known: Known::at_most(limits.values_per_day),
        }
    }

    /// The site that a request comes from.
    ///
    /// # Errors
    /// `UnknownSite` when its views are not taken.
    pub fn site(&self, headers: &HeaderMap) -> Result<&Site, Error> {
        let origin = headers.get(ORIGIN).and_then(|value| value.to_str().ok());
        self.site_of(origin)
    }

    /// All sites.
    #[must_use]
    pub fn sites(&self) -> &Sites {
        &self.sites
    }

    /// The site of an origin.
    ///
    /// # Errors
    /// `UnknownSite` when its views are not taken.
    pub fn site_of(&self, origin: Option<&str>) -> Result<&Site, Error> {
        let site = origin.and_then(|origin| self.sites.of_origin(origin));
        site.ok_or_else(|| unknown_site(origin))
    }

    /// Record a view by the server's clock.
    ///
    /// # Errors
    /// The store's failure; then there is no such view.
    pub async fn view(&self, site: &Site, visit: Visit, client: Client) -> Result<ViewId, Error> {
        let now = self.clock.now()?;
        let id = ViewId { time: now, random: getrandom::u64().map_err(Error::internal)? };
        let visitor = self.visitor(site, &client, now).await?;
        let Visit { page, referrer, campaign, utm } = self.within_caps(site, visit, &client, now).await?;
        let Client { agent, country, .. } = client;
        let view = View { site: site.clone(), id, page, visitor, referrer, campaign, utm, agent, country };
        self.store.put_view(&view, now.plus(self.view_kept)).await.map_err(Error::internal)?;
        Ok(id)
    }

    /// Record how long and how far down a view was looked at, up to now.
    ///
    /// # Errors
    /// `ViewTooOld`, `InvalidLeave`, and the store's failure.
    pub async fn leave(&self, site: &Site, Left { view, measure }: Left) -> Result<(), Error> {
        let now = self.clock.now()?;
        if view.time > now.plus(CLOCK_SKEW) {
            return Err(Error::invalid("InvalidLeave", vec![broken("view", ("future", "is not yet to come"))]));
        }
        let open = now.since(view.time);
        if open > OPEN {
            let rule = ("age", "is from more than 24 hours ago; the page was open for too long");
            return Err(Error::invalid("ViewTooOld", vec![broken("view", rule)]));
        }
        let most = u64::try_from(open.as_millis()).map_err(Error::internal)?;
        let measure = Measure { duration_ms: measure.duration_ms.min(most), ..measure };
        let leave = Leave { site: site.clone(), view, measure };
        self.store.put_leave(&leave, now.plus(LEAVE_KEPT)).await.map_err(Error::internal)
    }

    /// Of bots there are no visitors.
    async fn visitor(&self, site: &Site, client: &Client, now: Moment) -> Result<Option<Visitor>, Error> {
        match &client.identity {
            Some((source_ip, agent)) if client.agent.bot.is_none() => {
                let secret = self.secrets.of_today(self.store.as_ref(), now).await.map_err(Error::internal)?;
                visitor(&secret, site, source_ip, agent).map(Some).map_err(Error::internal)
            }
            _ => Ok(None),
        }
    }

    /// The same visit, with `(other)` for each value that has no counter of its own today.
    ///
    /// Bots have no such counters, and so use up none.
    async fn within_caps(&self, site: &Site, mut visit: Visit, client: &Client, now: Moment) -> Result<Visit, Error> {
        if client.agent.bot.is_some() {
            return Ok(visit);
        }
        if !self.is_known(site, now, Dimension::Page, visit.page.as_str()).await? {
            visit.page = Page::other();
        }
        if let Some(referrer) = &visit.referrer
            && !self.is_known(site, now, Dimension::Referrer, referrer.as_str()).await?
        {
            visit.referrer = Some(Referrer::other());
        }
        if let Some(campaign) = &visit.campaign
            && !self.is_known(site, now, Dimension::Campaign, campaign.as_str()).await?
        {
            visit.campaign = Some(Campaign::other());
        }
        Ok(visit)
    }

    async fn is_known(&self, site: &Site, now: Moment, dimension: Dimension, value: &str) -> Result<bool, Error> {
        self.known.has(self.store.as_ref(), site, now, dimension, value).await.map_err(Error::internal)
    }
}

fn unknown_site(origin: Option<&str>) -> Error {
    let detail = match origin {
        Some(origin) => {
            format!(
                "Views of {origin} are not taken here. Add it to the setting analyticsSites of the stack, if it is yours."
            )
        }
        None => "The request does not say by its origin header which site it is from. Send it from a page of a site \
                 that the setting analyticsSites of the stack has."
            .to_owned(),
    };
    Error::client(StatusCode::FORBIDDEN, "UnknownSite", detail)
}
