//! The event by which S3 reports an object.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html>

use serde::Deserialize;

/// Objects that were created; none in the event that tests a new notification.
#[derive(Debug, Deserialize)]
pub struct Event {
    #[serde(rename = "Records", default)]
    pub records: Vec<Record>,
}

/// An object that was created.
#[derive(Debug, Deserialize)]
pub struct Record {
    pub s3: Entity,
}

/// What happened in S3.
#[derive(Debug, Deserialize)]
pub struct Entity {
    pub object: Object,
}

/// An object. Keys of uploads have no character that S3 encodes.
#[derive(Debug, Deserialize)]
pub struct Object {
    pub key: String,
}
