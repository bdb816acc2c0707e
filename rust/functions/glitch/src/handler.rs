use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use http_event::{Request, Response};
use reply::Error;

use crate::options::Options;
use crate::page::page;
use crate::picture;
use crate::random::Random;
use crate::upload::Upload;

/// Bytes of a file, before the glitch and after: with base64 and headers around them they fit into Lambda's 6,291,556.
pub const FILE_LIMIT: usize = 4_500_000;

const X_GLITCH_SEED: HeaderName = HeaderName::from_static("x-glitch-seed");

/// Glitches the file of a POST. A GET gets the page to do it at, a HEAD the page's headers.
///
/// # Errors
/// `MethodNotAllowed`, `PictureTooLarge` and those of [`Upload::read`] are the client's.
pub async fn handle(request: Request) -> Result<Response, Error> {
    match request.method {
        Method::GET | Method::HEAD => page(),
        Method::POST => glitch(request).await,
        _ => Err(Error::method_not_allowed("GET, HEAD, POST")),
    }
}

async fn glitch(request: Request) -> Result<Response, Error> {
    let Upload { file, content_type, options: Options { seed, steps, effect } } =
        Upload::read(request, FILE_LIMIT).await?;
    let seed = seed.map_or_else(getrandom::u64, Ok).map_err(Error::internal)?;
    let glitched = picture::glitched(file, FILE_LIMIT, effect, steps, &mut Random::new(seed))?;
    Ok(Response::bytes(StatusCode::OK, content_type, &glitched)
        .header(X_GLITCH_SEED, seed.into())
        .header(CACHE_CONTROL, HeaderValue::from_static("no-store"))
        // The client chose type and contents: no browser may take them for a page of this site.
        .header(CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'")))
}

#[cfg(test)]
mod tests;
