use bucket::{Client, ObjectError};
use lambda_runtime::{Error, LambdaEvent};
use picture::{Job, Random, UPLOAD_LIMIT, glitched, media_type};
use serde_json::json;

use crate::event::Event;

/// Glitches the pictures of an event.
///
/// It is idempotent: an event may be delivered several times, and the same upload gives the same result.
///
/// # Errors
/// The bucket cannot be read or written, or an object is not an upload: Lambda retries the event.
pub async fn handle(event: LambdaEvent<Event>, client: &Client) -> Result<(), Error> {
    for record in event.payload.records {
        let key = record.s3.object.key;
        let job = Job::parse(&key).ok_or_else(|| format!("{key} is not the key of an upload"))?;
        let (content_type, result) = result_of(&job, client.get(&key, UPLOAD_LIMIT).await)?;
        powertools::record("bytes", result.len());
        powertools::record("content_type", content_type);
        client.put(&job.result_key(), content_type, result).await?;
    }
    Ok(())
}

/// Returns the result of an upload and its content type: the picture, or an RFC 9457 problem.
fn result_of(job: &Job, upload: Result<Vec<u8>, ObjectError>) -> Result<(&'static str, Vec<u8>), ObjectError> {
    let Job { seed, steps, effect, .. } = *job;
    let file = match upload {
        Ok(file) => file,
        Err(error @ ObjectError::TooLarge { .. }) => return Ok(problem(&error.to_string())),
        Err(error) => return Err(error),
    };
    Ok(match glitched(file, UPLOAD_LIMIT, effect, steps, &mut Random::new(seed)) {
        Ok(result) => (media_type(&result).unwrap_or("application/octet-stream"), result),
        Err(error) => problem(&error.to_string()),
    })
}

fn problem(detail: &str) -> (&'static str, Vec<u8>) {
    let problem = json!({
        "type": "about:blank",
        "title": "Content Too Large",
        "status": 413,
        "errorType": "PictureTooLarge",
        "detail": detail,
    });
    ("application/problem+json", problem.to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use picture::Effect;
    use picture::samples::{jpegs, png, png_kinds};
    use serde_json::Value;

    use super::*;

    const JOB: Job = Job { id: 7, seed: 7, steps: 7, effect: Effect::Bytes };

    #[test]
    fn a_picture_is_glitched_with_the_options_in_its_key() {
        for (name, file) in jpegs() {
            let (content_type, result) = result_of(&JOB, Ok(file.clone())).unwrap();
            let expected = glitched(file.clone(), UPLOAD_LIMIT, JOB.effect, JOB.steps, &mut Random::new(JOB.seed));
            assert_eq!((content_type, &result), ("image/jpeg", &expected.unwrap()), "{name}");
            assert_ne!(result, file, "{name}");
        }
    }

    #[test]
    fn the_content_type_follows_from_the_bytes() {
        let file = png(png_kinds().remove(0));
        assert_eq!(result_of(&JOB, Ok(file)).unwrap().0, "image/png");
        let page = b"<!doctype html><script>alert(1)</script>".to_vec();
        assert_eq!(result_of(&JOB, Ok(page)).unwrap().0, "application/octet-stream");
    }

    #[test]
    fn the_result_of_a_large_picture_is_a_problem() {
        let (content_type, result) = result_of(&JOB, Err(ObjectError::TooLarge { limit: 25 })).unwrap();
        let problem: Value = serde_json::from_slice(&result).unwrap();
        assert_eq!((content_type, &problem["errorType"]), ("application/problem+json", &json!("PictureTooLarge")));
        assert_eq!(problem["detail"], "the object has more than 25 bytes");
    }
}
