//! Which lines are logged: by `RUST_LOG`, and for a sample of invocations those of the level debug too.

use std::env;
use std::sync::OnceLock;

use thiserror::Error;
use tracing::subscriber::Interest;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{LevelFilter, Targets};

use crate::function::Function;

static LEVELS: OnceLock<Levels> = OnceLock::new();

/// The rate, from 0 to 1, of invocations whose lines of the level debug are logged; Powertools' name for it.
const SAMPLE_RATE: &str = "POWERTOOLS_LOGGER_SAMPLE_RATE";

/// Crates whose lines of the level debug have sizes, names and durations only.
const WITHOUT_CONTENTS: [&str; 3] = ["dynamo", "http_service", "powertools"];

/// A variable about levels is not understood.
#[derive(Debug, PartialEq, Error)]
pub(crate) enum InvalidLevel {
    /// `RUST_LOG`.
    #[error(
        "RUST_LOG is {0:?}, which is no log level. Use off, error, warn, info, debug or trace, for everything or for a \
         target, as in RUST_LOG=info or RUST_LOG=warn,echo=debug, or leave it out for info."
    )]
    RustLog(String),
    /// The sample rate.
    #[error(
        "{SAMPLE_RATE} is {0:?}. Set a number from 0 to 1, as in 0.01 for one of a hundred, or leave it out for 0."
    )]
    SampleRate(String),
}

/// The levels of an environment.
#[derive(Debug)]
pub(crate) struct Levels {
    targets: Targets,
    sample: Share,
}

/// A share of invocations, in parts per million: parsing a float would take a fifth of what logs add to a binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Share(u64);

impl Share {
    const NONE: Self = Self(0);
    const MILLION: u64 = 1_000_000;

    /// Parses a number from 0 to 1, such as `0.01`; digits after the sixth do not count.
    fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !is_number(fraction) {
            return None;
        }
        let digits: String = fraction.chars().chain("000000".chars()).take(6).collect();
        let parts = whole.parse::<u64>().ok()?.checked_mul(Self::MILLION)?.checked_add(digits.parse().ok()?)?;
        (parts <= Self::MILLION).then_some(Self(parts))
    }

    fn contains(self, hash: u32) -> bool {
        u64::from(hash) * Self::MILLION < self.0 << u32::BITS
    }
}

impl Default for Levels {
    /// Info, for everything.
    fn default() -> Self {
        Self::new(Targets::new().with_default(LevelFilter::INFO), Share::NONE)
    }
}

impl Levels {
    /// Reads the levels that the environment asks for.
    ///
    /// # Errors
    /// The variable that is not understood; then the default holds.
    pub(crate) fn set_from_env() -> Result<(), InvalidLevel> {
        let variable = |name| env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        let (levels, outcome) = match Self::parse(variable("RUST_LOG"), variable(SAMPLE_RATE)) {
            Ok(levels) => (levels, Ok(())),
            Err(error) => (Self::default(), Err(error)),
        };
        // A second call finds the same environment.
        drop(LEVELS.set(levels));
        outcome
    }

    /// Returns the levels of this environment.
    pub(crate) fn get() -> &'static Self {
        LEVELS.get_or_init(Self::default)
    }

    fn parse(rust_log: Option<String>, sample_rate: Option<String>) -> Result<Self, InvalidLevel> {
        let targets = match rust_log {
            None => Targets::new().with_default(LevelFilter::INFO),
            Some(value) if value.split(',').all(names_a_level) => {
                value.parse().map_err(|_| InvalidLevel::RustLog(value))?
            }
            Some(value) => return Err(InvalidLevel::RustLog(value)),
        };
        let sample = match sample_rate.filter(|value| !value.is_empty()) {
            None => Share::NONE,
            Some(value) => Share::parse(&value).ok_or(InvalidLevel::SampleRate(value))?,
        };
        Ok(Self::new(targets, sample))
    }

    fn new(targets: Targets, sample: Share) -> Self {
        let targets = without_contents(targets)
            // Logs every error that a handler returns, and panics without their message. Returned errors are the caller's
            // mistakes, or logged already; panics are logged by our hook.
            .with_target("lambda_runtime::layers::panic", LevelFilter::OFF);
        Self { targets, sample }
    }

    /// Whether an invocation is in the sample: by its id, which is random.
    pub(crate) fn is_sampled(&self, request_id: &str) -> bool {
        // FNV-1a, https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
        let hash =
            request_id.bytes().fold(0x811C_9DC5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        self.sample.contains(hash)
    }

    /// Whether a line is logged.
    pub(crate) fn enables(&self, target: &str, level: Level, is_sampled: bool) -> bool {
        self.targets.would_enable(target, &level) || (is_sampled && is_in_sample(target, level))
    }

    /// Whether a line of this kind is always, sometimes or never logged: what never is costs nothing.
    pub(crate) fn interest(&self, metadata: &Metadata<'_>) -> Interest {
        if self.targets.would_enable(metadata.target(), metadata.level()) {
            Interest::always()
        } else if self.sample != Share::NONE && is_in_sample(metadata.target(), *metadata.level()) {
            Interest::sometimes()
        } else {
            Interest::never()
        }
    }

    /// The finest level that is ever logged.
    pub(crate) fn most(&self) -> LevelFilter {
        let configured = self.targets.iter().map(|(_, level)| level).chain(self.targets.default_level()).max();
        let sampled = if self.sample == Share::NONE { LevelFilter::OFF } else { LevelFilter::DEBUG };
        configured.unwrap_or(LevelFilter::OFF).max(sampled)
    }
}

