use proptest::prelude::*;
use serde_json::json;

use super::*;
use picture::Effect;
use picture::samples::{jpegs, png, png_kinds};

const LIMIT: usize = 20_000;

/// A part of a form: its headers as text, and its bytes.
type Part = (String, Vec<u8>);

fn file(bytes: &[u8]) -> Part {
    let headers = "Content-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n";
    (headers.to_owned(), bytes.to_vec())
}

fn field(name: &str, value: &str) -> Part {
    (format!("Content-Disposition: form-data; name=\"{name}\"\r\n"), value.into())
}

fn form(boundary: &str, parts: &[Part]) -> Vec<u8> {
    let mut body = Vec::new();
    for (headers, bytes) in parts {
        body.extend(format!("--{boundary}\r\n{headers}\r\n").into_bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{boundary}--\r\n").into_bytes());
    body
}

fn read(content_type: &str, query: &str, body: &[u8]) -> Result<Upload, String> {
    let event = json!({
        "version": "2.0", "rawPath": "/glitch", "rawQueryString": query, "headers": {"content-type": content_type},
        "requestContext": {"http": {"method": "POST"}},
        "body": base64_simd::STANDARD.encode_to_string(body), "isBase64Encoded": true,
    });
    let upload = Upload::read(serde_json::from_value(event).unwrap(), LIMIT);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(upload).map_err(|error| error.into_diagnostic().error_type)
}

fn read_form(parts: &[Part]) -> Result<Upload, String> {
    read("multipart/form-data; boundary=XX", "", &form("XX", parts))
}

#[test]
fn a_form_with_one_file_is_accepted() {
    for (name, bytes) in jpegs() {
        let upload = read_form(&[file(&bytes)]).unwrap();
        assert!(upload.file == bytes, "{name}");
        assert_eq!(upload.content_type, "image/jpeg");
    }
}

#[test]
fn options_are_read_from_query_and_form() {
    let upload = read_form(&[field("seed", "7"), file(b"abc"), field("steps", "70")]).unwrap();
    assert_eq!(upload.options, Options { seed: Some(7), steps: 70, effect: Effect::Bytes });
    let twice = read("multipart/form-data; boundary=XX", "seed=7", &form("XX", &[file(b"abc"), field("seed", "8")]));
    assert_eq!(twice.unwrap_err(), "InvalidOption");
}

#[test]
fn any_single_part_is_the_file_unless_empty() {
    let nothing_chosen = "Content-Disposition: form-data; name=\"other\"; filename=\"\"\r\n".to_owned();
    let upload = read_form(&[(nothing_chosen.clone(), vec![]), field("picture", "abc")]).unwrap();
    assert_eq!(
        (upload.file.as_slice(), upload.content_type.as_bytes()),
        (b"abc".as_slice(), b"application/octet-stream".as_slice())
    );
    assert_eq!(read_form(&[(nothing_chosen, vec![])]).unwrap_err(), "NoFile");
    assert_eq!(read_form(&[field("seed", "7")]).unwrap_err(), "NoFile");
    assert_eq!(read_form(&[file(b"")]).unwrap_err(), "EmptyBody");
    assert_eq!(read_form(&[file(b"abc"), file(b"abc")]).unwrap_err(), "SeveralFiles");
}

#[test]
fn other_form_types_and_codings_are_rejected() {
    let body = form("XX", &[file(b"abc")]);
    for content_type in ["multipart/mixed; boundary=XX", "Multipart/Related; boundary=XX", "multipart/form-dat"] {
        assert_eq!(read(content_type, "", &body).unwrap_err(), "UnsupportedForm", "{content_type}");
    }
    for content_type in ["multipart/form-data", "multipart/form-data; boundary=YY", "multipart/form-data; boundary="] {
        assert_eq!(read(content_type, "", &body).unwrap_err(), "InvalidForm", "{content_type}");
    }
    for header in ["Content-Encoding: gzip", "Content-Transfer-Encoding: BASE64"] {
        let (headers, bytes) = file(b"abc");
        assert_eq!(read_form(&[(format!("{headers}{header}\r\n"), bytes)]).unwrap_err(), "UnsupportedCoding");
    }
}

#[test]
fn the_limit_applies_to_the_file_without_the_form() {
    assert_eq!(read_form(&[file(&vec![7; LIMIT])]).unwrap().file.len(), LIMIT);
    assert_eq!(read_form(&[file(&vec![7; LIMIT + 1])]).unwrap_err(), "BodyTooLarge");
    assert_eq!(read_form(&[file(&vec![7; LIMIT + ENVELOPE_LIMIT])]).unwrap_err(), "BodyTooLarge");
    assert_eq!(read("image/jpeg", "", &vec![7; LIMIT + 1]).unwrap_err(), "BodyTooLarge");
}

#[test]
fn the_bytes_of_a_picture_determine_its_type() {
    let (_, jpeg) = &jpegs()[0];
    for given in ["image/png", "text/html", "application/x-www-form-urlencoded", "", "image/né"] {
        assert_eq!(read(given, "", jpeg).unwrap().content_type, "image/jpeg", "{given}");
        assert_eq!(read(given, "", &png(png_kinds()[0])).unwrap().content_type, "image/png", "{given}");
        assert_eq!(read(given, "", b"GIF89a").unwrap().content_type, "image/gif", "{given}");
    }
    for (given, expected) in [
        ("text/plain; charset=utf-8", "text/plain; charset=utf-8"),
        ("", "application/octet-stream"),
        ("application/x-www-form-urlencoded", "application/octet-stream"),
    ] {
        assert_eq!(read(given, "", b"<html>").unwrap().content_type, expected);
    }
}

proptest! {
    #[test]
    fn any_bytes_survive_a_form_unchanged(
        bytes in proptest::collection::vec(any::<u8>(), 1..500),
        boundary in "[A-Za-z0-9'()+_,./:=?-]{20,70}",
    ) {
        let content_type = format!("multipart/form-data; charset=utf-8; boundary=\"{boundary}\"");
        let upload = read(&content_type, "", &form(&boundary, &[file(&bytes)])).unwrap();
        prop_assert_eq!(upload.file, bytes);
    }

    #[test]
    fn no_form_causes_a_panic(body in proptest::collection::vec(proptest::sample::select(b"\r\n-X:;=\"ab".to_vec()), 0..200)) {
        let _ = read("multipart/form-data; boundary=X", "", &body);
    }
}
