//! Stands for the crate of this name, of which `woothee` uses one type, and is the engine that the AWS clients bring
//! already.
//!
//! With the real one, a function is 0.4 MB larger as a zip, and its first user agent takes up to 3 ms of a whole CPU
//! instead of 0.2 ms: most of that engine is tables of Unicode and ways to compile patterns that are used once.

pub use regex_lite::Regex;
