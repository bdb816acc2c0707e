use std::collections::HashMap;
use std::error::Error;
use std::iter;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::error::ConditionalCheckFailedException;

use crate::StoreError;

/// The condition of a write failed: nothing was written.
#[derive(Debug, Clone, PartialEq)]
pub struct ConditionFailed {
    /// The stored item, if there is one and the request asks for it with `return_values_on_condition_check_failure`.
    pub item: Option<HashMap<String, AttributeValue>>,
}

/// Separates a failed condition from the errors of a write.
///
/// # Errors
/// Any other error of the write.
pub fn conditional<T, E>(written: Result<T, SdkError<E>>) -> Result<Result<T, ConditionFailed>, StoreError>
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let error = match written {
        Ok(output) => return Ok(Ok(output)),
        Err(error) => error,
    };
    // Each operation has an error type of its own, with the same cause.
    let mut causes = iter::successors(Some(&error as &dyn Error), |&error| error.source());
    match causes.find_map(|cause| cause.downcast_ref::<ConditionalCheckFailedException>()) {
        Some(failed) => Ok(Err(ConditionFailed { item: failed.item.clone() })),
        None => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::error::ErrorMetadata;
    use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
    use aws_sdk_dynamodb::operation::put_item::PutItemError;
    use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn refused<E>(error: E) -> Result<Result<(), ConditionFailed>, StoreError>
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let status = 400.try_into().unwrap_or_else(|_| panic!("400 is a status"));
        conditional(Err(SdkError::service_error(error, HttpResponse::new(status, SdkBody::empty()))))
    }

    #[test]
    fn a_failed_condition_of_any_write_has_the_item() {
        let item = HashMap::from([("code".to_owned(), AttributeValue::S("EUR".to_owned()))]);
        let failed = || ConditionalCheckFailedException::builder().set_item(Some(item.clone())).build();
        let expected = Ok(Err(ConditionFailed { item: Some(item.clone()) }));
        assert_eq!(refused(PutItemError::ConditionalCheckFailedException(failed())), expected);
        assert_eq!(refused(UpdateItemError::ConditionalCheckFailedException(failed())), expected);
        assert_eq!(refused(DeleteItemError::ConditionalCheckFailedException(failed())), expected);
    }

    #[test]
    fn other_errors_stay_errors() {
        assert_eq!(conditional(Ok::<_, SdkError<PutItemError>>(7)), Ok(Ok(7)));
        let error = PutItemError::generic(ErrorMetadata::builder().code("ThrottlingException").build());
        assert!(refused(error).unwrap_err().is_transient());
    }
}
