use serde::Serialize;

/// Describes an error and how to resolve it, <https://www.rfc-editor.org/rfc/rfc9457>.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(
    feature = "openapi",
    derive(utoipa::ToSchema),
    schema(example = json!({
        "type": "about:blank", "title": "Unprocessable Entity", "status": 422, "detail": "name is missing.",
        "errorType": "InvalidCurrency", "requestId": "6bc28136-b3a3-4e9c-a9d4-000000000000",
        "errors": [{"field": "name", "rule": "required", "detail": "name is missing."}],
    }))
)]
pub struct Problem {
    /// Always `about:blank`: the status gives the kind of error, `errorType` the exact one.
    pub r#type: &'static str,
    /// The reason phrase of the status.
    pub title: &'static str,
    /// The HTTP status.
    #[cfg_attr(feature = "openapi", schema(minimum = 400, maximum = 599))]
    pub status: u16,
    /// What is wrong, and what to do.
    pub detail: String,
    /// Identifies the error.
    pub error_type: &'static str,
    /// Id of the request in the logs.
    pub request_id: String,
    /// Every field or parameter that violates a rule; only with status 422.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub errors: Vec<FieldError>,
}

/// A field or parameter that violates a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The field or parameter, as the client names it.
    pub field: String,
    /// The violated rule, such as `required`, `type`, `length`, `pattern`, `range`, `unique`, `readOnly` or `unknown`.
    pub rule: &'static str,
    /// What is wrong, and what to do.
    pub detail: String,
}
