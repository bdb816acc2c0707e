//! Log levels: `RUST_LOG`, and level debug for a sample of invocations.

use std::env;
use std::sync::OnceLock;
use std::time::SystemTime;

use thiserror::Error;
use tracing::subscriber::Interest;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{LevelFilter, Targets};

use crate::debug_header::{self, InvalidKey, PublicKey};
use crate::function::Function;

static LEVELS: OnceLock<Levels> = OnceLock::new();

/// The rate, from 0 to 1, of invocations that log at level debug; the name is that of Powertools.
const SAMPLE_RATE: &str = "POWERTOOLS_LOGGER_SAMPLE_RATE";

/// Crates whose debug lines contain only sizes, names and durations.
const WITHOUT_CONTENTS: [&str; 3] = ["dynamo", "http_service", "powertools"];

/// Error of an invalid level or sample rate.
#[derive(Debug, PartialEq, Error)]
pub(crate) enum InvalidLevel {
    #[error(
        "RUST_LOG is {0:?}, which is not a log level. Use off, error, warn, info, debug or trace, for everything or for a \
         target, as in RUST_LOG=info or RUST_LOG=warn,echo=debug, or leave it out for info."
    )]
    RustLog(String),
    #[error("{SAMPLE_RATE} is {0:?}. Set a number from 0 to 1, for example 0.01 for one in a hundred, or remove it.")]
    SampleRate(String),
    #[error(transparent)]
    PublicKey(#[from] InvalidKey),
}

#[derive(Debug)]
pub(crate) struct Levels {
    targets: Targets,
    sample: Share,
    debug_key: Option<PublicKey>,
}

/// A share of invocations, in parts per million. Parsing a float would increase the size that logs add to a binary by a
/// fifth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Share(u64);

impl Share {
    const NONE: Self = Self(0);
    const MILLION: u64 = 1_000_000;

    /// Parses a number from 0 to 1, such as `0.01`; digits after the sixth are ignored.
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
    /// Info for all targets.
    fn default() -> Self {
        Self::new(Targets::new().with_default(LevelFilter::INFO), Share::NONE, None)
    }
}

