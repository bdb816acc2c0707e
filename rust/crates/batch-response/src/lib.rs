//! The response of a function that takes batches of a stream or a queue: the items to retry.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>,
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>

use serde::Serialize;

/// The items of a batch to retry. A response without items is a success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub struct BatchResponse {
    /// The items. A stream's mapping goes back to the first of them.
    pub batch_item_failures: Vec<BatchItemFailure>,
}

/// An item to retry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchItemFailure {
    /// Sequence number of a record, or id of a message. An empty one makes the mapping retry the whole batch.
    pub item_identifier: String,
}

/// Creates a response from the identifiers of the items to retry.
impl<I: Into<String>> FromIterator<I> for BatchResponse {
    fn from_iter<T: IntoIterator<Item = I>>(identifiers: T) -> Self {
        let failure = |identifier: I| BatchItemFailure { item_identifier: identifier.into() };
        Self { batch_item_failures: identifiers.into_iter().map(failure).collect() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn items_to_retry_are_named() {
        let response = |identifiers: &[&str]| {
            serde_json::to_value(identifiers.iter().copied().collect::<BatchResponse>()).unwrap()
        };
        assert_eq!(response(&[]), json!({"batchItemFailures": []}));
        let failures = json!([{"itemIdentifier": "1"}, {"itemIdentifier": ""}]);
        assert_eq!(response(&["1", ""]), json!({"batchItemFailures": failures}));
    }
}
