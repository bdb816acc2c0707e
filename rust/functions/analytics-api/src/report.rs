//! Reports: what was counted of a site in a period, and in the one that it is compared with.
//!
//! A report is read from the totals. What they do not have is counted from the views, which expire after some time: reports
//! with filters or by hour, visitors of rows, and the lists of details.

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
mod unique_visitors;

pub use column::Column;
pub use compare::Compare;
pub use document::{Coverage, List, Numbers, Point, Report, Sources};
pub use figures::Row;
pub use named::Named;
pub use period::By;
pub use query::PAGE_ROWS;
pub use reports::Reports;
pub(crate) use routes::routes;
pub use unique_visitors::UniqueVisitors;
