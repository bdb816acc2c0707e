use std::env;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

static FUNCTION: OnceLock<Function> = OnceLock::new();

/// The values that all lines of an environment share.
#[derive(Debug, Default)]
pub(crate) struct Function {
    pub(crate) service: &'static str,
    pub(crate) name: String,
    pub(crate) version: String,
    /// In MB.
    pub(crate) memory_size: Option<u32>,
    was_invoked: AtomicBool,
}

impl Function {
    /// Reads the function's variables.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>
    pub(crate) fn set_from_env(service: &'static str) {
        let variable = |name| env::var(name).unwrap_or_default();
        // A second call finds the same environment.
        drop(FUNCTION.set(Self {
            service,
            name: variable("AWS_LAMBDA_FUNCTION_NAME"),
            version: variable("AWS_LAMBDA_FUNCTION_VERSION"),
            memory_size: variable("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").parse().ok(),
            was_invoked: AtomicBool::new(false),
        }));
    }

    /// Returns the function of this environment.
    pub(crate) fn get() -> &'static Self {
        FUNCTION.get_or_init(Self::default)
    }

    /// Whether this is the first invocation in the environment.
    pub(crate) fn is_cold_start(&self) -> bool {
        !self.was_invoked.swap(true, Ordering::Relaxed)
    }
}
