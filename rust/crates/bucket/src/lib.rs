//! One bucket of S3: presigned links to its objects and, with the feature `client`, the objects.

mod bucket;
#[cfg(feature = "client")]
mod client;

pub use bucket::{Bucket, LinkError};
#[cfg(feature = "client")]
pub use client::{Client, ObjectError};
