use std::panic;

/// Logs a panic as one JSON line with its location and request id, instead of text on stderr.
pub fn log() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(tracing::field::display);
        tracing::error!(place, "panic: {}", panic.payload_as_str().unwrap_or("of an unknown kind"));
    }));
}
