use std::env;

use thiserror::Error;
use tracing_subscriber::filter::{LevelFilter, Targets};

/// `RUST_LOG` says something that is no log level.
#[derive(Debug, PartialEq, Eq, Error)]
#[error(
    "RUST_LOG is {value:?}, which is no log level. Use off, error, warn, info, debug or trace, for everything or for a \
     target, as in RUST_LOG=info or RUST_LOG=warn,echo=debug, or leave it out for info."
)]
pub struct InvalidRustLog {
    value: String,
}

/// The levels that the environment asks for.
///
/// # Errors
/// `InvalidRustLog` when any part of the variable is not understood.
pub fn targets() -> Result<Targets, InvalidRustLog> {
    match env::var_os("RUST_LOG") {
        None => Ok(default()),
        Some(value) => parse(&value.to_string_lossy()),
    }
}

/// Info, for everything.
pub fn default() -> Targets {
    Targets::new().with_default(LevelFilter::INFO)
}

fn parse(value: &str) -> Result<Targets, InvalidRustLog> {
    let invalid = || InvalidRustLog { value: value.to_owned() };
    if value.split(',').all(names_a_level) { value.parse().map_err(|_| invalid()) } else { Err(invalid()) }
}

/// `Targets` reads any other word as a target to trace, and nothing at all as the level error.
fn names_a_level(directive: &str) -> bool {
    let level = directive.rsplit('=').next().unwrap_or_default();
    !level.is_empty() && level.parse::<LevelFilter>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_applies_to_everything() {
        assert_eq!(parse("debug").unwrap().default_level(), Some(LevelFilter::DEBUG));
    }

    #[test]
    fn a_level_can_differ_for_a_target() {
        let targets = parse("warn,echo=debug").unwrap();
        assert!(targets.would_enable("echo::handler", &tracing::Level::DEBUG));
        assert!(!targets.would_enable("hyper", &tracing::Level::INFO));
    }

    #[test]
    fn a_misspelt_level_is_refused_with_the_variable_its_value_and_examples() {
        for value in ["inof", "", "info,", "echo=", "echo=verbose", "a=b=info", "info,echo"] {
            let message = parse(value).unwrap_err().to_string();
            assert!(message.contains(&format!("RUST_LOG is {value:?}")), "{message}");
            assert!(message.contains("RUST_LOG=warn,echo=debug"), "{message}");
        }
    }
}
