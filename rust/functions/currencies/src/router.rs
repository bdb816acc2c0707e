use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Response;
use axum::routing::get;
use http::HeaderValue;
use http::header::X_CONTENT_TYPE_OPTIONS;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::docs::{self, Docs};
use crate::store::Store;
use crate::{BODY_LIMIT, OAuth, openapi, routes};

/// The service over a store, called at `api_url`. What it answers with an error is told by `http-service`.
pub fn router(store: Arc<dyn Store>, oauth: OAuth, api_url: String) -> Router {
    let (currencies, document) = OpenApiRouter::with_openapi(openapi::frame(&oauth))
        .routes(routes!(routes::list, routes::create))
        .routes(routes!(routes::read, routes::replace, routes::delete))
        .split_for_parts();
    let documentation = Router::new()
        .route("/openapi.json", get(docs::document))
        .route("/docs", get(docs::page))
        .route("/docs/{file}", get(docs::file))
        .with_state(Arc::new(Docs::new(openapi::with_closed_requests(document), oauth, api_url)));
    currencies
        .with_state(store)
        .merge(documentation)
        .fallback(http_service::no_route)
        .method_not_allowed_fallback(http_service::no_method)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(axum::middleware::map_response(no_sniffing))
}

/// No answer is to be taken for another type than it says.
async fn no_sniffing(mut response: Response) -> Response {
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
