//! The function as Lambda runs it, with a bucket that cannot be reached.

// So that clippy takes the helpers for test code, too.
#![cfg(test)]

use bootstrap_test::Bootstrap;

const ENVIRONMENT: [(&str, &str); 1] = [("UPLOADS_URL", "https://pictures.example.com")];

#[test]
fn an_event_ends_with_a_whole_closing_line() {
    let function = Bootstrap::new(env!("CARGO_BIN_EXE_glitch-uploads"), &ENVIRONMENT);
    function.assert_closing_line("glitch-uploads", r#"{"Records": []}"#, "success");
}
