use serde::Serialize;

/// Which records are to be delivered again: the mapping goes back to the first of them, and takes none for success.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// One for each record.
    pub batch_item_failures: Vec<BatchItemFailure>,
}

/// A record to be delivered again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchItemFailure {
    /// Its sequence number; an empty one, of a record that has none, has the whole batch delivered again.
    pub item_identifier: String,
}
