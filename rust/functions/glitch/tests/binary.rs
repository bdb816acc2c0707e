//! Runs the function's binary as Lambda does.

// Makes clippy treat the helpers as test code.
#![cfg(test)]

use bootstrap_test::Bootstrap;

#[test]
fn each_request_has_a_complete_closing_line() {
    let function = Bootstrap::new(env!("CARGO_BIN_EXE_glitch"), &[("UPLOADS_URL", "https://pictures.example.com")]);
    let requests = [
        (include_str!("../events/http-page.json"), "GET /glitch", 200),
        (include_str!("../events/http.json"), "POST /glitch", 200),
    ];
    function.assert_closing_lines("glitch", &requests);
}
