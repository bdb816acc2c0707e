//! The promises about totals, for every kind of store. Each test target provides a store and runs them all.

pub mod bed;
pub mod promises;
pub mod world;

/// Defines a test for every promise, each with new tables.
macro_rules! keep_every_promise {
    ($bed:path $(, #[$attribute:meta])*) => {
        $crate::suite::keep! {
            $bed, [$(#[$attribute])*],
            a_view_counts_in_every_dimension_and_period,
            a_replayed_view_is_counted_once,
            a_hundred_views_of_different_pages_are_counted,
            concurrent_invocations_count_the_same_views_once,
            concurrent_invocations_lose_no_view,
            a_visitor_counts_once_a_day,
            concurrent_invocations_count_a_new_visitor_once,
            a_bot_is_counted_only_as_a_bot,
            a_private_view_counts_no_visitor,
            a_replayed_leave_changes_nothing,
            leaves_in_any_order_count_the_maximum,
            concurrent_leaves_count_the_maximum_of_each,
            a_leave_delivered_before_its_view_counts,
            a_leave_without_view_changes_nothing,
            a_deleted_view_is_not_counted,
            deleted_and_counted_views_are_distinguished,
            a_view_and_its_leaves_may_be_in_one_batch,
            only_the_malformed_record_is_quarantined,
            totals_are_spread_over_shards,
            any_text_is_counted_unchanged,
            drift_is_found_and_repaired,
            a_repair_counts_overdue_views,
        }
    };
}

/// Helper of `keep_every_promise`.
macro_rules! keep {
    ($bed:path, [$($attributes:tt)*], ) => {};
    ($bed:path, [$($attributes:tt)*], $promise:ident, $($rest:tt)*) => {
        #[tokio::test]
        $($attributes)*
        async fn $promise() {
            $crate::suite::promises::$promise($bed(stringify!($promise)).await).await;
        }
        $crate::suite::keep! { $bed, [$($attributes)*], $($rest)* }
    };
}

pub(crate) use {keep, keep_every_promise};
