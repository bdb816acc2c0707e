use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::filter::LevelFilter;

use crate::function::Function;
use crate::invocation::current;
use crate::levels::{InvalidLevel, Levels};
use crate::line;

/// Logs to stdout, one JSON object per line.
///
/// # Errors
/// A level variable is invalid. Logging is set up all the same, so that the error can be logged.
pub(crate) fn install(service: &'static str) -> Result<(), InvalidLevel> {
    let outcome = Levels::set_from_env();
    install_lines(service);
    outcome
}

pub(crate) fn install_lines(service: &'static str) {
    Function::set_from_env(service);
    // Only tests have set another subscriber, on purpose.
    drop(tracing::subscriber::set_global_default(Lines));
}

/// Writes a whole line at once, so that lines do not interleave. A write error cannot be reported anywhere.
pub(crate) fn write(line: &[u8]) {
    #[cfg(any(test, feature = "test-util"))]
    crate::capture::write(line);
    #[cfg(not(any(test, feature = "test-util")))]
    let _ = std::io::Write::write_all(&mut std::io::stdout().lock(), line);
}

/// Writes each event as a line. Spans are ignored; lines have the invocation's fields instead.
///
/// It does not use the registry that layers need, which is a third of what logging adds to a binary.
struct Lines;

impl Subscriber for Lines {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if metadata.is_event() { Levels::get().interest(metadata) } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let is_sampled = || current().is_some_and(|invocation| invocation.is_sampled());
        metadata.is_event() && Levels::get().enables(metadata.target(), *metadata.level(), is_sampled())
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(Levels::get().most())
    }

    fn event(&self, event: &Event<'_>) {
        write(&line::of_event(event, current().as_deref()));
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
