//! Replaces the crate `regex` by the engine that the AWS clients already bring. `woothee` uses one type of it.
//!
//! With the real crate, a function's zip is 0.4 MB larger and its first user agent takes up to 3 ms of a full CPU
//! instead of 0.2 ms, mostly for Unicode tables and for compiling patterns that are used once.

pub use regex_lite::Regex;
