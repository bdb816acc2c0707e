use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks a mutex. No code that can panic runs under a lock of this crate, so a poisoned one guards consistent data.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
