//! Currencies to create, read, replace and delete, with an OpenAPI document and Swagger UI: a web service that knows
//! nothing of what it runs on. `main.rs` runs it on Lambda, `examples/serve.rs` on a port.

mod actions;
mod body;
mod code;
mod currency;
mod cursor;
mod docs;
mod json_body;
mod openapi;
mod page;
mod preconditions;
mod problem;
mod router;
mod routes;
mod settings;
pub mod store;

pub use code::Code;
pub use currency::{Content, Currency};
pub use problem::Problem;
pub use router::{BODY_LIMIT, router};
pub use settings::{InvalidSettings, OAuth, required};
