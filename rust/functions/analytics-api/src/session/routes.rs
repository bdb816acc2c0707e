use std::sync::Arc;

use axum::extract::{FromRef, FromRequest as _, FromRequestParts, Request, State};
use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use http_event::SourceIp;
use http_service::headers::{Authorization, authorization};
use http_service::{media_type, text_bytes};
use serde_json::json;

use super::body::Credentials;
use super::own_page::is_from_own_page;
use super::token::{LIFETIME, Session};
use super::{Refusal, Sessions, cookie, form};

/// `POST /analytics/sign-in`, for programs and HTML forms.
pub async fn sign_in(State(sessions): State<Arc<Sessions>>, request: Request) -> Result<Response, Refusal> {
    if is_form(request.headers()) {
        let (parts, body) = request.into_parts();
        let page = async {
            let body = text_bytes(Request::from_parts(parts.clone(), body)).await?;
            form::sign_in(&sessions, &parts, &body).await
        };
        return Ok(page.await.unwrap_or_else(|refusal| refusal.page(&parts.extensions)));
    }
    let source_ip = request.extensions().get::<SourceIp>().cloned();
    let credentials = Credentials::from_request(request, &()).await?;
    // Without an address, which API Gateway always sends, all attempts share one limit.
    let token = sessions.sign_in(credentials, source_ip.as_ref().map_or("", SourceIp::as_str)).await?;
    let body = json!({"token": token, "expiresInSeconds": LIFETIME}).to_string();
    let json = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok((StatusCode::OK, [json, (CACHE_CONTROL, HeaderValue::from_static("no-store"))], body).into_response())
}

/// `POST /analytics/sign-out`, for programs and HTML forms.
pub async fn sign_out(State(sessions): State<Arc<Sessions>>, request: Request) -> Result<Response, Refusal> {
    let (parts, _) = request.into_parts();
    let claimed = claimed(&parts, &sessions).await;
    if is_form(&parts.headers) {
        let page = form::sign_out(&sessions, &parts, claimed).await;
        return Ok(page.unwrap_or_else(|refusal| refusal.page(&parts.extensions)));
    }
    sessions.sign_out(&claimed?).await?;
    Ok((StatusCode::NO_CONTENT, [(CACHE_CONTROL, HeaderValue::from_static("no-store"))]).into_response())
}

fn is_form(headers: &HeaderMap) -> bool {
    media_type(headers).eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// The session of a request's token, which was sealed by this stack and has not expired. Process the request with
/// [`Sessions::guard`], which checks the rest.
pub struct Claim(pub Session);

impl<S: Send + Sync> FromRequestParts<S> for Claim
where
    Arc<Sessions>: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let sessions = Arc::<Sessions>::from_ref(state);
        let mut claimed = claimed(parts, &sessions).await?;
        match (claimed.pop(), claimed.is_empty()) {
            (Some(session), true) => Ok(Self(session)),
            (Some(last), false) => {
                claimed.push(last);
                sessions.first_valid(claimed).await.map(Self)
            }
            (None, _) => Err(Refusal::InvalidSession),
        }
    }
}

/// Returns the sessions of a request, at least one: that of its bearer token, or else those of all its cookies, because
/// another host of the domain may have set one of them.
async fn claimed(parts: &Parts, sessions: &Sessions) -> Result<Vec<Session>, Refusal> {
    let claimed = sessions.open_all(&tokens(parts)?).await?;
    if claimed.is_empty() { Err(Refusal::InvalidSession) } else { Ok(claimed) }
}

/// Returns the tokens of a request: the bearer token, or else the cookies.
fn tokens(Parts { method, headers, .. }: &Parts) -> Result<Vec<&str>, Refusal> {
    match authorization(headers) {
        Authorization::Bearer(token) => return Ok(vec![token]),
        Authorization::Other => return Err(Refusal::InvalidSession),
        Authorization::Missing => {}
    }
    let tokens = cookie::tokens(headers);
    // Browsers also send cookies with requests that other sites trigger.
    if tokens.is_empty() {
        Err(Refusal::InvalidSession)
    } else if method.is_safe() || is_from_own_page(headers) {
        Ok(tokens)
    } else {
        Err(Refusal::ForeignForm)
    }
}
