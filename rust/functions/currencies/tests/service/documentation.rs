//! The OpenAPI document and Swagger UI.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::sync::Arc;

use crate::api::{API_URL, Api, oauth};
use crate::conformance::document;
use base64_simd::STANDARD;
use currencies::store::memory::Memory;
use flate2::read::GzDecoder;
use regex_lite::Regex;
use serde_json::{Value, json};

fn api() -> Api {
    Api::over(Arc::new(Memory::default()))
}

/// Returns each operation with its path and its method.
fn operations(document: &Value) -> Vec<(&String, &String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |(method, op)| (path, method, op)))
        .collect()
}

#[test]
fn every_operation_documents_its_scope() {
    let document = document();
    let found: Vec<_> = operations(&document)
        .into_iter()
        .map(|(path, method, operation)| {
            (path.as_str(), method.as_str(), operation["operationId"].as_str().unwrap(), &operation["security"])
        })
        .collect();
    let (read, write) = (json!([{"oauth2": ["currencies/read"]}]), json!([{"oauth2": ["currencies/write"]}]));
    let expected = [
        ("/currencies", "get", "listCurrencies", &read),
        ("/currencies", "post", "createCurrency", &write),
        ("/currencies/{code}", "delete", "deleteCurrency", &write),
        ("/currencies/{code}", "get", "readCurrency", &read),
        ("/currencies/{code}", "put", "replaceCurrency", &write),
    ];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn exactly_the_documented_operations_are_served() {
    let document = document();
    let api = api();
    for (path, item) in document["paths"].as_object().unwrap() {
        let answer = api.ask("PATCH", &path.replace("{code}", "EUR"), &[], "").await;
        let allowed = answer.headers["allow"].as_str().unwrap().to_lowercase();
        let allowed: BTreeSet<&str> = allowed.split(", ").filter(|method| *method != "head").collect();
        let described = item.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(allowed, described, "{path}");
    }
}

#[test]
fn the_document_is_openapi_3_1_with_contact_and_license() {
    let document = document();
    assert_eq!((&document["openapi"], &document["servers"]), (&json!("3.1.0"), &json!([{"url": API_URL}])));
    assert_eq!(document["info"]["license"], json!({"name": "Apache License 2.0", "identifier": "Apache-2.0"}));
    assert!(document["info"]["contact"]["name"].is_string());
    let tags: Vec<&Value> = document["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    assert!(operations(&document).iter().all(|(_, _, operation)| operation["tags"] == json!(tags)));
    assert!(document["paths"].as_object().unwrap().keys().all(|path| path.starts_with("/currencies")));
}

#[test]
fn every_operation_documents_gateway_and_server_errors() {
    for (path, method, operation) in operations(&document()) {
        for status in ["401", "403", "429", "500", "503"] {
            assert!(operation["responses"][status]["content"].is_object(), "{method} {path} {status}");
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            assert!(!response["description"].as_str().unwrap().is_empty(), "{method} {path} {status}");
        }
    }
}

#[test]
fn every_reference_resolves() {
    let document = document();
    let mut references = 0;
    visit(&document, &mut |value| {
        if let Some(reference) = value["$ref"].as_str() {
            references += 1;
            assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
        }
    });
    assert!(references > 20);
}

fn visit(value: &Value, see: &mut impl FnMut(&Value)) {
    see(value);
    match value {
        Value::Array(items) => items.iter().for_each(|item| visit(item, see)),
        Value::Object(fields) => fields.values().for_each(|field| visit(field, see)),
        _ => {}
    }
}

#[tokio::test]
async fn the_server_is_the_called_host_as_absolute_url() {
    for (domain, server) in [
        (json!("a1b2c3.execute-api.eu-central-1.amazonaws.com"), API_URL),
        (json!("a1b2c3.execute-api.localhost"), API_URL),
        (json!("api.example.com"), "https://api.example.com"),
        (Value::Null, API_URL),
    ] {
        let event = json!({
            "version": "2.0", "rawPath": "/openapi.json", "rawQueryString": "",
            "requestContext": {"http": {"method": "GET"}, "domainName": domain},
        });
        let response = api().invoke(event).await;
        let document: Value = serde_json::from_str(response["body"].as_str().unwrap()).unwrap();
        assert_eq!(document["servers"], json!([{"url": server}]));
    }
}

#[test]
fn request_bodies_are_closed_and_response_bodies_open() {
    let document = document();
    for (name, closed) in
        [("CurrencyContent", true), ("CurrencyCreation", true), ("Currency", false), ("Problem", false)]
    {
        let schema = &document["components"]["schemas"][name];
        assert_eq!(schema["additionalProperties"] == false, closed, "{name}");
        assert!(schema["example"].is_object(), "{name}");
    }
    for name in ["Page", "FieldError", "GatewayMessage"] {
        assert!(document["components"]["schemas"][name].get("additionalProperties").is_none(), "{name}");
    }
}

#[tokio::test]
async fn documented_parameters_are_the_parsed_ones() {
    let document = document();
    let pattern = |name: &str| {
        let mut found = Vec::new();
        visit(&document, &mut |value| {
            if value["name"] == name && value["in"].is_string() {
                found.push(value["schema"]["pattern"].as_str().unwrap().to_owned());
            }
        });
        found.dedup();
        let [pattern] = found.try_into().unwrap();
        Regex::new(&pattern).unwrap()
    };
    let api = api();
    for cursor in ["", "EUR", "QUVEaDXhQA", "QUVEaDXhQ", "QUVEaDXhQA="] {
        let answer = api.get(&format!("/currencies?cursor={cursor}")).await;
        assert!(pattern("cursor").is_match(cursor) || answer.status == 400, "{cursor}");
    }
    for name in ["if-match", "if-none-match"] {
        for tags in
            ["", "*", "\"7\"", "W/\"7\"", "\"7\", \"8\"", "\"7\" , W/\"a,b\"", "\"\"", "7", "\"7", "\"7\",*", ","]
        {
            let answer = api.send("GET", "/currencies/EUR", &[(name, tags)], "").await;
            assert_eq!(pattern(name).is_match(tags), answer.status == 404, "{name}: {tags}");
        }
    }
}

#[test]
fn users_sign_in_by_code_and_machines_by_secret() {
    let document = document();
    let scheme = &document["components"]["securitySchemes"]["oauth2"];
    assert_eq!(scheme["type"], "oauth2");
    for flow in ["authorizationCode", "clientCredentials"] {
        let flow = &scheme["flows"][flow];
        assert_eq!(flow["tokenUrl"], oauth().token_url);
        let scopes: Vec<&String> = flow["scopes"].as_object().unwrap().keys().collect();
        assert_eq!(scopes, ["currencies/read", "currencies/write"]);
    }
    assert_eq!(scheme["flows"]["authorizationCode"]["authorizationUrl"], oauth().authorization_url);
}

#[tokio::test]
async fn swagger_ui_has_no_inline_script_or_foreign_origin() {
    let page = api().ask("GET", "/docs", &[], "").await;
    assert_eq!((page.status, &page.headers["content-type"]), (200, &json!("text/html; charset=utf-8")));
    for start in page.text.split("<script").skip(1) {
        assert!(start.starts_with(" src=\"docs/") && start.contains("\"></script>"), "{start}");
    }
    assert!(!page.text.contains("//") && !page.text.contains("=\"/") && !page.text.contains("<style"), "{}", page.text);
    assert!(page.text.contains("<noscript>") && page.text.contains("<a href=\"openapi.json\">"));
    let policy = page.headers["content-security-policy"].as_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    assert!(policy.contains("connect-src 'self' https://sign-in.example.com;"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
}

#[tokio::test]
async fn every_file_is_served_with_and_without_compression() {
    let api = api();
    let page = api.ask("GET", "/docs", &[], "").await.text;
    let files: Vec<&str> = page.split("=\"docs/").skip(1).map(|start| start.split('"').next().unwrap()).collect();
    assert_eq!(files, ["swagger-ui.css", "favicon-32x32.png", "swagger-ui-bundle.js", "start.js"]);
    for file in files.into_iter().chain(["oauth2-redirect.html", "oauth2-redirect.js"]) {
        let path = format!("/docs/{file}");
        let plain = api.ask("GET", &path, &[], "").await;
        assert_eq!(plain.status, 200, "{file}");
        assert!(plain.headers["content-security-policy"].is_string());
        assert!(plain.headers.get("content-encoding").is_none());

        let packed = api.ask("GET", &path, &[("accept-encoding", "br, gzip")], "").await;
        if packed.headers.get("content-encoding").is_some() {
            let mut unpacked = Vec::new();
            let bytes = STANDARD.decode_to_vec(&packed.text).unwrap();
            GzDecoder::new(bytes.as_slice()).read_to_end(&mut unpacked).unwrap();
            assert!(unpacked == plain.text.as_bytes() || unpacked == STANDARD.decode_to_vec(&plain.text).unwrap());
        } else {
            assert_eq!(file, "start.js");
        }
    }
}

#[tokio::test]
async fn the_start_script_uses_pkce_without_a_secret() {
    let script = api().ask("GET", "/docs/start.js", &[], "").await;
    assert_eq!(script.headers["content-type"], "text/javascript; charset=utf-8");
    let client_id = json!(oauth().client_id).to_string();
    for expected in [
        &format!("clientId: {client_id},"),
        "usePkceWithAuthorizationCodeGrant: true",
        "url: \"openapi.json\"",
        "new URL(\"docs/oauth2-redirect.html\", window.location.href).href",
    ] {
        assert!(script.text.contains(expected), "{expected} is not in {}", script.text);
    }
    assert!(!script.text.to_lowercase().contains("secret"));
}
