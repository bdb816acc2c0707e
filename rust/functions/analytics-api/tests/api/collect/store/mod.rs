//! The collector's stores, in memory and in DynamoDB. Both keep the same promises.

mod dynamodb;
mod memory;
mod promises;
