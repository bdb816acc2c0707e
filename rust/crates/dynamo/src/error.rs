use std::error::Error;
use std::iter;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

/// Transient errors of DynamoDB.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>
const TRANSIENT: [&str; 8] = [
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "ThrottlingException",
    "TransactionInProgressException",
];

/// Maximum length of a message in bytes: some errors quote the whole request.
const MESSAGE_BYTES: usize = 500;

/// Error of a call to a store, as a message.
///
/// A transient error may not happen again on a retry. The operation may have succeeded all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct StoreError {
    message: String,
    is_transient: bool,
}

impl StoreError {
    /// Creates a permanent error, such as an item that cannot be parsed.
    #[expect(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
    pub fn new(cause: impl ToString) -> Self {
        Self { message: cause.to_string(), is_transient: false }
    }

    /// Creates a transient error.
    #[expect(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
    pub fn transient(cause: impl ToString) -> Self {
        Self { message: cause.to_string(), is_transient: true }
    }

    /// Whether a retry may succeed: DynamoDB is slow, unreachable or throttling.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.is_transient
    }
}

/// The message includes the causes, because the SDK's own says only "service error".
impl<E: ProvideErrorMetadata + Error + 'static> From<SdkError<E>> for StoreError {
    fn from(error: SdkError<E>) -> Self {
        let is_transient = match &error {
            SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => true,
            SdkError::ServiceError(context) => {
                context.raw().status().is_server_error()
                    || context.err().code().is_some_and(|code| TRANSIENT.contains(&code))
            }
            _ => false,
        };
        let causes = iter::successors(Some(&error as &dyn Error), |&error| error.source()).map(ToString::to_string);
        let message = causes.collect::<Vec<_>>().join(": ");
        let message = message.split_at(message.floor_char_boundary(MESSAGE_BYTES)).0.to_owned();
        Self { message, is_transient }
    }
}

/// A transient error is a 503 with `retry-after`, and any other a 500.
#[cfg(feature = "reply")]
impl From<StoreError> for reply::Error {
    fn from(error: StoreError) -> Self {
        if error.is_transient() { Self::unavailable(error) } else { Self::internal(error) }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::error::ErrorMetadata;
    use aws_sdk_dynamodb::operation::get_item::GetItemError;
    use aws_sdk_dynamodb::operation::query::QueryError;
    use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn service_error(status: u16, code: &str) -> StoreError {
        let error = QueryError::generic(ErrorMetadata::builder().code(code).message("why").build());
        let status = status.try_into().unwrap_or_else(|_| panic!("{status} is not a status"));
        SdkError::service_error(error, HttpResponse::new(status, SdkBody::empty())).into()
    }

    #[test]
    fn slow_throttled_and_unreachable_stores_are_transient() {
        let errors: [StoreError; 6] = [
            SdkError::<TransactWriteItemsError>::timeout_error("two seconds").into(),
            SdkError::<GetItemError>::dispatch_failure(ConnectorError::io("refused".into())).into(),
            SdkError::<QueryError>::dispatch_failure(ConnectorError::timeout("late".into())).into(),
            service_error(400, "ThrottlingException"),
            service_error(400, "ProvisionedThroughputExceededException"),
            service_error(500, "InternalServerError"),
        ];
        for error in errors {
            assert!(error.is_transient(), "{error:?}");
        }
    }

    #[test]
    fn our_own_mistakes_are_not_transient() {
        let errors: [StoreError; 4] = [
            service_error(400, "ResourceNotFoundException"),
            service_error(400, "AccessDeniedException"),
            SdkError::<QueryError>::construction_failure("no table name").into(),
            StoreError::new("Keys is not a list of strings"),
        ];
        for error in errors {
            assert!(!error.is_transient(), "{error:?}");
        }
    }

    #[test]
    fn a_message_names_the_causes_and_is_bounded() {
        assert!(service_error(400, "AccessDeniedException").to_string().contains("AccessDeniedException"));
        let long = SdkError::<QueryError>::construction_failure("é".repeat(1000));
        let message = StoreError::from(long).to_string();
        assert!((490..=MESSAGE_BYTES).contains(&message.len()), "{}", message.len());
    }
}
