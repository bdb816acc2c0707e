use std::sync::OnceLock;
use std::time::SystemTime;

use bucket::Bucket;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use http_event::{Request, Response};
use reply::Error;

use crate::options::Options;
use crate::page::Page;
use crate::upload::Upload;
use crate::uploads::links;
use picture::{Random, glitched};

/// Maximum size of a file in bytes, before and after: with base64 and headers it fits into Lambda's 6,291,556.
pub const FILE_LIMIT: usize = 4_500_000;

const UPLOADS: &str = "/glitch/uploads";

const X_GLITCH_SEED: HeaderName = HeaderName::from_static("x-glitch-seed");

/// The service, with the bucket for uploads of larger pictures.
#[derive(Debug)]
pub struct Glitch {
    bucket: Bucket,
    /// Built on first use, because most environments only serve POST requests.
    page: OnceLock<Page>,
}

impl Glitch {
    #[must_use]
    pub fn new(bucket: Bucket) -> Self {
        Self { bucket, page: OnceLock::new() }
    }

    /// Handles a request: POST glitches a file or returns upload links, GET returns the HTML document, and HEAD its
    /// headers.
    ///
    /// # Errors
    /// The client's errors: `MethodNotAllowed`, `PictureTooLarge` and those of [`Upload::read`] and [`links`].
    pub async fn handle(&self, request: Request) -> Result<Response, Error> {
        let is_upload = request.path.ends_with(UPLOADS);
        match request.method {
            Method::POST if is_upload => links(&request, &self.bucket, SystemTime::now()),
            _ if is_upload => Err(Error::method_not_allowed("POST")),
            Method::GET | Method::HEAD => self.page(),
            Method::POST => glitch(request).await,
            _ => Err(Error::method_not_allowed("GET, HEAD, POST")),
        }
    }

    fn page(&self) -> Result<Response, Error> {
        if let Some(page) = self.page.get() {
            return Ok(page.response());
        }
        let page = Page::new(&self.bucket.origin()).map_err(Error::internal)?;
        Ok(self.page.get_or_init(|| page).response())
    }
}

async fn glitch(request: Request) -> Result<Response, Error> {
    let Upload { file, content_type, options: Options { seed, steps, effect } } =
        Upload::read(request, FILE_LIMIT).await?;
    let seed = seed.map_or_else(getrandom::u64, Ok).map_err(Error::internal)?;
    let glitched = glitched(file, FILE_LIMIT, effect, steps, &mut Random::new(seed))
        .map_err(|error| Error::too_large("PictureTooLarge", error.to_string()))?;
    Ok(Response::bytes(StatusCode::OK, content_type, &glitched)
        .header(X_GLITCH_SEED, seed.into())
        .header(CACHE_CONTROL, HeaderValue::from_static("no-store"))
        // The client chose the type and contents: browsers must not treat them as a document of this site.
        .header(CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'")))
}

#[cfg(test)]
mod tests;
