use std::error::Error;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::get_item::GetItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::query::QueryError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;

use crate::Failure;

/// Errors of DynamoDB that end by themselves.
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

/// Whether a failure ends by itself: DynamoDB is slow, cannot be reached, or throttles.
#[must_use]
pub fn is_unavailable(failure: &Failure) -> bool {
    let failure: &(dyn Error + Send + Sync + 'static) = failure.as_ref();
    is_transient::<GetItemError>(failure)
        || is_transient::<PutItemError>(failure)
        || is_transient::<UpdateItemError>(failure)
        || is_transient::<DeleteItemError>(failure)
        || is_transient::<QueryError>(failure)
}

fn is_transient<E: ProvideErrorMetadata + Error + Send + Sync + 'static>(
    failure: &(dyn Error + Send + Sync + 'static),
) -> bool {
    match failure.downcast_ref::<SdkError<E>>() {
        Some(SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_)) => true,
        Some(SdkError::ServiceError(error)) => {
            error.raw().status().is_server_error() || error.err().code().is_some_and(|code| TRANSIENT.contains(&code))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::error::ErrorMetadata;
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn service_error(status: u16, code: &str) -> Failure {
        let error = QueryError::generic(ErrorMetadata::builder().code(code).build());
        let status = status.try_into().unwrap_or_else(|_| panic!("{status} is no status"));
        SdkError::service_error(error, HttpResponse::new(status, SdkBody::empty())).into()
    }

    #[test]
    fn a_store_that_is_slow_throttles_or_cannot_be_reached_is_unavailable() {
        let failures: [Failure; 6] = [
            SdkError::<QueryError>::timeout_error("two seconds").into(),
            SdkError::<GetItemError>::dispatch_failure(ConnectorError::io("refused".into())).into(),
            SdkError::<UpdateItemError>::dispatch_failure(ConnectorError::timeout("late".into())).into(),
            service_error(400, "ThrottlingException"),
            service_error(400, "ProvisionedThroughputExceededException"),
            service_error(500, "InternalServerError"),
        ];
        for failure in failures {
            assert!(is_unavailable(&failure), "{failure:?}");
        }
    }

    #[test]
    fn a_mistake_of_ours_is_not() {
        let failures: [Failure; 4] = [
            service_error(400, "ResourceNotFoundException"),
            service_error(400, "AccessDeniedException"),
            SdkError::<QueryError>::construction_failure("no table name").into(),
            "Keys is no list of strings".into(),
        ];
        for failure in failures {
            assert!(!is_unavailable(&failure), "{failure:?}");
        }
    }
}
