use std::convert::Infallible;
use std::future::{poll_fn, ready};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::map_request;
use axum::response::Response;
use axum::routing::MethodRouter;
use http::StatusCode;
use reply::Error;
use tower_service::Service;

use crate::{Problem, edge};

/// A service as every host runs it: its routes, wrapped in the layer that all services share.
///
/// It is a tower service, so `axum::serve` accepts it too.
#[derive(Debug, Clone)]
pub struct App {
    router: Router,
    body_limit: usize,
}

impl App {
    /// Creates a service from routes that accept bodies of at most `body_limit` bytes.
    #[must_use]
    pub fn new(routes: Router, body_limit: usize) -> Self {
        Self { router: routes.fallback(no_route).method_not_allowed_fallback(method_not_allowed), body_limit }
    }

    pub async fn respond(&self, request: Request) -> Response {
        let mut router = self.router.clone();
        edge::serve(request, async |mut request| {
            BodyLimit(self.body_limit).set(&mut request);
            let Ok(()) = poll_fn(|context| Service::<Request>::poll_ready(&mut router, context)).await;
            let Ok(response) = router.call(request).await;
            response
        })
        .await
    }

    pub(crate) fn body_limit(&self) -> usize {
        self.body_limit
    }
}

impl Service<Request> for App {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let app = self.clone();
        Box::pin(async move { Ok(app.respond(request).await) })
    }
}

/// Maximum length of a body in bytes, as a request extension.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimit(pub(crate) usize);

impl BodyLimit {
    fn set(self, request: &mut Request) {
        DefaultBodyLimit::max(self.0).apply(request);
        request.extensions_mut().insert(self);
    }
}

/// Limits the bodies of a route to `limit` bytes, instead of the service's limit.
pub fn with_body_limit<S: Clone + Send + Sync + 'static>(route: MethodRouter<S>, limit: usize) -> MethodRouter<S> {
    route.layer(map_request(move |mut request: Request| {
        BodyLimit(limit).set(&mut request);
        ready(request)
    }))
}

/// Returns the response for a path without a route.
pub async fn no_route() -> Problem {
    let detail = "No route matches this path. The outputs of the stack list the routes.";
    Error::client(StatusCode::NOT_FOUND, "NoRoute", detail).into()
}

/// Returns the error for a method that the route does not support; the router adds `allow`.
async fn method_not_allowed() -> Problem {
    // The edge fills in the methods from that header.
    Error::method_not_allowed("").into()
}
