//! Sign-in and sign-out by HTML forms: the responses set a cookie and redirect to a page.

use axum::response::Response;
use form_urlencoded::Serializer;
use http::header::{CACHE_CONTROL, LOCATION, SET_COOKIE};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use http_event::SourceIp;
use maud::html;
use reply::Error;

use super::body::{Credentials, PASSWORD_CHARACTERS, USER_CHARACTERS};
use super::own_page::is_from_own_page;
use super::refusal::DocumentError;
use super::token::Session;
use super::{Refusal, Sessions, cookie};
use crate::html;

/// Signs in, and redirects to the page with the query that the form was sent with.
///
/// # Errors
/// The response cannot be built. Other errors are shown on the form.
pub async fn sign_in(sessions: &Sessions, parts: &Parts, body: &[u8]) -> Result<Response, Refusal> {
    let user = form_urlencoded::parse(body).find(|(name, _)| name == "user").map(|(_, user)| user).unwrap_or_default();
    let outcome = match (is_from_own_page(&parts.headers), Credentials::from_form(body)) {
        (false, _) => Err(Refusal::ForeignForm),
        (true, Err(error)) => Err(error.into()),
        (true, Ok(credentials)) => {
            let source_ip = parts.extensions.get::<SourceIp>();
            sessions.sign_in(credentials, source_ip.map_or("", SourceIp::as_str)).await
        }
    };
    match outcome {
        Ok(token) => go_to_page(parts.uri.query(), cookie::set(&token).map_err(Error::internal)?),
        Err(refusal) => Ok(refused(refusal.for_document(&parts.extensions), None, &user)),
    }
}

/// Ends all sessions of the browser, and redirects to the page.
///
/// # Errors
/// Server errors. A form of another origin gets the sign-in form with an error message.
pub async fn sign_out(
    sessions: &Sessions,
    parts: &Parts,
    claimed: Result<Vec<Session>, Refusal>,
) -> Result<Response, Refusal> {
    if !is_from_own_page(&parts.headers) {
        let error = Refusal::ForeignForm.for_document(&parts.extensions);
        return Ok(refused(error, Some("sign-in"), ""));
    }
    match claimed {
        Ok(claimed) => sessions.sign_out(&claimed).await?,
        Err(Refusal::InvalidSession) => {}
        Err(refusal) => return Err(refusal),
    }
    go_to_page(None, cookie::delete().map_err(Error::internal)?)
}

/// Returns the sign-in form at the URL of a page; signing in leads back to the same URL.
pub fn page(query: Option<&str>, message: Option<&str>) -> Response {
    let action = ["analytics/sign-in", query.unwrap_or_default()].join("?");
    document(StatusCode::OK, Some(action.trim_end_matches('?')), message, "")
}

/// Returns the sign-in form with an error; without an action, it is sent to its own URL.
fn refused(error: DocumentError, action: Option<&str>, user: &str) -> Response {
    let response = document(error.status(), action, Some(&error.message), user);
    error.complete(response)
}

fn document(status: StatusCode, action: Option<&str>, message: Option<&str>, user: &str) -> Response {
    html::page(
        status,
        "Sign in · Analytics",
        &html! {
            main.sign-in {
                h1 { "Analytics" }
                @if let Some(message) = message {
                    p.error role="alert" { (message) }
                }
                form method="post" action=[action] {
                    label for="user" { "User" }
                    input #user name="user" value=(user) required maxlength=(USER_CHARACTERS) dir="auto" autocomplete="username"
                        autocapitalize="none" spellcheck="false";
                    label for="password" { "Password" }
                    input #password type="password" name="password" required maxlength=(PASSWORD_CHARACTERS)
                        autocomplete="current-password";
                    button { "Sign in" }
                }
                p.quiet { "No account? An operator creates one: " code { "make user FN=analytics-api" } "." }
            }
        },
    )
}

/// The redirect is relative to the folder of the sign-in route.
fn go_to_page(query: Option<&str>, cookie: HeaderValue) -> Result<Response, Refusal> {
    let location = match query.map(|query| form_urlencoded::parse(query.as_bytes())) {
        // Encoded again, because the query may contain bytes that are invalid in a header.
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
