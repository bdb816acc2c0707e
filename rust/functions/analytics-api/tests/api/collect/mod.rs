//! Collecting views as a page, a beacon or a picture sees it, over the store in memory.

mod api;
mod caps;
mod leaves;
mod pictures;
mod privacy;
mod requests;
mod script;
mod spy;
mod store;
mod views;
