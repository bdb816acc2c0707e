//! One S3 bucket: presigned links to its objects and, with the feature `client`, reads and writes.

mod bucket;
#[cfg(feature = "client")]
mod client;

pub use bucket::{Bucket, LinkError};
#[cfg(feature = "client")]
pub use client::{Client, ObjectError};
