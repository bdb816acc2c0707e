//! Creates, reads, replaces and deletes currencies, with an OpenAPI document and Swagger UI. The crate does not depend
//! on its host: `main.rs` runs it on Lambda, `examples/serve.rs` on a local port.

mod actions;
mod app;
mod code;
mod currency;
mod cursor;
mod docs;
mod oauth;
mod openapi;
mod page;
mod preconditions;
mod routes;
pub mod store;

pub use app::{BODY_LIMIT, app};
pub use code::Code;
pub use currency::{Content, Currency};
pub use oauth::OAuth;
