//! The promises of the collector's stores. Each store has tests of all of them.

mod dynamodb;
mod memory;
pub mod promises;

/// Makes a test of every promise, each with a store of its own.
macro_rules! keep_every_promise {
    ($store:path $(, #[$attribute:meta])*) => {
        $crate::collect::store::keep! {
            $store, [$(#[$attribute])*],
            every_write_may_be_repeated,
            a_day_has_one_secret_until_it_is_deleted,
            every_older_secret_is_deleted,
            what_sources_bring_is_counted_apart,
            of_secrets_offered_at_once_exactly_one_is_taken,
            a_value_is_known_from_when_it_is_noted,
            no_more_values_are_known_than_the_most,
            values_noted_at_once_are_all_known_and_no_more_than_the_most,
            values_of_other_sites_days_and_dimensions_are_known_apart,
            a_thousand_values_fit,
        }
    };
}

/// See `keep_every_promise`.
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
