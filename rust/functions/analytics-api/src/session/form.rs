//! Signing in and out with the forms of the pages: what a browser gets is a cookie, and a page to look at.

use axum::response::Response;
use form_urlencoded::Serializer;
use http::header::{CACHE_CONTROL, LOCATION, SET_COOKIE};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use http_event::SourceIp;
use maud::html;
use reply::Error;

use super::body::Credentials;
use super::own_page::is_from_own_page;
use super::refusal::Sentence;
use super::token::Session;
use super::{Refusal, Sessions, cookie};
use crate::html::Html;

/// Sign in, and go to the page with the query that the form was sent with.
///
/// # Errors
/// A response that cannot be made. What else is wrong is said on the form, which comes again.
pub async fn sign_in(sessions: &Sessions, html: &Html, parts: &Parts, body: &[u8]) -> Result<Response, Refusal> {
    let user = form_urlencoded::parse(body).find(|(name, _)| name == "user").map(|(_, user)| user).unwrap_or_default();
    let outcome = match (is_from_own_page(&parts.headers), Credentials::of_form(body)) {
        (false, _) => Err(Refusal::ForeignForm),
        (true, Err(error)) => Err(error.into()),
        (true, Ok(credentials)) => {
            let source_ip = parts.extensions.get::<SourceIp>();
            sessions.sign_in(credentials, source_ip.map_or("", SourceIp::as_str)).await
        }
    };
    match outcome {
        Ok(token) => go_to_page(parts.uri.query(), cookie::keep(&token).map_err(Error::internal)?),
        Err(refusal) => Ok(refused(html, refusal.for_people(&parts.extensions), None, &user)),
    }
}

/// End all sessions that the browser has, and go to the page.
///
/// # Errors
/// Our failure. A form of another page gets the form of ours, which says so.
pub async fn sign_out(
    sessions: &Sessions,
    html: &Html,
    parts: &Parts,
    claimed: Result<Vec<Session>, Refusal>,
) -> Result<Response, Refusal> {
    if !is_from_own_page(&parts.headers) {
        let said = Refusal::ForeignForm.for_people(&parts.extensions);
        return Ok(refused(html, said, Some("sign-in"), ""));
    }
    match claimed {
        Ok(claimed) => sessions.sign_out(&claimed).await?,
        Err(Refusal::InvalidSession) => {}
        Err(refusal) => return Err(refusal),
    }
    go_to_page(None, cookie::forget().map_err(Error::internal)?)
}

/// The form, on the page that it leads to: with the query of the page, it leads to what was asked for.
pub fn page(html: &Html, query: Option<&str>, said: Option<&str>) -> Response {
    let action = ["analytics/sign-in", query.unwrap_or_default()].join("?");
    document(html, StatusCode::OK, Some(action.trim_end_matches('?')), said, "")
}

/// What a form is refused for, on one to sign in with; without an action, it is sent to where it came from.
fn refused(html: &Html, sentence: Sentence, action: Option<&str>, user: &str) -> Response {
    let response = document(html, sentence.error.status(), action, Some(&sentence.text), user);
    sentence.complete(response)
}

fn document(html: &Html, status: StatusCode, action: Option<&str>, said: Option<&str>, user: &str) -> Response {
    html.page(
        status,
        "Sign in · Analytics",
        &html! {
            main.sign-in {
                h1 { "Analytics" }
                @if let Some(said) = said {
                    p.error role="alert" { (said) }
                }
                form method="post" action=[action] {
                    label for="user" { "User" }
                    input #user name="user" value=(user) required maxlength="100" dir="auto" autocomplete="username"
                        autocapitalize="none" spellcheck="false";
                    label for="password" { "Password" }
                    input #password type="password" name="password" required maxlength="1000"
                        autocomplete="current-password";
                    button { "Sign in" }
                }
                p.quiet { "No account? An operator creates one: " code { "make user FN=analytics-api" } "." }
            }
        },
    )
}

/// The page is beside the path at which cookies are set, and nowhere else.
fn go_to_page(query: Option<&str>, cookie: HeaderValue) -> Result<Response, Refusal> {
    let location = match query.map(|query| form_urlencoded::parse(query.as_bytes())) {
        // Written anew, because a browser may send what is no header's value.
        Some(pairs) => format!("../analytics?{}", Serializer::new(String::new()).extend_pairs(pairs).finish()),
        None => "../analytics".to_owned(),
    };
    let mut response = Response::default();
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().extend([
        (LOCATION, HeaderValue::try_from(location).map_err(Error::internal)?),
        (SET_COOKIE, cookie),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ]);
    Ok(response)
}
