//! Runs the function's binary as Lambda does.

// Makes clippy treat the helpers as test code.
#![cfg(test)]

use std::process::Command;

use serde_json::Value;

const VARIABLES: [(&str, &str); 6] = [
    ("VIEWS_TABLE", "views"),
    ("TOTALS_TABLE", "totals"),
    ("TOTAL_SHARDS", "1"),
    ("AWS_REGION", "eu-central-1"),
    ("AWS_ACCESS_KEY_ID", "test"),
    ("AWS_SECRET_ACCESS_KEY", "test"),
];

#[test]
fn a_missing_variable_stops_the_start_and_is_named() {
    for (missing, _) in VARIABLES {
        let variables = VARIABLES.into_iter().filter(|(name, _)| *name != missing);
        let mut process = Command::new(env!("CARGO_BIN_EXE_analytics-trigger"));
        let output = process.env_clear().envs(variables).output().unwrap();
        assert!(!output.status.success(), "{missing}");
        let line: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(line["message"], "the function cannot start");
        assert!(line["error"].as_str().unwrap().starts_with(&format!("{missing} is not set. ")), "{line}");
    }
}

#[test]
fn each_batch_has_a_complete_closing_line() {
    let function = bootstrap_test::Bootstrap::new(env!("CARGO_BIN_EXE_analytics-trigger"), &VARIABLES);
    function.assert_closing_line("analytics-trigger", r#"{"Records": []}"#, "success");
}
