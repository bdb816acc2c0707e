//! Reports on the views of a site in a period, compared with another period.
//!
//! Reports read the totals. Figures that the totals do not contain are computed from stored views, which expire: reports
//! with filters or by hour, the visitors of each row, and the lists of details.

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
pub(crate) use routes::report;
pub use search::SEARCH_CHARACTERS;
pub use unique_visitors::UniqueVisitors;
