//! Runs the function's binary as Lambda does, with a table that is unreachable.

// Makes clippy treat the helpers as test code.
#![cfg(test)]

use bootstrap_test::Bootstrap;

const ENVIRONMENT: [(&str, &str); 5] = [
    ("CURRENCIES_TABLE", "currencies"),
    ("API_URL", "https://api.example.com"),
    ("OAUTH_AUTHORIZATION_URL", "https://sign-in.example.com/oauth2/authorize"),
    ("OAUTH_TOKEN_URL", "https://sign-in.example.com/oauth2/token"),
    ("OAUTH_CLIENT_ID", "client"),
];

#[test]
fn each_request_has_a_complete_closing_line() {
    let function = Bootstrap::new(env!("CARGO_BIN_EXE_currencies"), &ENVIRONMENT);
    let requests = [
        (include_str!("../events/http-openapi.json"), "GET /openapi.json", 200),
        (include_str!("../events/http-docs.json"), "GET /docs", 200),
        (include_str!("../events/http-get.json"), "GET /currencies/{code}", 503),
    ];
    function.assert_closing_lines("currencies", &requests);
}
