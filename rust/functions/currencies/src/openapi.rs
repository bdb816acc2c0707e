//! The OpenAPI document: what the routes do not say of themselves.

use std::collections::BTreeMap;

use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::security::{AuthorizationCode, ClientCredentials, Flow, OAuth2, Scopes, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ComponentsBuilder, ContactBuilder, Content, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, RefOr,
    Response, ResponseBuilder, Schema,
};
use utoipa::{IntoResponses, PartialSchema as _, ToSchema};

use crate::OAuth;
use crate::body::{CurrencyContent, CurrencyCreation};

/// What the operations are about.
pub const TAG: &str = "currencies";

/// The document around the paths, without the server.
pub fn frame(oauth: &OAuth) -> OpenApi {
    let components = ComponentsBuilder::new()
        .schema(Problem::name(), Problem::schema())
        .schema(FieldError::name(), FieldError::schema())
        .schema(GatewayMessage::name(), GatewayMessage::schema())
        .security_scheme("oauth2", security_scheme(oauth));
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Currencies")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some("Currencies by ISO 4217 code, to create, read, replace and delete."))
                .contact(Some(ContactBuilder::new().name(Some("The maintainers of rust-serverless")).build()))
                .license(Some(LicenseBuilder::new().name("Apache License 2.0").identifier(Some("Apache-2.0")).build())),
        )
        .tags(Some([TagBuilder::new().name(TAG).description(Some("Currencies by their codes.")).build()]))
        .components(Some(components.build()))
        .build()
}

/// The document with the paths. Bodies of requests have no other fields than those that are named; those of responses
/// may get further ones, so that clients of today go on working.
pub fn with_closed_requests(mut document: OpenApi) -> OpenApi {
    let schemas = document.components.iter_mut().flat_map(|components| &mut components.schemas);
    let requests = [CurrencyCreation::name(), CurrencyContent::name()];
    for (_, schema) in schemas.filter(|(name, _)| requests.iter().any(|request| request == *name)) {
        if let RefOr::T(Schema::Object(object)) = schema {
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
    }
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
        "People sign in by the authorization-code flow with PKCE; machines have a client with a secret.",
    ))
}

/// What is wrong with a request, and how to mend it, <https://www.rfc-editor.org/rfc/rfc9457>.
#[derive(ToSchema)]
#[schema(
    rename_all = "camelCase",
    example = json!({
        "type": "about:blank", "title": "Unprocessable Entity", "status": 422, "detail": "name is missing.",
        "errorType": "InvalidCurrency", "requestId": "6bc28136-b3a3-4e9c-a9d4-000000000000",
        "errors": [{"field": "name", "rule": "required", "detail": "name is missing."}],
    }),
)]
#[expect(dead_code, reason = "stands for the JSON that reply writes")]
pub struct Problem {
    /// Always `about:blank`: the status says what kind of problem it is, `errorType` which one.
    r#type: String,
    /// The status in words.
    title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong and how to mend it.
    detail: String,
    /// A name to tell problems apart by.
    error_type: String,
    /// The request's name in the logs.
    request_id: String,
    /// Each field or parameter that breaks a rule; with status 422 only.
    #[schema(value_type = Vec<FieldError>, required = false)]
    errors: Option<Vec<FieldError>>,
}

/// A field or parameter that breaks a rule.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for the JSON that reply writes")]
pub struct FieldError {
    /// The field or parameter.
    field: String,
    /// The rule, such as `required`, `type`, `length`, `pattern`, `range`, `unique`, `readOnly` or `unknown`.
    rule: String,
    /// The rule in words.
    detail: String,
}

/// What API Gateway says when it does not let a request through, or the service does not answer.
#[derive(ToSchema)]
#[schema(example = json!({"message": "Unauthorized"}))]
#[expect(dead_code, reason = "stands for the JSON that API Gateway writes")]
pub struct GatewayMessage {
    /// Why.
    message: String,
}

/// What every operation may answer.
pub struct Always;

impl IntoResponses for Always {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        BTreeMap::from([
            gateway("401", "There is no valid access token."),
            gateway("403", "The access token is not for this operation."),
            gateway("429", "Too many requests at a time."),
            either("500", "The service failed."),
            gateway("503", "The service did not answer in time."),
        ])
    }
}

/// What an operation with a body may answer.
pub struct Body;

impl IntoResponses for Body {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        BTreeMap::from([
            problem("400", "The body is not JSON, or a header is not what it should be."),
            either("413", "The body is too long."),
            problem("415", "The body is not said to be JSON in UTF-8, or is in a content coding."),
            problem("422", "A field breaks a rule."),
        ])
    }
}

fn problem(status: &str, description: &str) -> (String, RefOr<Response>) {
    response::<Problem>(status, description, "application/problem+json")
}

/// What either the service or API Gateway says.
fn either(status: &str, description: &str) -> (String, RefOr<Response>) {
    let response = ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", Content::new(Some(Ref::from_schema_name(Problem::name()))))
        .content("application/json", Content::new(Some(Ref::from_schema_name(GatewayMessage::name()))));
    (status.to_owned(), RefOr::T(response.build()))
}

fn gateway(status: &str, description: &str) -> (String, RefOr<Response>) {
    response::<GatewayMessage>(status, description, "application/json")
}

fn response<T: ToSchema>(status: &str, description: &str, content_type: &str) -> (String, RefOr<Response>) {
    let content = Content::new(Some(Ref::from_schema_name(T::name())));
    let response = ResponseBuilder::new().description(description).content(content_type, content).build();
    (status.to_owned(), RefOr::T(response))
}
