use http::Uri;
use http::uri::Scheme;
use settings::{InvalidSetting, required};

/// The OAuth endpoints and client for Swagger UI and the OpenAPI document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuth {
    /// The authorization endpoint.
    pub authorization_url: String,
    /// The token endpoint.
    pub token_url: String,
    /// The token endpoint's origin, which the content security policy allows.
    pub token_origin: String,
    /// The public client for browsers; it has no secret.
    pub client_id: String,
}

impl OAuth {
    /// Reads `OAUTH_AUTHORIZATION_URL`, `OAUTH_TOKEN_URL` and `OAUTH_CLIENT_ID`.
    ///
    /// # Errors
    /// The first variable that is missing or not a URL.
    pub fn from_env(variable: impl Fn(&'static str) -> Option<String>) -> Result<Self, InvalidSetting> {
        let authorization_url = required(&variable, "OAUTH_AUTHORIZATION_URL")?;
        let token_url = required(&variable, "OAUTH_TOKEN_URL")?;
        origin("OAUTH_AUTHORIZATION_URL", &authorization_url)?;
        Ok(Self {
            token_origin: origin("OAUTH_TOKEN_URL", &token_url)?,
            client_id: required(&variable, "OAUTH_CLIENT_ID")?,
            authorization_url,
            token_url,
        })
    }
}

fn origin(name: &'static str, url: &str) -> Result<String, InvalidSetting> {
    let invalid = || {
        InvalidSetting::new(
            name,
            format!("is {url:?}, which is not a URL. Set one that starts with https:// and a host."),
        )
    };
    let uri: Uri = url.parse().map_err(|_| invalid())?;
    let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else { return Err(invalid()) };
    // It becomes part of a header in which semicolons and quotes are special.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    if ![Scheme::HTTP, Scheme::HTTPS].contains(scheme) || !authority.as_str().bytes().all(plain) {
        return Err(invalid());
    }
    Ok(format!("{scheme}://{authority}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VARIABLES: [(&str, &str); 3] = [
        ("OAUTH_AUTHORIZATION_URL", "https://sign-in.example.com/oauth2/authorize"),
        ("OAUTH_TOKEN_URL", "http://127.0.0.1:4566/oauth2/token"),
        ("OAUTH_CLIENT_ID", "1example23456789"),
    ];

    fn oauth(variables: [(&str, &str); 3]) -> Result<OAuth, InvalidSetting> {
        OAuth::from_env(|name| Some(variables.iter().find(|(key, _)| *key == name)?.1.to_owned()))
    }

    #[test]
    fn the_token_origin_is_that_of_the_token_url() {
        assert_eq!(oauth(VARIABLES).unwrap().token_origin, "http://127.0.0.1:4566");
    }

    #[test]
    fn a_missing_variable_is_named() {
        for index in 0..VARIABLES.len() {
            let mut variables = VARIABLES;
            variables[index].1 = "";
            let error = oauth(variables).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{} is not set", variables[index].0)), "{error}");
        }
    }

    #[test]
    fn an_invalid_url_is_rejected_by_name() {
        for value in ["example.com", "/oauth2/token", "ftp://example.com/", "https://", "https://a;b/", "https://a'/"] {
            for index in [0, 1] {
                let mut variables = VARIABLES;
                variables[index].1 = value;
                let error = oauth(variables).unwrap_err().to_string();
                assert!(error.starts_with(&format!("{} is {value:?}", variables[index].0)), "{error}");
            }
        }
    }
}
