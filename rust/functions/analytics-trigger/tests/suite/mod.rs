//! What the totals promise, whatever they are kept in. Each test target brings a store, and gets them all.

pub mod bed;
pub mod promises;
pub mod world;

/// Makes a test of every promise, each with tables of its own.
macro_rules! keep_every_promise {
    ($bed:path $(, #[$attribute:meta])*) => {
        $crate::suite::keep! {
            $bed, [$(#[$attribute])*],
            a_view_counts_in_every_dimension_of_its_day_week_and_month,
            a_replayed_view_is_counted_once,
            a_hundred_views_of_as_many_pages_are_counted,
            of_concurrent_invocations_with_the_same_views_each_counts_some_and_none_twice,
            concurrent_invocations_with_other_views_lose_none,
            a_visitor_counts_once_a_day,
            a_visitor_who_is_new_to_two_invocations_at_once_counts_once,
            a_bot_is_counted_apart_and_is_no_visitor,
            who_asks_for_privacy_is_a_view_and_no_visitor,
            a_replayed_leave_changes_nothing,
            leaves_in_any_order_come_to_the_most_of_each,
            concurrent_leaves_of_a_view_come_to_the_most_of_each,
            a_leave_that_is_delivered_before_its_view_counts,
            a_leave_of_a_view_that_is_not_there_changes_nothing,
            a_view_that_is_gone_is_not_counted,
            a_view_that_is_gone_is_told_from_one_that_is_counted,
            a_view_and_its_leaves_may_be_in_one_batch,
            a_malformed_record_is_quarantined_and_its_neighbours_are_counted,
            hot_totals_are_spread_over_shards,
            any_text_is_counted_as_it_is,
            drift_is_found_and_repaired,
            views_that_wait_for_more_than_a_day_are_counted_by_a_repair,
        }
    };
}

/// See `keep_every_promise`.
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
