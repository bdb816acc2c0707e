use aws_sdk_dynamodb::config::Credentials;
use settings::{AwsEnvironment, InvalidSetting};

/// Endpoint and credentials of DynamoDB.
#[derive(Debug, Clone)]
pub struct Connection {
    pub region: String,
    pub credentials: Credentials,
    /// Overrides the region's endpoint, for example with an emulator.
    pub endpoint_url: Option<String>,
}

impl Connection {
    /// Reads the variables that Lambda sets for every function, and those that override the endpoint of any AWS SDK.
    ///
    /// # Errors
    /// The first variable that is missing.
    pub fn from_env(variable: impl Fn(&'static str) -> Option<String>) -> Result<Self, InvalidSetting> {
        let AwsEnvironment { region, credentials } = AwsEnvironment::from_env(&variable)?;
        let endpoint = |name| variable(name).filter(|value| !value.is_empty());
        let endpoint_url = endpoint("AWS_ENDPOINT_URL_DYNAMODB").or_else(|| endpoint("AWS_ENDPOINT_URL"));
        Ok(Self { region, credentials, endpoint_url })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAMBDA: [(&str, &str); 3] =
        [("AWS_REGION", "eu-central-1"), ("AWS_ACCESS_KEY_ID", "ASIA"), ("AWS_SECRET_ACCESS_KEY", "secret")];

    fn connection(variables: &[(&str, &str)]) -> Connection {
        Connection::from_env(|name| Some(variables.iter().find(|(key, _)| *key == name)?.1.to_owned())).unwrap()
    }

    #[test]
    fn without_an_endpoint_the_regions_is_used() {
        let connection = connection(&[LAMBDA.as_slice(), &[("AWS_ENDPOINT_URL", "")]].concat());
        assert_eq!((connection.region.as_str(), connection.endpoint_url), ("eu-central-1", None));
    }

    #[test]
    fn the_endpoint_of_dynamodb_precedes_that_of_all_services() {
        let all = ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566");
        let own = ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:8000");
        for (extra, expected) in [(vec![all], all.1), (vec![all, own], own.1)] {
            let variables = [LAMBDA.as_slice(), &extra].concat();
            assert_eq!(connection(&variables).endpoint_url.unwrap(), expected);
        }
    }
}
