//! Links for pictures that are too large for a request: one to upload the picture, one to download the result.

use std::time::SystemTime;

use bucket::Bucket;
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use http_event::{Request, Response};
use picture::{DOWNLOAD_LIFETIME, Job, UPLOAD_LIFETIME, UPLOAD_LIMIT};
use reply::Error;
use serde::Serialize;

use crate::options::{Options, size};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Links {
    /// Accepts the picture by PUT.
    upload_url: String,
    /// Returns the result by GET some time after the upload; until then, S3 rejects it.
    download_url: String,
    /// Seconds until the upload link expires.
    upload_expires_in: u64,
    /// Seconds until the download link expires.
    download_expires_in: u64,
    /// The seed, as text because it may exceed JavaScript's exact integers.
    seed: String,
}

/// Returns links for a picture of the size in the query.
///
/// # Errors
/// The client's error `InvalidOption`.
pub fn links(request: &Request, bucket: &Bucket, now: SystemTime) -> Result<Response, Error> {
    let (sizes, options): (Vec<_>, Vec<_>) = request.query().partition(|(name, _)| name == "size");
    let length = size(sizes.iter().map(|(_, value)| value.as_ref()), UPLOAD_LIMIT)?;
    let Options { seed, steps, effect } = Options::parse(options.into_iter())?;
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(Error::internal)?;
    let seed = seed.map_or_else(getrandom::u64, Ok).map_err(Error::internal)?;
    let job = Job { id: u128::from_ne_bytes(id), seed, steps, effect };
    let links = Links {
        upload_url: bucket.put_link(&job.upload_key(), length, UPLOAD_LIFETIME, now).map_err(Error::internal)?,
        download_url: bucket.get_link(&job.result_key(), DOWNLOAD_LIFETIME, now).map_err(Error::internal)?,
        upload_expires_in: UPLOAD_LIFETIME.as_secs(),
        download_expires_in: DOWNLOAD_LIFETIME.as_secs(),
        seed: seed.to_string(),
    };
    let response = Response::json(StatusCode::CREATED, &links).map_err(Error::internal)?;
    Ok(response.header(CACHE_CONTROL, HeaderValue::from_static("no-store")))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;

    fn bucket() -> Bucket {
        let url = "https://pictures.s3.eu-west-1.amazonaws.com";
        let variable = |name| Some(if name == "UPLOADS_URL" { url } else { "test" }.to_owned());
        Bucket::from_env(variable, "UPLOADS_URL").unwrap()
    }

    fn answered(query: &str) -> Result<Value, String> {
        let event = json!({"version": "2.0", "rawPath": "/glitch/uploads", "rawQueryString": query,
            "requestContext": {"http": {"method": "POST"}}});
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let response = links(&serde_json::from_value(event).unwrap(), &bucket(), now);
        let response = serde_json::to_value(response.map_err(|error| error.into_diagnostic().error_message)?).unwrap();
        assert_eq!((&response["statusCode"], &response["headers"]["cache-control"]), (&json!(201), &json!("no-store")));
        Ok(serde_json::from_str(response["body"].as_str().unwrap()).unwrap())
    }

    fn job(links: &Value) -> Job {
        let url = links["uploadUrl"].as_str().unwrap();
        let (key, _) =
            url.strip_prefix("https://pictures.s3.eu-west-1.amazonaws.com/").unwrap().split_once('?').unwrap();
        Job::parse(key).unwrap()
    }

    #[test]
    fn the_upload_link_contains_the_options() {
        let links = answered("size=6000000&seed=18446744073709551615&steps=70&effect=sort").unwrap();
        let job = job(&links);
        assert_eq!((job.seed, job.steps, job.effect), (u64::MAX, 70, picture::Effect::Sort));
        assert_eq!(links["seed"], "18446744073709551615");
        assert!(links["downloadUrl"].as_str().unwrap().contains(&format!("/{}?", job.result_key())));
    }

    #[test]
    fn links_expire() {
        let links = answered("size=1").unwrap();
        for (kind, seconds) in [("upload", 900), ("download", 3600)] {
            assert_eq!(links[format!("{kind}ExpiresIn")], seconds);
            assert!(links[format!("{kind}Url")].as_str().unwrap().contains(&format!("X-Amz-Expires={seconds}&")));
        }
    }

    #[test]
    fn links_cannot_be_guessed() {
        let ids: std::collections::BTreeSet<_> = (0..100).map(|_| job(&answered("size=1").unwrap()).id).collect();
        assert_eq!(ids.len(), 100);
    }

    #[test]
    fn a_size_out_of_range_is_rejected_with_the_limit() {
        for query in ["", "size=", "size=0", "size=25000001", "size=many", "size=-1", "size=1&size=1"] {
            let detail = answered(query).unwrap_err();
            assert!(detail.contains("from 1 to 25000000, as in ?size=6000000"), "{query}: {detail}");
        }
        assert!(answered("size=25000000").is_ok());
    }

    #[test]
    fn an_out_of_range_option_is_rejected() {
        assert!(answered("size=1&steps=0").unwrap_err().contains("steps is"));
    }
}
