//! Reports: what was counted of a site in a period, and in the one before.
//!
//! A report is read from the totals. A report with filters is counted from the views, which expire after some time.

mod column;
mod compare;
mod csv;
mod details;
mod document;
mod figures;
mod filter;
mod named;
mod period;
mod query;
mod reader;
mod reports;
mod routes;
mod search;

pub use column::Column;
pub use compare::Compare;
pub use document::{Coverage, List, Numbers, Point, Report, Sources};
pub use figures::Row;
pub use named::Named;
pub use period::By;
pub use query::PAGE_ROWS;
pub use reports::Reports;
pub(crate) use routes::routes;
