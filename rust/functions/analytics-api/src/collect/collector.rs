use std::mem;
use std::sync::Arc;
use std::time::Duration;

use analytics::{Campaign, Dimension, Leave, Measure, Moment, Page, Referrer, Site, Sites, View, ViewId, Visitor};
use fields::Broken;
use http::header::ORIGIN;
use http::{HeaderMap, StatusCode};
use reply::Error;

use super::body::{Left, view_rule};
use super::client::Client;
use super::known::Known;
use super::limits::LEAST_RETENTION_DAYS;
use super::secrets::Secrets;
use super::source::Source;
use super::store::{Secret, Store};
use super::view_token::ViewToken;
use super::visit::Visit;
use super::visitor::visitor;
use super::{Edge, Limits};
use crate::Clock;
use crate::store_error::store_error;

/// How long a page can be open and still tell that it is left.
const OPEN: Duration = Duration::from_hours(24);

/// How long it is kept that a page was left: longer than its view can be told of, so that nothing told twice is new, and as
/// long as a view at least, so that it can be counted when the trigger has given it up.
const LEAVE_KEPT: Duration = Duration::from_hours(24 * LEAST_RETENTION_DAYS as u64);

/// By how much the clocks of two environments may differ.
const CLOCK_SKEW: Duration = Duration::from_secs(5);

/// Takes views of sites, over any store.
pub struct Collector {
    store: Arc<dyn Store>,
    sites: Sites,
    view_kept: Duration,
    edge: Edge,
    clock: Clock,
    secrets: Secrets,
    known: Known,
}

impl Collector {
    /// One for as long as the environment lasts: it learns what need not be asked again.
    pub fn new(store: Arc<dyn Store>, sites: Sites, limits: Limits, edge: Edge, clock: Clock) -> Self {
        Self {
            store,
            sites,
            view_kept: Duration::from_hours(24 * u64::from(limits.retention_days)),
            edge,
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
        let site = origin.and_then(|origin| self.sites.find_by_origin(origin));
        site.ok_or_else(|| unknown_site(origin))
    }

    /// Which CloudFront distribution is in front.
    #[must_use]
    pub fn edge(&self) -> Edge {
        self.edge
    }

    /// Record a view by the server's clock.
    ///
    /// # Errors
    /// The store's failure; then there is no such view.
    pub async fn view(&self, site: &Site, visit: Visit, client: Client) -> Result<ViewToken, Error> {
        let now = self.clock.now()?;
        let id = ViewId { time: now, random: getrandom::u64().map_err(Error::internal)? };
        let secret = self.secrets.of_today(self.store.as_ref(), now).await.map_err(store_error)?;
        let visitor = visitor_of(&secret, site, &client)?;
        let (Visit { page, referrer, campaign, utm }, real_page) =
            self.within_caps((site, &secret), visit, &client, now).await?;
        let Client { agent, country, .. } = client;
        let metric = if agent.bot.is_some() { "ViewsOfBots" } else { "ViewsAccepted" };
        let view = View { site: site.clone(), id, page, real_page, visitor, referrer, campaign, utm, agent, country };
        self.store.put_view(&view, now.plus(self.view_kept)).await.map_err(store_error)?;
        powertools::count(metric, 1);
        ViewToken::new(&secret, site, id).map_err(Error::internal)
    }

    /// Record how long and how far down a view was looked at, up to now.
    ///
    /// # Errors
    /// `ViewTooOld`, `InvalidLeave`, and the store's failure.
    pub async fn leave(&self, site: &Site, Left { view: token, measure }: Left) -> Result<(), Error> {
        let (now, view) = (self.clock.now()?, token.id);
        if view.time > now.plus(CLOCK_SKEW) {
            return Err(Error::invalid(
                "InvalidLeave",
                vec![Broken::new("future", "is not yet to come").in_field("view")],
            ));
        }
        let open = now.since(view.time);
        if open > OPEN {
            let rule = Broken::new("age", "is from more than 24 hours ago; the page was open for too long");
            return Err(Error::invalid("ViewTooOld", vec![rule.in_field("view")]));
        }
        let secret = self.secrets.of(self.store.as_ref(), view.time.day(), now).await.map_err(store_error)?;
        let is_signed = secret.map(|secret| token.is_signed(&secret, site)).transpose().map_err(Error::internal)?;
        if is_signed != Some(true) {
            return Err(Error::invalid("InvalidLeave", vec![view_rule().in_field("view")]));
        }
        let most = u64::try_from(open.as_millis()).map_err(Error::internal)?;
        let measure = Measure { duration_ms: measure.duration_ms.min(most), ..measure };
        let leave = Leave { site: site.clone(), view, measure };
        self.store.put_leave(&leave, now.plus(LEAVE_KEPT)).await.map_err(store_error)
    }

    /// The same visit, with `(other)` for each value that has no counter of its own today, and the page that it then
    /// stands for.
    ///
    /// Bots have no such counters, and so use up none.
    async fn within_caps(
        &self,
        (site, secret): (&Site, &Secret),
        mut visit: Visit,
        client: &Client,
        now: Moment,
    ) -> Result<(Visit, Option<Page>), Error> {
        if client.agent.bot.is_some() {
            return Ok((visit, None));
        }
        let source_ip = client.identity.as_ref().map(|(source_ip, _)| source_ip);
        let from = (site, Source::new(secret, source_ip).map_err(Error::internal)?);
        let mut real_page = None;
        if !self.is_known(from, now, Dimension::Page, visit.page.as_str()).await? {
            real_page = Some(mem::replace(&mut visit.page, Page::other()));
        }
        if let Some(referrer) = &visit.referrer
            && !self.is_known(from, now, Dimension::Referrer, referrer.as_str()).await?
        {
            visit.referrer = Some(Referrer::other());
        }
        if let Some(campaign) = &visit.campaign
            && !self.is_known(from, now, Dimension::Campaign, campaign.as_str()).await?
        {
            visit.campaign = Some(Campaign::other());
        }
        Ok((visit, real_page))
    }

    async fn is_known(
        &self,
        from: (&Site, Source),
        now: Moment,
        dimension: Dimension,
        value: &str,
    ) -> Result<bool, Error> {
        self.known.has(self.store.as_ref(), from, now, dimension, value).await.map_err(store_error)
    }
}

/// Of bots there are no visitors.
fn visitor_of(secret: &Secret, site: &Site, client: &Client) -> Result<Option<Visitor>, Error> {
    match &client.identity {
        Some((source_ip, agent)) if client.agent.bot.is_none() => {
            visitor(secret, site, source_ip, agent).map(Some).map_err(Error::internal)
        }
        _ => Ok(None),
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
