use serde_json::json;

use super::*;

/// Returns the invalid fields, with the rules that they violate.
fn refused(body: &Value) -> Vec<(String, &'static str)> {
    match Creation::parse(body.to_string().as_bytes()) {
        Err(Error::Invalid { error_type: "InvalidCurrency", errors }) => {
            errors.into_iter().map(|error| (error.field, error.rule)).collect()
        }
        other => panic!("{body}: {other:?}"),
    }
}

fn gold() -> Value {
    json!({"code": "XAU", "name": "Gold", "symbol": "XAU", "minorUnits": null})
}

fn with(field: &str, value: Value) -> Value {
    let mut body = gold();
    body[field] = value;
    body
}

fn without(field: &str) -> Value {
    let mut body = gold();
    body.as_object_mut().unwrap().remove(field);
    body
}

#[test]
fn a_currency_is_parsed() {
    let creation = Creation::parse(gold().to_string().as_bytes()).unwrap();
    let code = Code::parse("XAU").unwrap();
    assert_eq!(creation, Creation { code, name: "Gold".to_owned(), symbol: "XAU".to_owned(), minor_units: None });
}

#[test]
fn any_unicode_text_within_the_limit_is_accepted() {
    for name in ["x", " ", "né 日本 😀", "e\u{301}", "\u{202E}", &"😀".repeat(100)] {
        assert_eq!(Creation::parse(with("name", json!(name)).to_string().as_bytes()).unwrap().name, name);
    }
}

#[test]
fn minor_units_are_0_to_4_or_null() {
    for (value, expected) in [(json!(0), Some(0)), (json!(4), Some(4)), (json!(2.0), Some(2)), (json!(null), None)] {
        let creation = Creation::parse(with("minorUnits", value).to_string().as_bytes()).unwrap();
        assert_eq!(creation.minor_units, expected);
    }
    assert_eq!(Creation::parse(without("minorUnits").to_string().as_bytes()).unwrap().minor_units, None);
}

#[test]
fn an_invalid_field_is_reported_with_its_rule() {
    for (field, value, rule) in [
        ("code", json!("eur"), "pattern"),
        ("code", json!("ÉUR"), "pattern"),
        ("code", json!(978), "type"),
        ("name", json!(""), "length"),
        ("name", json!("x".repeat(101)), "length"),
        ("name", json!("a\nb"), "pattern"),
        ("name", json!("\u{85}"), "pattern"),
        ("name", json!(null), "type"),
        ("symbol", json!("€".repeat(11)), "length"),
        ("symbol", json!(["€"]), "type"),
        ("minorUnits", json!(5), "range"),
        ("minorUnits", json!(-1), "range"),
        ("minorUnits", json!(2.5), "range"),
        ("minorUnits", json!(u64::MAX), "range"),
        ("minorUnits", json!("2"), "type"),
        ("version", json!(1), "readOnly"),
        ("color", json!(null), "unknown"),
    ] {
        assert_eq!(refused(&with(field, value.clone())), [(field.to_owned(), rule)], "{value}");
    }
    for field in ["code", "name", "symbol"] {
        assert_eq!(refused(&without(field)), [(field.to_owned(), "required")]);
    }
}

#[test]
fn every_invalid_field_is_reported_in_one_response() {
    let refused = refused(&json!({"code": "eur", "symbol": "", "minorUnits": 9, "color": "red"}));
    let fields: Vec<&str> = refused.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["code", "name", "symbol", "minorUnits", "color"]);
}

#[test]
fn a_duplicate_field_is_rejected() {
    let body = br#"{"code": "XAU", "name": "Gold", "name": "Silver", "symbol": "XAU"}"#;
    let diagnostic = Creation::parse(body).unwrap_err().into_diagnostic();
    assert!(diagnostic.error_message.contains("name is given more than once"), "{}", diagnostic.error_message);
}

#[test]
fn a_replacement_has_no_code() {
    let diagnostic = Content::parse(gold().to_string().as_bytes()).unwrap_err().into_diagnostic();
    assert!(diagnostic.error_message.contains("code is in the path"), "{}", diagnostic.error_message);
    assert!(Content::parse(without("code").to_string().as_bytes()).is_ok());
}
