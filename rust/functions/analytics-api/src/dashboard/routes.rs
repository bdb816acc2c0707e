use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use http::request::Parts;
use http_service::{RequestId, with_error};
use reply::Error;

use super::page_query::PageQuery;
use super::view::{Page, View};
use crate::html;
use crate::report::Reports;
use crate::session::{Claim, Refusal, SESSION_ENDED, Sessions, holds_cookie, is_from_own_page, sign_in_page};

/// `GET /analytics`: the dashboard, or without a session the sign-in form.
pub async fn page(
    State(reports): State<Arc<Reports>>,
    State(sessions): State<Arc<Sessions>>,
    claim: Result<Claim, Refusal>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let page = match claim {
        Ok(Claim(session)) => {
            let work = report_page(&reports, &session.user, &parts);
            sessions.guard(&session, work).await
        }
        Err(refusal) => Err(refusal),
    };
    match page {
        Ok(page) => page,
        Err(Refusal::InvalidSession) => {
            // Browsers delete expired cookies; a request from one of our pages then means that the session expired.
            let had_one = holds_cookie(&parts.headers) || is_from_own_page(&parts.headers);
            let message = had_one.then_some(SESSION_ENDED);
            sign_in_page(parts.uri.query(), message)
        }
        Err(refusal) => refusal.page(&parts.extensions),
    }
}

async fn report_page(reports: &Reports, user: &str, parts: &Parts) -> Result<Response, Error> {
    let query = PageQuery::parse(parts.uri.query().unwrap_or_default());
    let site = query.site(reports.sites());
    let report_query = query.report(site, reports.today(site)?);
    let page = Page { query: &query, report_query: &report_query, sites: reports.sites(), user };
    let read = match reports.read(&report_query.to_string()).await {
        Ok(read) => read,
        Err(error) => {
            let sentences = error.message(RequestId::get(&parts.extensions));
            let page = html::page(error.status(), "Analytics", &page.html(&View::Refused(&sentences))?);
            return Ok(with_error(page, error));
        }
    };
    let report = read.report();
    let title = format!("{} · Analytics", report.site);
    let page = page.html(&View::Report { report: &report, parts })?;
    Ok(html::page(StatusCode::OK, &title, &page))
}
