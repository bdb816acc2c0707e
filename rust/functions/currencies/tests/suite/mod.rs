//! What clients are promised, whatever the currencies are kept in. Each test target brings a store, and gets them all.

pub mod api;
pub mod conformance;
pub mod promises;

/// Makes a test of every promise, each with a store of its own.
macro_rules! keep_every_promise {
    ($store:path $(, #[$attribute:meta])*) => {
        $crate::suite::keep! {
            $store, [$(#[$attribute])*],
            a_created_currency_can_be_read,
            a_currency_is_created_once,
            put_creates_and_replaces,
            a_replacement_leaves_nothing_of_what_was,
            a_write_over_an_unseen_change_is_refused,
            if_none_match_any_never_replaces,
            if_match_any_never_creates,
            what_is_known_is_not_sent_again,
            a_deleted_currency_is_gone,
            a_currency_that_was_deleted_and_created_again_is_another,
            of_two_concurrent_replacements_exactly_one_wins,
            of_two_concurrent_creations_exactly_one_wins,
            concurrent_replacements_without_conditions_all_arrive_or_say_so,
            a_replacement_and_a_deletion_do_not_both_win,
            a_list_is_in_the_order_of_codes,
            every_page_is_reached_and_none_is_empty,
            ten_thousand_currencies_page_correctly,
            any_text_survives,
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
            $crate::suite::promises::$promise($crate::suite::api::Api::over($store(stringify!($promise)).await)).await;
        }
        $crate::suite::keep! { $store, [$($attributes)*], $($rest)* }
    };
}

pub(crate) use {keep, keep_every_promise};
