use aws_credential_types::Credentials;

use crate::InvalidSetting;

/// The region, and the credentials of the function's role. Lambda ends an execution environment before they expire.
#[derive(Debug, Clone)]
pub struct AwsEnvironment {
    pub region: String,
    pub credentials: Credentials,
}

impl AwsEnvironment {
    /// Reads the variables that Lambda sets for every function.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>
    ///
    /// # Errors
    /// The first variable that is missing.
    pub fn from_env(variable: impl Fn(&'static str) -> Option<String>) -> Result<Self, InvalidSetting> {
        let variable = |name| variable(name).filter(|value| !value.is_empty());
        let missing = "is not set. Lambda sets it; elsewhere, set it as for the AWS CLI.";
        let required = |name| variable(name).ok_or_else(|| InvalidSetting::new(name, missing));
        let credentials = Credentials::new(
            required("AWS_ACCESS_KEY_ID")?,
            required("AWS_SECRET_ACCESS_KEY")?,
            variable("AWS_SESSION_TOKEN"),
            None,
            "environment",
        );
        Ok(Self { region: required("AWS_REGION")?, credentials })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAMBDA: [(&str, &str); 4] = [
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "ASIA"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_SESSION_TOKEN", "token"),
    ];

    fn environment(variables: &[(&str, &str)]) -> Result<AwsEnvironment, InvalidSetting> {
        AwsEnvironment::from_env(|name| Some(variables.iter().find(|(key, _)| *key == name)?.1.to_owned()))
    }

    #[test]
    fn lambdas_environment_is_enough() {
        let AwsEnvironment { region, credentials } = environment(&LAMBDA).unwrap();
        assert_eq!((region.as_str(), credentials.session_token()), ("eu-central-1", Some("token")));
    }

    #[test]
    fn a_missing_variable_is_named() {
        for index in 0..3 {
            let mut variables = LAMBDA;
            variables[index].1 = "";
            let error = environment(&variables).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{} is not set. Lambda sets it;", variables[index].0)), "{error}");
        }
    }
}
