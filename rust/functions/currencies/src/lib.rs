//! Currencies to create, read, replace and delete, with an OpenAPI document and Swagger UI: a web service that knows
//! nothing of what it runs on. `main.rs` runs it on Lambda, `examples/serve.rs` on a port.

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
