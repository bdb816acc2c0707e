//! The promises to clients, for every kind of store. Each test target provides a store and runs them all.

pub mod api;
pub mod conformance;
pub mod promises;

/// Defines a test for every promise, each with a new store.
macro_rules! keep_every_promise {
    ($store:path $(, #[$attribute:meta])*) => {
        $crate::suite::keep! {
            $store, [$(#[$attribute])*],
            a_created_currency_can_be_read,
            a_currency_is_created_once,
            put_creates_and_replaces,
            a_replacement_removes_all_old_fields,
            a_write_over_an_unseen_change_is_rejected,
            if_none_match_any_never_replaces,
            if_match_any_never_creates,
            a_current_copy_is_not_sent_again,
            a_deleted_currency_is_gone,
            a_recreated_currency_has_a_new_version,
            one_of_two_concurrent_replacements_succeeds,
            one_of_two_concurrent_creations_succeeds,
            concurrent_unconditional_replacements_succeed_or_report_a_conflict,
            a_replacement_and_a_deletion_do_not_both_succeed,
            a_list_is_in_the_order_of_codes,
            pages_are_complete_and_never_empty,
            ten_thousand_currencies_page_correctly,
            any_text_survives,
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
            $crate::suite::promises::$promise($crate::suite::api::Api::over($store(stringify!($promise)).await)).await;
        }
        $crate::suite::keep! { $store, [$($attributes)*], $($rest)* }
    };
}

pub(crate) use {keep, keep_every_promise};
