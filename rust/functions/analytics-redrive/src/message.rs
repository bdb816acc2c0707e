use analytics::Moment;
use serde::Deserialize;

/// A message of the queue.
#[derive(Debug, Deserialize)]
pub struct Message {
    body: String,
}

/// A stream mapping's report of a failed batch.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html>
#[derive(Deserialize)]
struct Report {
    #[serde(rename = "DDBStreamBatchInfo")]
    batch: BatchInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BatchInfo {
    approximate_arrival_of_first_record: String,
    approximate_arrival_of_last_record: String,
}

impl Message {
    /// Returns when the first and the last record of the reported batch arrived.
    ///
    /// # Errors
    /// Why the message is not such a report.
    pub(crate) fn arrivals(&self) -> Result<(Moment, Moment), String> {
        let Report { batch } = serde_json::from_str(&self.body).map_err(|error| error.to_string())?;
        let time = |text: &str| Moment::parse_rfc3339(text).map_err(|error| format!("{text:?}: {error}"));
        Ok((time(&batch.approximate_arrival_of_first_record)?, time(&batch.approximate_arrival_of_last_record)?))
    }
}
