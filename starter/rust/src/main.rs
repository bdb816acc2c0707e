//! Answers `GET /hello`.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

/// Greets whoever is named in the query string, `?name=Ada`.
async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let name = event.payload["queryStringParameters"]["name"]
        .as_str()
        .unwrap_or("you");
    Ok(json!({
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": json!({"hello": name}).to_string(),
    }))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(handle)).await
}

#[cfg(test)]
mod tests {
    use lambda_runtime::{Context, LambdaEvent};
    use serde_json::json;

    use super::handle;

    #[tokio::test]
    async fn whoever_is_named_is_greeted() {
        let event = json!({"queryStringParameters": {"name": "Ada"}});
        let answer = handle(LambdaEvent::new(event, Context::default()))
            .await
            .expect("an answer");
        assert_eq!(answer["body"], r#"{"hello":"Ada"}"#);
    }
}
