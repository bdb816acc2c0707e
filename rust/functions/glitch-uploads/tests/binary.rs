//! Runs the function's binary as Lambda does, with a bucket that is unreachable.

// Makes clippy treat the helpers as test code.
#![cfg(test)]

use bootstrap_test::Bootstrap;

const ENVIRONMENT: [(&str, &str); 1] = [("UPLOADS_URL", "https://pictures.example.com")];

#[test]
fn an_event_has_a_complete_closing_line() {
    let function = Bootstrap::new(env!("CARGO_BIN_EXE_glitch-uploads"), &ENVIRONMENT);
    function.assert_closing_line("glitch-uploads", r#"{"Records": []}"#, "success");
}
