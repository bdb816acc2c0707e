use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4::SigningParams;
use http::{Method, Request, Uri};
use settings::{AwsEnvironment, InvalidSetting, required};
use thiserror::Error;

/// A bucket, with the credentials that sign links to its objects.
#[derive(Debug, Clone)]
pub struct Bucket {
    url: String,
    region: String,
    credentials: Credentials,
}

/// Error of a link that cannot be signed.
#[derive(Debug, Error)]
#[error("the link cannot be signed: {0}")]
pub struct LinkError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl Bucket {
    /// Reads the bucket's URL from the variable `name`, and the region and credentials that Lambda sets.
    ///
    /// # Errors
    /// The first variable that is missing.
    pub fn from_env(
        variable: impl Fn(&'static str) -> Option<String>,
        name: &'static str,
    ) -> Result<Self, InvalidSetting> {
        let AwsEnvironment { region, credentials } = AwsEnvironment::from_env(&variable)?;
        Ok(Self { url: required(variable, name)?, region, credentials })
    }

    /// Returns the origin of the bucket's links, such as `https://pictures.s3.eu-west-1.amazonaws.com`.
    #[must_use]
    pub fn origin(&self) -> String {
        let uri = self.url.parse::<Uri>().unwrap_or_default();
        match (uri.scheme_str(), uri.authority()) {
            (Some(scheme), Some(authority)) => format!("{scheme}://{authority}"),
            _ => self.url.clone(),
        }
    }

    /// Returns a link that writes an object of exactly `length` bytes by PUT: S3 refuses any other length.
    ///
    /// # Errors
    /// The bucket's URL is invalid.
    pub fn put_link(
        &self,
        key: &str,
        length: usize,
        expires_in: Duration,
        now: SystemTime,
    ) -> Result<String, LinkError> {
        let length = length.to_string();
        self.link(&Method::PUT, key, &[("content-length", length.as_str())], expires_in, now)
    }

    /// Returns a link that reads an object by GET.
    ///
    /// # Errors
    /// The bucket's URL is invalid.
    pub fn get_link(&self, key: &str, expires_in: Duration, now: SystemTime) -> Result<String, LinkError> {
        self.link(&Method::GET, key, &[], expires_in, now)
    }

    fn link(
        &self,
        method: &Method,
        key: &str,
        headers: &[(&str, &str)],
        expires_in: Duration,
        now: SystemTime,
    ) -> Result<String, LinkError> {
        let mut settings = SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(expires_in);
        // S3 does not normalize paths: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        let identity = self.credentials.clone().into();
        let parameters = SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("s3")
            .time(now)
            .settings(settings)
            .build()
            .map_err(|error| LinkError(error.into()))?
            .into();
        let url = format!("{}/{key}", self.url);
        let signable =
            SignableRequest::new(method.as_str(), &url, headers.iter().copied(), SignableBody::UnsignedPayload)
                .map_err(|error| LinkError(error.into()))?;
        let (instructions, _) = sign(signable, &parameters).map_err(|error| LinkError(error.into()))?.into_parts();
        let mut request = Request::get(&url).body(()).map_err(|error| LinkError(error.into()))?;
        instructions.apply_to_request_http1x(&mut request);
        Ok(request.uri().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(url: &str) -> Bucket {
        let variables = [
            // Example of the AWS documentation.
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            ("AWS_REGION", "us-east-1"),
            ("UPLOADS_URL", url),
        ];
        let variable = |name| Some(variables.iter().find(|(key, _)| *key == name)?.1.to_owned());
        Bucket::from_env(variable, "UPLOADS_URL").unwrap()
    }

    fn date() -> SystemTime {
        // 2013-05-24T00:00:00Z
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_369_353_600)
    }

    #[test]
    fn a_link_is_signed_as_in_the_s3_documentation() {
        let link = bucket("https://examplebucket.s3.amazonaws.com")
            .get_link("test.txt", Duration::from_secs(86_400), date())
            .unwrap();
        // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
        let signature = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        assert!(link.ends_with(&format!("&X-Amz-Signature={signature}")), "{link}");
        assert!(link.starts_with("https://examplebucket.s3.amazonaws.com/test.txt?"), "{link}");
    }

    #[test]
    fn the_length_of_an_upload_is_signed() {
        let bucket = bucket("http://127.0.0.1:4566/pictures");
        let link = |length| bucket.put_link("uploads/1", length, Duration::from_secs(900), date()).unwrap();
        assert!(link(5).contains("X-Amz-SignedHeaders=content-length%3Bhost"), "{}", link(5));
        assert!(link(5).contains("X-Amz-Expires=900"), "{}", link(5));
        assert_ne!(link(5), link(6));
    }

    #[test]
    fn links_start_with_the_origin() {
        assert_eq!(bucket("https://pictures.s3.amazonaws.com").origin(), "https://pictures.s3.amazonaws.com");
        assert_eq!(bucket("http://127.0.0.1:4566/pictures").origin(), "http://127.0.0.1:4566");
    }

    #[test]
    fn a_missing_variable_is_named() {
        let error = Bucket::from_env(|name| (name != "UPLOADS_URL").then(|| "set".to_owned()), "UPLOADS_URL");
        assert!(error.unwrap_err().to_string().starts_with("UPLOADS_URL is not set"));
    }
}