impl Levels {
    /// Sets the levels from the environment.
    ///
    /// # Errors
    /// The invalid variable; the default is then used for it.
    pub(crate) fn set_from_env() -> Result<(), InvalidLevel> {
        let variable = |name| env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        let (levels, outcome) =
            match Self::parse(variable("RUST_LOG"), variable(SAMPLE_RATE), variable(debug_header::VARIABLE)) {
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

    fn parse(
        rust_log: Option<String>,
        sample_rate: Option<String>,
        debug_key: Option<String>,
    ) -> Result<Self, InvalidLevel> {
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
        let debug_key = debug_key.filter(|key| !key.is_empty()).map(|key| PublicKey::parse(&key)).transpose()?;
        Ok(Self::new(targets, sample, debug_key))
    }

    fn new(targets: Targets, sample: Share, debug_key: Option<PublicKey>) -> Self {
        let targets = without_contents(targets)
            // This target logs every error that a handler returns, and panics without their message. Returned errors
            // are client errors or logged already; panics are logged by our hook.
            .with_target("lambda_runtime::layers::panic", LevelFilter::OFF);
        Self { targets, sample, debug_key }
    }

    /// Whether the holder of the stack's key has signed this header for the current time.
    pub(crate) fn is_signed(&self, header: &[u8]) -> bool {
        self.debug_key.as_ref().is_some_and(|key| key.permits(header, SystemTime::now()))
    }

    /// Whether invocations exist that log at debug whatever the levels are.
    fn has_exceptions(&self) -> bool {
        self.sample != Share::NONE || self.debug_key.is_some()
    }

    /// Whether an invocation is in the sample, decided by a hash of its random id.
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

    /// Whether lines of this callsite are always, sometimes or never logged; tracing disables those that never are.
    pub(crate) fn interest(&self, metadata: &Metadata<'_>) -> Interest {
        if self.targets.would_enable(metadata.target(), metadata.level()) {
            Interest::always()
        } else if self.has_exceptions() && is_in_sample(metadata.target(), *metadata.level()) {
            Interest::sometimes()
        } else {
            Interest::never()
        }
    }

    /// The most verbose level that is ever logged.
    pub(crate) fn most(&self) -> LevelFilter {
        let configured = self.targets.iter().map(|(_, level)| level).chain(self.targets.default_level()).max();
        let sampled = if self.has_exceptions() { LevelFilter::DEBUG } else { LevelFilter::OFF };
        configured.unwrap_or(LevelFilter::OFF).max(sampled)
    }
}

/// Libraries log whole requests at level debug, including secrets. A sample contains only lines of the service's own
/// crate and of crates that log no contents.
fn is_in_sample(target: &str, level: Level) -> bool {
    let root = target.split("::").next().unwrap_or_default();
    let is_own = || root.bytes().map(|byte| if byte == b'_' { b'-' } else { byte }).eq(Function::get().service.bytes());
    level <= Level::DEBUG && (WITHOUT_CONTENTS.contains(&root) || is_own())
}

/// Disables trace lines of libraries that log whole events, with addresses, user agents, tokens and passwords, and
/// whole items, with keys and secrets. Only a directive that names such a target enables them.
fn without_contents(targets: Targets) -> Targets {
    let at_most_debug = targets.default_level().unwrap_or(LevelFilter::OFF).min(LevelFilter::DEBUG);
    let named: Vec<String> = targets.iter().map(|(name, _)| name.to_owned()).collect();
    let unnamed = ["lambda_runtime::layers::api_response", "aws_smithy_runtime"]
        .into_iter()
        .filter(|target| !named.iter().any(|name| name == target));
    targets.with_targets(unnamed.map(|target| (target, at_most_debug)))
}

/// `Targets` parses any other word as a target to trace, and an empty string as the level error.
fn names_a_level(directive: &str) -> bool {
    let level = directive.rsplit('=').next().unwrap_or_default();
    !level.is_empty() && level.parse::<LevelFilter>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTENTS: [&str; 2] = ["lambda_runtime::layers::api_response", "aws_smithy_runtime::client::orchestrator"];

    fn levels(rust_log: &str) -> Levels {
        Levels::parse(Some(rust_log.to_owned()), None, None).unwrap()
    }

    fn sampled(rate: &str) -> Result<Levels, InvalidLevel> {
        Levels::parse(None, Some(rate.to_owned()), None)
    }

    #[test]
    fn a_level_can_differ_for_a_target() {
        let levels = levels("warn,echo=debug");
        assert!(levels.enables("echo::handler", Level::DEBUG, false));
        assert!(!levels.enables("hyper", Level::INFO, false));
        assert_eq!(levels.most(), LevelFilter::DEBUG);
    }

    #[test]
    fn an_invalid_level_is_rejected_with_examples() {
        for value in ["inof", "", "info,", "echo=", "echo=verbose", "a=b=info", "info,echo"] {
            let message = Levels::parse(Some(value.to_owned()), None, None).unwrap_err().to_string();
            assert!(message.contains(&format!("RUST_LOG is {value:?}")), "{message}");
            assert!(message.contains("RUST_LOG=warn,echo=debug"), "{message}");
        }
    }

    #[test]
    fn an_invalid_sample_rate_is_rejected() {
        for value in ["x", "-0.1", "1.1", "NaN", "10%", ".5", "1.", "1e-3", "+1"] {
            let message = sampled(value).unwrap_err().to_string();
            assert!(message.starts_with(&format!("POWERTOOLS_LOGGER_SAMPLE_RATE is {value:?}.")), "{message}");
        }
        assert!(sampled("").is_ok());
    }

    #[test]
    fn tracing_all_targets_does_not_log_contents() {
        let everything = levels("trace");
        assert!(everything.enables("lambda_runtime::layers", Level::TRACE, false));
        for target in CONTENTS {
            assert!(!everything.enables(target, Level::TRACE, true), "{target}");
            assert!(everything.enables(target, Level::DEBUG, false), "{target}");
        }
        assert!(levels("lambda_runtime::layers::api_response=trace").enables(CONTENTS[0], Level::TRACE, false));
    }

    #[test]
    fn a_sample_has_its_share_of_invocations() {
        let share = |rate| {
            let levels = sampled(rate).unwrap();
            (0..10_000).filter(|number| levels.is_sampled(&format!("id-{number}"))).count()
        };
        assert_eq!((share("0"), share("1")), (0, 10_000));
        assert!((900..1100).contains(&share("0.1")), "{}", share("0.1"));
    }

    #[test]
    fn a_sample_logs_no_contents() {
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
