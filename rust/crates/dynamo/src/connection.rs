use aws_sdk_dynamodb::config::Credentials;
use thiserror::Error;

/// Endpoint and credentials of DynamoDB.
#[derive(Debug, Clone)]
pub struct Connection {
    pub region: String,
    /// Credentials of the function's role. Lambda ends an execution environment before they expire.
    pub credentials: Credentials,
    /// Overrides the region's endpoint, for example with an emulator.
    pub endpoint_url: Option<String>,
}

impl Connection {
    /// Reads the variables that Lambda sets for every function, and those that override the endpoint of any AWS SDK.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>
    ///
    /// # Errors
    /// The first variable that is missing.
    pub fn from_env(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Missing> {
        let variable = |name| variable(name).filter(|value| !value.is_empty());
        let required = |name| variable(name).ok_or(Missing(name));
        let endpoint_url = variable("AWS_ENDPOINT_URL_DYNAMODB").or_else(|| variable("AWS_ENDPOINT_URL"));
        let credentials = Credentials::new(
            required("AWS_ACCESS_KEY_ID")?,
            required("AWS_SECRET_ACCESS_KEY")?,
            variable("AWS_SESSION_TOKEN"),
            None,
            "environment",
        );
        Ok(Self { region: required("AWS_REGION")?, credentials, endpoint_url })
    }
}

/// Error of a variable that Lambda sets and that is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{0} is not set. Lambda sets it; elsewhere, set it as for the AWS CLI.")]
pub struct Missing(&'static str);

#[cfg(test)]
mod tests {
    use super::*;

    const LAMBDA: [(&str, &str); 4] = [
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "ASIA"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_SESSION_TOKEN", "token"),
    ];

    fn connection(variables: &[(&str, &str)]) -> Result<Connection, Missing> {
        Connection::from_env(|name| Some(variables.iter().find(|(key, _)| *key == name)?.1.to_owned()))
    }

    #[test]
    fn lambdas_environment_is_enough() {
        let connection = connection(&LAMBDA).unwrap();
        assert_eq!((connection.region.as_str(), connection.endpoint_url), ("eu-central-1", None));
        assert_eq!(connection.credentials.session_token(), Some("token"));
    }

    #[test]
    fn a_missing_variable_is_named() {
        for index in 0..3 {
            let mut variables = LAMBDA;
            variables[index].1 = "";
            let error = connection(&variables).unwrap_err().to_string();
            assert!(error.starts_with(variables[index].0), "{error}");
        }
    }

    #[test]
    fn the_endpoint_of_dynamodb_precedes_that_of_all_services() {
        let all = ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566");
        let own = ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:8000");
        for (extra, expected) in [(vec![all], all.1), (vec![all, own], own.1)] {
            let variables = [LAMBDA.as_slice(), &extra].concat();
            assert_eq!(connection(&variables).unwrap().endpoint_url.unwrap(), expected);
        }
    }
}
