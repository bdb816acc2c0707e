use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use http_event::{Request, Response};
use reply::Error;

use crate::options::Options;
use crate::page::page;
use crate::picture;
use crate::random::Random;

/// Bytes of a file, before the glitch and after: with base64 and headers around them they fit into Lambda's 6,291,556.
pub const FILE_LIMIT: usize = 4_500_000;

const X_GLITCH_SEED: HeaderName = HeaderName::from_static("x-glitch-seed");

/// Glitch the body of a POST; a GET gets the page to do it at.
///
/// # Errors
/// `MethodNotAllowed`, `InvalidOption`, `EmptyBody`, `InvalidBase64`, `BodyTooLarge` and `PictureTooLarge` are the
/// client's.
pub async fn handle(request: Request) -> Result<Response, Error> {
    match request.method {
        Method::GET => page(),
        Method::POST => glitch(request),
        _ => Err(Error::method_not_allowed("GET, POST")),
    }
}

fn glitch(request: Request) -> Result<Response, Error> {
    let Options { seed, steps } = Options::of(request.query())?;
    let content_type = content_type(&request.headers);
    let file = request.body.into_bytes(FILE_LIMIT)?;
    if file.is_empty() {
        return Err(Error::bad_request("EmptyBody", "There is nothing to glitch. Send a picture as the body."));
    }
    let seed = seed.map_or_else(getrandom::u64, Ok).map_err(Error::internal)?;
    let glitched = picture::glitched(file, FILE_LIMIT, steps, &mut Random::new(seed))?;
    Ok(Response::bytes(StatusCode::OK, content_type, &glitched)
        .header(X_GLITCH_SEED, seed.into())
        .header(CACHE_CONTROL, HeaderValue::from_static("no-store"))
        // The client chose type and contents: no browser may take them for a page of this site.
        .header(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"))
        .header(CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'")))
}

/// The request's content type, or the general one when it has none that a response can carry.
fn content_type(headers: &HeaderMap) -> HeaderValue {
    let given = headers.get(CONTENT_TYPE).filter(|value| value.to_str().is_ok_and(|text| !text.is_empty()));
    given.cloned().unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

#[cfg(test)]
mod tests;