/// Libraries log requests whole at debug, with what must be in no log: a sample has only lines of the service's own crate,
/// and of those that log no contents.
fn is_in_sample(target: &str, level: Level) -> bool {
    let root = target.split("::").next().unwrap_or_default();
    let is_own = || root.bytes().map(|byte| if byte == b'_' { b'-' } else { byte }).eq(Function::get().service.bytes());
    level <= Level::DEBUG && (WITHOUT_CONTENTS.contains(&root) || is_own())
}

/// What these trace are whole events, with addresses, agents, tokens and passwords, and whole items, with keys and
/// secrets. Whoever wants that names them: to trace everything is not enough.
fn without_contents(targets: Targets) -> Targets {
    let at_most_debug = targets.default_level().unwrap_or(LevelFilter::OFF).min(LevelFilter::DEBUG);
    let named: Vec<String> = targets.iter().map(|(name, _)| name.to_owned()).collect();
    let unnamed = ["lambda_runtime::layers::api_response", "aws_smithy_runtime"]
        .into_iter()
        .filter(|target| !named.iter().any(|name| name == target));
    targets.with_targets(unnamed.map(|target| (target, at_most_debug)))
}

/// `Targets` reads any other word as a target to trace, and nothing at all as the level error.
fn names_a_level(directive: &str) -> bool {
    let level = directive.rsplit('=').next().unwrap_or_default();
    !level.is_empty() && level.parse::<LevelFilter>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTENTS: [&str; 2] = ["lambda_runtime::layers::api_response", "aws_smithy_runtime::client::orchestrator"];

    fn levels(rust_log: &str) -> Levels {
        Levels::parse(Some(rust_log.to_owned()), None).unwrap()
    }

    fn sampled(rate: &str) -> Result<Levels, InvalidLevel> {
        Levels::parse(None, Some(rate.to_owned()))
    }

    #[test]
    fn a_level_can_differ_for_a_target() {
        let levels = levels("warn,echo=debug");
        assert!(levels.enables("echo::handler", Level::DEBUG, false));
        assert!(!levels.enables("hyper", Level::INFO, false));
        assert_eq!(levels.most(), LevelFilter::DEBUG);
    }

    #[test]
    fn a_misspelt_level_is_refused_with_the_variable_its_value_and_examples() {
        for value in ["inof", "", "info,", "echo=", "echo=verbose", "a=b=info", "info,echo"] {
            let message = Levels::parse(Some(value.to_owned()), None).unwrap_err().to_string();
            assert!(message.contains(&format!("RUST_LOG is {value:?}")), "{message}");
            assert!(message.contains("RUST_LOG=warn,echo=debug"), "{message}");
        }
    }

    #[test]
    fn a_rate_that_is_none_is_refused_by_name() {
        for value in ["x", "-0.1", "1.1", "NaN", "10%", ".5", "1.", "1e-3", "+1"] {
            let message = sampled(value).unwrap_err().to_string();
            assert!(message.starts_with(&format!("POWERTOOLS_LOGGER_SAMPLE_RATE is {value:?}.")), "{message}");
        }
        assert!(sampled("").is_ok());
    }

    #[test]
    fn contents_of_requests_and_tables_are_not_traced_with_everything() {
        let everything = levels("trace");
        assert!(everything.enables("lambda_runtime::layers", Level::TRACE, false));
        for target in CONTENTS {
            assert!(!everything.enables(target, Level::TRACE, true), "{target}");
            assert!(everything.enables(target, Level::DEBUG, false), "{target}");
        }
        assert!(levels("lambda_runtime::layers::api_response=trace").enables(CONTENTS[0], Level::TRACE, false));
    }

    #[test]
    fn a_sample_has_about_its_share_of_the_invocations() {
        let share = |rate| {
            let levels = sampled(rate).unwrap();
            (0..10_000).filter(|number| levels.is_sampled(&format!("id-{number}"))).count()
        };
        assert_eq!((share("0"), share("1")), (0, 10_000));
        assert!((900..1100).contains(&share("0.1")), "{}", share("0.1"));
    }

    #[test]
    fn a_sample_has_no_contents() {
        let levels = sampled("1").unwrap();
        assert!(levels.enables("dynamo::client", Level::DEBUG, true));
        assert!(!levels.enables("dynamo::client", Level::DEBUG, false));
        for (target, level) in [
            ("dynamo", Level::TRACE),
            ("hyper", Level::DEBUG),
            (CONTENTS[0], Level::DEBUG),
            (CONTENTS[1], Level::DEBUG),
        ] {
            assert!(!levels.enables(target, level, true), "{target} {level}");
        }
    }
}
