use std::sync::Arc;
use std::time::SystemTime;

use analytics::{InvalidMoment, Moment};
use reply::Error;

/// A clock that tests can set.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock {
    /// Returns the system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::new(SystemTime::now)
    }

    /// Returns a clock that calls a function.
    #[must_use]
    pub fn new(time: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(time))
    }

    /// Returns the current time.
    ///
    /// # Errors
    /// A time before 1970 or after the year 9999.
    pub fn time(&self) -> Result<Moment, InvalidMoment> {
        Moment::try_from((self.0)())
    }

    /// Returns the time of a request.
    ///
    /// # Errors
    /// A time before 1970 or after the year 9999 fails the request.
    pub fn now(&self) -> Result<Moment, Error> {
        self.time().map_err(Error::internal)
    }
}
