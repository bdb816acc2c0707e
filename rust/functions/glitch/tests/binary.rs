//! The function as Lambda runs it.

// So that clippy takes the helpers for test code, too.
#![cfg(test)]

use bootstrap_test::Bootstrap;

#[test]
fn each_request_ends_with_a_whole_closing_line() {
    let function = Bootstrap::new(env!("CARGO_BIN_EXE_glitch"), &[("UPLOADS_URL", "https://pictures.example.com")]);
    let requests = [
        (include_str!("../events/http-page.json"), "GET /glitch", 200),
        (include_str!("../events/http.json"), "POST /glitch", 200),
    ];
    function.assert_closing_lines("glitch", &requests);
}
