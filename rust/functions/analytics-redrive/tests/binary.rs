//! Runs the function's binary as Lambda does, with tables that are unreachable.

// Makes clippy treat the helpers as test code.
#![cfg(test)]

use bootstrap_test::Bootstrap;

const ENVIRONMENT: [(&str, &str); 6] = [
    ("VIEWS_TABLE", "views"),
    ("TOTALS_TABLE", "totals"),
    ("TOTAL_SHARDS", "1"),
    ("ANALYTICS_SITES", r#"["https://example.com"]"#),
    ("ANALYTICS_WWW_IS_APEX", "false"),
    ("VIEW_RETENTION_DAYS", "90"),
];

#[test]
fn a_batch_has_a_complete_closing_line() {
    let function = Bootstrap::new(env!("CARGO_BIN_EXE_analytics-redrive"), &ENVIRONMENT);
    function.assert_closing_line("analytics-redrive", r#"{"Records": []}"#, "success");
}
