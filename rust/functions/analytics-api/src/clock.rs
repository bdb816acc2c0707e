use std::sync::Arc;
use std::time::SystemTime;

use analytics::{InvalidMoment, Moment};
use reply::Error;

/// What tells the time; in tests, any time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock {
    /// The system's.
    #[must_use]
    pub fn system() -> Self {
        Self::of(SystemTime::now)
    }

    /// A clock that shows what a function returns.
    #[must_use]
    pub fn of(time: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(time))
    }

    /// The time.
    ///
    /// # Errors
    /// A time before 1970 or after the year 9999.
    pub fn time(&self) -> Result<Moment, InvalidMoment> {
        Moment::try_from((self.0)())
    }

    /// The time, for a request: without it, the request fails.
    ///
    /// # Errors
    /// A time before 1970 or after the year 9999 is our failure.
    pub fn now(&self) -> Result<Moment, Error> {
        self.time().map_err(Error::internal)
    }
}
