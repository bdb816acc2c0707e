//! The S3 event notification of a created object.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html>

use serde::Deserialize;

/// Created objects; the test event of a new notification has none.
#[derive(Debug, Deserialize)]
pub struct Event {
    #[serde(rename = "Records", default)]
    pub records: Vec<Record>,
}

#[derive(Debug, Deserialize)]
pub struct Record {
    pub s3: Entity,
}

#[derive(Debug, Deserialize)]
pub struct Entity {
    pub object: Object,
}

/// Keys of uploads contain no characters that S3 encodes.
#[derive(Debug, Deserialize)]
pub struct Object {
    pub key: String,
}
