//! The page `/analytics`: what is counted of a site, for people.
//!
//! All of its state is in the query of its address, and it works without a script: what can be chosen is a link or a
//! form. Its numbers are those of `/analytics/report` for the same query, read by the same code. All names in it,
//! such as paths and referrers, are what strangers sent.

mod asked;
mod chart;
mod controls;
mod figures;
mod lists;
mod routes;
mod text;
mod tracker;
mod view;

pub(crate) use routes::routes;
