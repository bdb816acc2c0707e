//! The parts of the OpenAPI document that the routes do not declare.

use std::collections::BTreeMap;

use reply::{FieldError, Problem};
use serde_json::json;
use utoipa::openapi::schema::{AdditionalProperties, Object, ObjectBuilder, Type};
use utoipa::openapi::security::{AuthorizationCode, ClientCredentials, Flow, OAuth2, Scopes, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ContactBuilder, Content, InfoBuilder, LicenseBuilder, OpenApi as OpenApiDocument, Ref, RefOr, Response,
    ResponseBuilder, Schema,
};
use utoipa::{IntoResponses, OpenApi, PartialSchema as _, ToSchema};

use crate::currency::{Content as CurrencyContent, Creation};
use crate::{OAuth, routes};

/// The tag of all operations.
pub const TAG: &str = "currencies";

#[derive(OpenApi)]
#[openapi(paths(routes::list, routes::create, routes::read, routes::replace, routes::delete))]
struct Operations;

/// Returns the document without a server.
pub fn document(oauth: &OAuth) -> OpenApiDocument {
    let mut document = Operations::openapi();
    document.info = InfoBuilder::new()
        .title("Currencies")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("Currencies by ISO 4217 code, to create, read, replace and delete."))
        .contact(Some(ContactBuilder::new().name(Some("The maintainers of rust-serverless")).build()))
        .license(Some(LicenseBuilder::new().name("Apache License 2.0").identifier(Some("Apache-2.0")).build()))
        .build();
    document.tags = Some(vec![TagBuilder::new().name(TAG).description(Some("Currencies by their codes.")).build()]);
    let components = document.components.get_or_insert_default();
    let schemas = &mut components.schemas;
    schemas.insert(Problem::name().into_owned(), Problem::schema());
    schemas.insert(FieldError::name().into_owned(), FieldError::schema());
    schemas.insert(GATEWAY_MESSAGE.to_owned(), gateway_message().into());
    // Request bodies are closed: unknown fields are errors. Response bodies are open, so that existing clients accept
    // new fields.
    for request in [Creation::name(), CurrencyContent::name()] {
        if let Some(RefOr::T(Schema::Object(object))) = schemas.get_mut(request.as_ref()) {
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
    }
    components.security_schemes.insert("oauth2".to_owned(), security_scheme(oauth).into());
    document
}

fn security_scheme(OAuth { authorization_url, token_url, .. }: &OAuth) -> SecurityScheme {
    let scopes = || {
        Scopes::from_iter([("currencies/read", "List and read currencies"), ("currencies/write", "Change currencies")])
    };
    SecurityScheme::OAuth2(OAuth2::with_description(
        [
            Flow::AuthorizationCode(AuthorizationCode::new(authorization_url, token_url, scopes())),
            Flow::ClientCredentials(ClientCredentials::new(token_url, scopes())),
        ],
        "Users sign in with the authorization code flow and PKCE; machines use the client credentials flow.",
    ))
}

/// API Gateway's response to a request that it rejects, or that the service does not answer.
const GATEWAY_MESSAGE: &str = "GatewayMessage";

fn gateway_message() -> Object {
    let message = ObjectBuilder::new().schema_type(Type::String).description(Some("Why."));
    ObjectBuilder::new()
        .description(Some("A response of API Gateway, not of the service."))
        .property("message", message)
        .required("message")
        .examples([json!({"message": "Unauthorized"})])
        .build()
}

/// The responses that every operation may return.
pub struct Always;

impl IntoResponses for Always {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        BTreeMap::from([
            gateway("401", "The access token is missing or invalid."),
            gateway("403", "The access token lacks the scope of this operation."),
            gateway("429", "Too many requests. Try again later."),
            either("500", "The service failed."),
            either(
                "503",
                "The service is busy, or did not respond in time. Try again after the seconds in retry-after, if any.",
            ),
        ])
    }
}

/// The responses that every operation with a body may return.
pub struct Body;

impl IntoResponses for Body {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        BTreeMap::from([
            problem("400", "The body is not JSON, or a header is invalid."),
            either("413", "The body is too large."),
            problem("415", "The content type is not JSON in UTF-8, or the body has a content coding."),
            problem("422", "A field is invalid."),
        ])
    }
}

fn problem(status: &str, description: &str) -> (String, RefOr<Response>) {
    response(status, description, "application/problem+json", &Problem::name())
}

/// A response of either the service or API Gateway.
fn either(status: &str, description: &str) -> (String, RefOr<Response>) {
    let response = ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", Content::new(Some(Ref::from_schema_name(Problem::name()))))
        .content("application/json", Content::new(Some(Ref::from_schema_name(GATEWAY_MESSAGE))));
    (status.to_owned(), RefOr::T(response.build()))
}

fn gateway(status: &str, description: &str) -> (String, RefOr<Response>) {
    response(status, description, "application/json", GATEWAY_MESSAGE)
}

fn response(status: &str, description: &str, content_type: &str, schema: &str) -> (String, RefOr<Response>) {
    let content = Content::new(Some(Ref::from_schema_name(schema)));
    let response = ResponseBuilder::new().description(description).content(content_type, content).build();
    (status.to_owned(), RefOr::T(response))
}
