use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::function::Function;
use crate::invocation::with_current;
use crate::levels::{InvalidLevel, Levels};
use crate::line;

/// Logs to stdout, a JSON object on a line.
///
/// # Errors
/// A variable about levels is not understood; the logs are set up all the same, so that it can be logged.
pub(crate) fn install(service: &'static str) -> Result<(), InvalidLevel> {
    let outcome = Levels::set_from_env();
    install_layer(service);
    outcome
}

pub(crate) fn install_layer(service: &'static str) {
    Function::set_from_env(service);
    tracing_subscriber::registry().with(Lines).init();
}

/// Writes a line whole, so that none is mixed with another. There is nobody to report a failure to.
pub(crate) fn write(line: &[u8]) {
    #[cfg(any(test, feature = "test-util"))]
    crate::capture::write(line);
    #[cfg(not(any(test, feature = "test-util")))]
    let _ = std::io::Write::write_all(&mut std::io::stdout().lock(), line);
}

/// Writes each event as a line.
struct Lines;

impl<S: Subscriber> Layer<S> for Lines {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        Levels::get().interest(metadata)
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        with_current(|invocation| {
            let is_sampled = invocation.is_some_and(|invocation| invocation.is_sampled);
            Levels::get().enables(metadata.target(), *metadata.level(), is_sampled)
        })
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(Levels::get().most())
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        write(&with_current(|invocation| line::of_event(event, invocation)));
    }
}
