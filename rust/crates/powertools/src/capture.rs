use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, Once, PoisonError};

use serde_json::Value;

use crate::subscriber;

tokio::task_local! {
    static CAPTURED: Arc<Mutex<Vec<u8>>>;
}

/// Runs `work` and returns the lines that it logs instead of writing them, including closing lines of
/// [`observe`](crate::observe). For tests.
///
/// # Errors
/// A line is not JSON.
pub async fn captured<T>(work: impl Future<Output = T>) -> serde_json::Result<(T, Vec<Value>)> {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| subscriber::install_lines("test"));
    let lines = Arc::new(Mutex::default());
    let outcome = CAPTURED.scope(lines.clone(), work).await;
    let lines = std::mem::take(&mut *lines.lock().unwrap_or_else(PoisonError::into_inner));
    let lines = lines.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).map(serde_json::from_slice);
    Ok((outcome, lines.collect::<serde_json::Result<_>>()?))
}

/// Writes a line to the task's capture buffer, or else to stdout.
pub(crate) fn write(line: &[u8]) {
    let captured = CAPTURED.try_with(|lines| lines.lock().unwrap_or_else(PoisonError::into_inner).extend(line));
    if captured.is_err() {
        let _ = io::stdout().lock().write_all(line);
    }
}
