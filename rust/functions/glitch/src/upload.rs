//! The file in a request: the body, or the only file of a form.

use std::borrow::Cow;

use futures_util::stream;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, StatusCode};
use http_event::{BodyError, Request};
use multer::bytes::Bytes;
use multer::{Field, Multipart, parse_boundary};
use reply::{Error, check_coding};

use crate::options::{self, Options};

/// Maximum size of a form without its file, in bytes.
const ENVELOPE_LIMIT: usize = 16_384;

const CONTENT_TRANSFER_ENCODING: HeaderName = HeaderName::from_static("content-transfer-encoding");

const HOW: &str = "Send a form with one file, as curl -F file=@picture.jpg does, or the picture as the body.";

#[derive(Debug)]
pub struct Upload {
    /// The bytes, at least one.
    pub file: Vec<u8>,
    /// The type detected from the bytes, or else the client's, if it is a valid header value.
    pub content_type: HeaderValue,
    pub options: Options,
}

impl Upload {
    /// Reads the file of a request, of at most `limit` bytes, and the options in its query and its form.
    ///
    /// # Errors
    /// The client's errors: `InvalidOption`, `EmptyBody`, `InvalidBase64`, `BodyTooLarge`, `InvalidForm`, `NoFile`,
    /// `SeveralFiles`, `UnsupportedForm` and `UnsupportedCoding`.
    pub async fn read(request: Request, limit: usize) -> Result<Self, Error> {
        let query = request.query().into_owned().map(|(name, value)| (name.into(), value.into()));
        let query: Vec<(Cow<'static, str>, Cow<'static, str>)> = query.collect();
        let Form { file, content_type, fields } = match form_type(&request.headers)? {
            Some(boundary) => {
                let body = request.body.into_bytes(limit + ENVELOPE_LIMIT)?;
                Form::read(body, &boundary).await?
            }
            None => Form {
                content_type: request.headers.get(CONTENT_TYPE).cloned(),
                file: request.body.into_bytes(limit)?,
                fields: Vec::new(),
            },
        };
        let options = Options::parse(query.into_iter().chain(fields))?;
        if file.is_empty() {
            return Err(Error::bad_request("EmptyBody", "The body is empty. Send a picture as the body."));
        }
        if file.len() > limit {
            return Err(BodyError::TooLarge { limit, length: file.len() }.into());
        }
        let content_type = content_type_of(&file, content_type);
        Ok(Self { file, content_type, options })
    }
}

/// Returns the boundary of a form, or `None` if the body is the file.
fn form_type(headers: &HeaderMap) -> Result<Option<String>, Error> {
    let content_type = headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let Some(content_type) = content_type.filter(|content_type| starts_with(content_type, "multipart/")) else {
        return Ok(None);
    };
    if !starts_with(&content_type, "multipart/form-data") {
        let detail = format!("Content-Type {content_type:?} is not supported. {HOW}");
        return Err(Error::client(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedForm", detail));
    }
    parse_boundary(content_type).map(Some).map_err(|error| invalid(&error))
}

fn starts_with(content_type: &str, start: &str) -> bool {
    content_type.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start))
}

/// The parts of a form; a body that is not a form is only a file.
struct Form {
    file: Vec<u8>,
    content_type: Option<HeaderValue>,
    fields: Vec<(Cow<'static, str>, Cow<'static, str>)>,
}

impl Form {
    async fn read(body: Vec<u8>, boundary: &str) -> Result<Self, Error> {
        let body = stream::iter([Ok::<_, multer::Error>(Bytes::from(body))]);
        let mut parts = Multipart::new(body, boundary);
        let mut fields = Vec::new();
        let mut file = None;
        while let Some(part) = parts.next_field().await.map_err(|error| invalid(&error))? {
            if let Some(name) = option(&part) {
                // Not as text, which would pull in tables for every charset.
                let value = part.bytes().await.map_err(|error| invalid(&error))?;
                fields.push((name.into(), String::from_utf8_lossy(&value).into_owned().into()));
                continue;
            }
            check_part(part.headers())?;
            let is_unnamed = part.file_name().is_none_or(str::is_empty);
            let content_type = part.headers().get(CONTENT_TYPE).cloned();
            let bytes = part.bytes().await.map_err(|error| invalid(&error))?;
            // Browsers send an empty part for a file input without a file.
            if is_unnamed && bytes.is_empty() {
                continue;
            }
            if file.replace((bytes, content_type)).is_some() {
                return Err(Error::bad_request("SeveralFiles", format!("The form has more than one file. {HOW}")));
            }
        }
        let (bytes, content_type) =
            file.ok_or_else(|| Error::bad_request("NoFile", format!("The form has no file. {HOW}")))?;
        Ok(Self { file: bytes.into(), content_type, fields })
    }
}

/// Returns the option that a part of a form sets; `None` for the file.
fn option(part: &Field<'_>) -> Option<String> {
    let name = part.name().filter(|name| part.file_name().is_none() && options::NAMES.contains(name))?;
    Some(name.to_owned())
}

fn check_part(headers: &HeaderMap) -> Result<(), Error> {
    check_coding(headers)?;
    let coding = headers.get(CONTENT_TRANSFER_ENCODING).map(|value| String::from_utf8_lossy(value.as_bytes()));
    match coding {
        Some(coding) if ["base64", "quoted-printable"].iter().any(|other| coding.eq_ignore_ascii_case(other)) => {
            Err(Error::UnsupportedCoding { coding: coding.into_owned() })
        }
        _ => Ok(()),
    }
}

fn invalid(error: &multer::Error) -> Error {
    Error::bad_request("InvalidForm", format!("The form cannot be read: {error}. {HOW}"))
}

/// Returns the type of a picture by its bytes, and for other files the given type, unless it is a form's or not a valid
/// header value.
fn content_type_of(file: &[u8], given: Option<HeaderValue>) -> HeaderValue {
    if let Some(media_type) = picture::media_type(file) {
        return HeaderValue::from_static(media_type);
    }
    let is_carried = |value: &HeaderValue| {
        value.to_str().is_ok_and(|text| !text.is_empty() && !starts_with(text, "application/x-www-form-urlencoded"))
    };
    given.filter(is_carried).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

#[cfg(test)]
mod tests;
