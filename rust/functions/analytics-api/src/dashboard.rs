//! The page `/analytics`: the dashboard of a site.
//!
//! All of its state is in the query of its URL, and it works without a script: all controls are links or forms. Its
//! numbers are those of `/analytics/report` for the same query, read by the same code. Names in it, such as paths and
//! referrers, come from strangers.

mod chart;
mod controls;
mod figures;
mod lists;
mod page_query;
mod routes;
mod text;
mod tracker;
mod view;

pub(crate) use routes::page;
