use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use http_service::App;

use crate::docs::{self, Docs};
use crate::store::Store;
use crate::{OAuth, routes};

/// Maximum length of a request body in bytes; a currency in JSON has at most about 1,500, with every character escaped.
pub const BODY_LIMIT: usize = 16_384;

/// Returns the service over a store, with its public URL.
pub fn app(store: Arc<dyn Store>, oauth: OAuth, api_url: String) -> App {
    let currencies = Router::new()
        .route("/currencies", get(routes::list).post(routes::create))
        .route("/currencies/{code}", get(routes::read).put(routes::replace).delete(routes::delete))
        .with_state(store);
    let documentation = Router::new()
        .route("/openapi.json", get(docs::document))
        .route("/docs", get(docs::page))
        .route("/docs/{file}", get(docs::file))
        .with_state(Arc::new(Docs::new(oauth, api_url)));
    App::new(currencies.merge(documentation), BODY_LIMIT)
}
