//! Reports: what was counted of a site in a period, and in the one before.
//!
//! A report is read from the totals. One of a part of the views, such as those of a page, is folded from the views
//! themselves, which are kept for some time only.

mod csv;
mod document;
mod figures;
mod filter;
mod period;
mod query;
mod reader;
mod reports;
mod routes;
pub mod store;

pub use document::{List, Numbers, Point, Report, Sources};
pub use filter::Filter;
pub use reports::Reports;
pub use routes::routes;
