//! Checks the encoding of a body by its headers and its first bytes.

use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};

use crate::Error;

/// Byte order marks; those of UTF-32 come before those of UTF-16 that they start with.
///
/// <https://www.unicode.org/faq/utf_bom.html#bom4>
const BYTE_ORDER_MARKS: [(&[u8], &str); 5] = [
    (b"\xEF\xBB\xBF", "UTF-8"),
    (b"\xFF\xFE\0\0", "UTF-32, little-endian"),
    (b"\0\0\xFE\xFF", "UTF-32, big-endian"),
    (b"\xFF\xFE", "UTF-16, little-endian"),
    (b"\xFE\xFF", "UTF-16, big-endian"),
];

/// Checks that a request's body has no content coding.
///
/// # Errors
/// `UnsupportedCoding`.
pub fn check_coding(headers: &HeaderMap) -> Result<(), Error> {
    let coding = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect::<Vec<_>>()
        .join(", ");
    let is_plain =
        coding.split(',').map(str::trim).all(|coding| coding.is_empty() || coding.eq_ignore_ascii_case("identity"));
    if is_plain { Ok(()) } else { Err(Error::UnsupportedCoding { coding }) }
}

/// Checks that a text body is labeled as UTF-8 and does not start with a byte order mark.
///
/// # Errors
/// `UnsupportedCharset` and `ByteOrderMark`.
pub fn check_text(headers: &HeaderMap, body: &[u8]) -> Result<(), Error> {
    let content_type = headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    if let Some(charset) = content_type.as_deref().and_then(charset).filter(|charset| !is_utf_8(charset)) {
        let detail = format!("The charset {charset:?} is not supported. Send UTF-8.");
        return Err(Error::client(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedCharset", detail));
    }
    match BYTE_ORDER_MARKS.iter().find(|(mark, _)| body.starts_with(mark)) {
        None => Ok(()),
        Some((_, encoding)) => Err(Error::bad_request(
            "ByteOrderMark",
            format!("The body starts with a byte order mark (BOM) of {encoding}. Send UTF-8 without one."),
        )),
    }
}

/// Returns the charset in a content type.
fn charset(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches(['"', '\'']))
    })
}

fn is_utf_8(charset: &str) -> bool {
    ["utf-8", "utf8"].iter().any(|name| charset.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    fn refused(content_type: &str, body: &[u8]) -> Option<(String, String)> {
        let error = check_text(&headers(CONTENT_TYPE, content_type), body).err()?.into_diagnostic();
        Some((error.error_type, error.error_message))
    }

    #[test]
    fn a_body_with_a_content_coding_is_rejected() {
        for coding in ["gzip", "GZIP", "br", "deflate", "zstd", "identity, gzip", "x-thing", "aws-chunked"] {
            let error = check_coding(&headers(CONTENT_ENCODING, coding)).unwrap_err();
            assert!(matches!(&error, Error::UnsupportedCoding { coding: named } if named == coding), "{coding}");
        }
        for coding in ["", "identity", "Identity", " identity , identity"] {
            check_coding(&headers(CONTENT_ENCODING, coding)).unwrap();
        }
        check_coding(&HeaderMap::new()).unwrap();
    }

    #[test]
    fn a_charset_other_than_utf_8_is_rejected_by_name() {
        for charset in ["iso-8859-1", "UTF-16", "\"utf-16le\"", "windows-1252", "shift_jis", "us-ascii", ""] {
            let (error_type, detail) = refused(&format!("application/json; a=b;CharSet = {charset}"), b"{}").unwrap();
            assert_eq!(error_type, "UnsupportedCharset");
            assert!(detail.contains(charset.trim_matches('"')), "{detail}");
        }
        for content_type in [
            "application/json",
            "text/plain; charset=utf-8",
            "text/plain;charset=\"UTF-8\"",
            "a/b; charset=utf8",
            "",
            ";",
        ] {
            assert_eq!(refused(content_type, b"{}"), None, "{content_type}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_named() {
        for (mark, encoding) in BYTE_ORDER_MARKS {
            let (error_type, detail) = refused("application/json", &[mark, b"{}"].concat()).unwrap();
            assert_eq!(error_type, "ByteOrderMark");
            assert!(detail.contains(&format!("(BOM) of {encoding}.")), "{detail}");
        }
        check_text(&HeaderMap::new(), "\u{e9}".as_bytes()).unwrap();
    }
}
