use serde::Serialize;

/// What is wrong with a request, and how to mend it, <https://www.rfc-editor.org/rfc/rfc9457>.
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
    /// Always `about:blank`: the status says what kind of problem it is, `errorType` which one.
    pub r#type: &'static str,
    /// The status in words.
    pub title: &'static str,
    /// The HTTP status.
    #[cfg_attr(feature = "openapi", schema(minimum = 400, maximum = 599))]
    pub status: u16,
    /// What is wrong and how to mend it.
    pub detail: String,
    /// A name to tell problems apart by.
    pub error_type: &'static str,
    /// The request's name in the logs.
    pub request_id: String,
    /// Each field or parameter that breaks a rule; with status 422 only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub errors: Vec<FieldError>,
}

/// A field or parameter that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The field or parameter as the client names it.
    pub field: String,
    /// The rule, such as `required`, `type`, `length`, `pattern`, `range`, `unique`, `readOnly` or `unknown`.
    pub rule: &'static str,
    /// The rule in words that say how to keep it.
    pub detail: String,
}
