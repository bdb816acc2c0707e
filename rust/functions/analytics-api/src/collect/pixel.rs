//! A picture that counts a view on pages without scripts: `<img src=".../analytics/pv.gif?path=/about">`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ORIGIN, REFERER};
use http::{HeaderMap, HeaderValue, Method, Uri};
use http_service::with_error;
use reply::Error;

use super::Collector;
use super::address::Address;
use super::client::Client;
use super::routes::count_refused;
use super::visit::Visit;

/// One transparent pixel, <https://www.w3.org/Graphics/GIF/spec-gif89a.txt>.
const GIF: [u8; 43] = *b"GIF89a\
    \x01\x00\x01\x00\x80\x00\x00\
    \x00\x00\x00\xff\xff\xff\
    \x21\xf9\x04\x01\x00\x00\x00\x00\
    \x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\
    \x02\x02\x44\x01\x00\
    \x3b";

/// Counts a view. Every response is a picture, because browsers show anything else as a broken image.
///
/// HEAD requests are not counted.
pub async fn view(
    State(collector): State<Arc<Collector>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    client: Client,
) -> Response {
    let counted = if method == Method::HEAD {
        Ok(())
    } else {
        let counted = count(&collector, uri.query().unwrap_or_default(), &headers, client).await;
        counted.inspect_err(count_refused)
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("image/gif")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (super::CROSS_ORIGIN_RESOURCE_POLICY, super::ANY_ORIGIN),
    ];
    match counted {
        Ok(()) => (headers, GIF.as_slice()).into_response(),
        Err(error) => with_error((error.status(), headers, GIF.as_slice()).into_response(), error),
    }
}

/// Counts the page in the query, or else the page in `referer`, which Firefox and Safari reduce to the origin.
async fn count(collector: &Collector, query: &str, headers: &HeaderMap, client: Client) -> Result<(), Error> {
    let header = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let page = header(REFERER).and_then(Address::parse);
    let tracked = collector.site_of(page.map(|page| page.origin).or_else(|| header(ORIGIN)))?;
    let site = &tracked.site;
    let parameter = |wanted| form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted);
    let referrer = parameter("referrer").map(|(_, referrer)| referrer).unwrap_or_default();
    let visit = match (parameter("path"), page) {
        (Some((_, path)), _) => Visit::from_path(site, &path, query, &referrer),
        (None, Some(page)) => Visit::from_address(site, &page, &referrer),
        (None, None) => Visit::from_path(site, "", query, &referrer),
    };
    collector.view(tracked, visit, client).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Removes and returns the first bytes.
    fn take<'a>(bytes: &mut &'a [u8], count: usize) -> &'a [u8] {
        let (taken, rest) = bytes.split_at(count);
        *bytes = rest;
        taken
    }

    #[test]
    fn the_picture_is_one_transparent_pixel() {
        let bytes = &mut GIF.as_slice();
        assert_eq!(take(bytes, 6), b"GIF89a");
        let screen = take(bytes, 7);
        assert_eq!((&screen[..2], &screen[2..4]), (&[1, 0][..], &[1, 0][..]), "width and height");
        assert_eq!(screen[4], 0b1000_0000, "a table of two colors");
        take(bytes, 6);

        assert_eq!(take(bytes, 3), [0x21, 0xf9, 4], "a graphic control extension");
        let control = take(bytes, 5);
        assert_eq!(control[0] & 1, 1, "one color is transparent");
        let (transparent, end) = (control[3], control[4]);
        assert_eq!(end, 0);

        assert_eq!(take(bytes, 1), [0x2c], "an image");
        assert_eq!(take(bytes, 9), [0, 0, 0, 0, 1, 0, 1, 0, 0], "at 0, 0, size 1 by 1, without a local table");
        let (code_size, length) = (take(bytes, 1)[0], take(bytes, 1)[0]);
        let data = take(bytes, length.into());
        let bits = data.iter().rev().fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte));
        let width = code_size + 1;
        let codes: Vec<u32> = (0..3).map(|code| bits >> (code * width) & ((1 << width) - 1)).collect();
        let (clear, end) = (1 << code_size, (1 << code_size) + 1);
        assert_eq!(codes, [clear, transparent.into(), end], "LZW of one transparent pixel");
        assert_eq!(take(bytes, 2), [0, 0x3b], "the ends of the image and of the picture");
        assert!(bytes.is_empty());
    }
}
