//! The function as Lambda runs it, with tables that cannot be reached.

// So that clippy takes the helpers for test code, too.
#![cfg(test)]

use bootstrap_test::Bootstrap;

const ENVIRONMENT: [(&str, &str); 6] = [
    ("VIEWS_TABLE", "views"),
    ("TOTALS_TABLE", "totals"),
    ("STATE_TABLE", "state"),
    ("ANALYTICS_SITES", r#"["https://example.com"]"#),
    ("ANALYTICS_WWW_IS_APEX", "false"),
    ("VIEW_RETENTION_DAYS", "90"),
];

#[test]
fn a_night_without_tables_ends_with_a_whole_closing_line() {
    let function = Bootstrap::new(env!("CARGO_BIN_EXE_analytics-recount"), &ENVIRONMENT);
    function.assert_closing_line("analytics-recount", "{}", "error");
}
