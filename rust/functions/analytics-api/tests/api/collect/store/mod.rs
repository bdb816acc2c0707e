//! The promises of the collector's stores. Each store is tested for all of them.

mod dynamodb;
mod memory;
pub mod promises;

/// Defines a test for every promise, each with a new store.
macro_rules! keep_every_promise {
    ($store:path $(, #[$attribute:meta])*) => {
        $crate::collect::store::keep! {
            $store, [$(#[$attribute])*],
            every_write_is_idempotent,
            a_bucket_has_one_secret_until_it_is_deleted,
            every_older_secret_is_deleted,
            secrets_are_separate_per_site_and_granularity,
            a_day_that_comes_again_has_a_secret,
            values_are_counted_per_source,
            one_of_several_concurrent_secrets_is_accepted,
            a_value_is_known_once_added,
            the_number_of_values_is_capped,
            concurrent_values_are_added_up_to_the_cap,
            values_are_separate_per_site_day_and_dimension,
            a_thousand_values_fit_into_an_item,
            concurrent_marks_are_all_in_a_sketch,
            a_lower_rank_changes_no_register,
            sketches_are_separate_per_site_and_bucket,
        }
    };
}

/// Helper of `keep_every_promise`.
macro_rules! keep {
    ($store:path, [$($attributes:tt)*], ) => {};
    ($store:path, [$($attributes:tt)*], $promise:ident, $($rest:tt)*) => {
        #[tokio::test(flavor = "multi_thread")]
        $($attributes)*
        async fn $promise() {
            $crate::collect::store::promises::$promise($store(stringify!($promise)).await).await;
        }
        $crate::collect::store::keep! { $store, [$($attributes)*], $($rest)* }
    };
}

pub(crate) use {keep, keep_every_promise};
