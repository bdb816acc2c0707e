//! Rules for the dependencies of the functions.

const LOCK_FILE: &str = include_str!("../../../Cargo.lock");

/// Returns all values of a key in the lock file.
fn values(key: &str) -> impl Iterator<Item = &'static str> {
    let start = format!("{key} = ");
    LOCK_FILE.lines().filter_map(move |line| line.strip_prefix(&start)).map(|value| value.trim_matches('"'))
}

#[test]
fn no_function_links_the_systems_openssl() {
    assert!(values("name").any(|name| name == "lambda_runtime"));
    for name in values("name") {
        assert!(!["native-tls", "openssl", "openssl-sys"].contains(&name), "{name}: use rustls");
    }
}

#[test]
fn every_crate_comes_from_the_default_registry() {
    for source in values("source") {
        assert_eq!(source, "registry+https://github.com/rust-lang/crates.io-index");
    }
}
