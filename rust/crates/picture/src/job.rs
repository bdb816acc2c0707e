use std::time::Duration;

use crate::Effect;

/// A picture that is glitched once it is uploaded: where it is, and how it is glitched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// A random name, which nobody can guess.
    pub id: u128,
    /// The seed to follow.
    pub seed: u64,
    /// The steps to take.
    pub steps: u64,
    /// What is done to the picture.
    pub effect: Effect,
}

/// Bytes of an upload.
pub const UPLOAD_LIMIT: usize = 25_000_000;

/// How long an upload may begin after its link was made.
pub const UPLOAD_LIFETIME: Duration = Duration::from_mins(15);

/// How long a result can be downloaded. The bucket deletes it after a day.
pub const DOWNLOAD_LIFETIME: Duration = Duration::from_hours(1);

const UPLOADS: &str = "uploads";

impl Job {
    /// Returns the key of the upload, which says everything that is to be done.
    #[must_use]
    pub fn upload_key(&self) -> String {
        let Self { id, seed, steps, effect } = self;
        format!("{UPLOADS}/{id:032x}/{seed}/{steps}/{}", effect.name())
    }

    /// Returns the key of the result.
    #[must_use]
    pub fn result_key(&self) -> String {
        format!("results/{:032x}", self.id)
    }

    /// Returns the job with an upload's key, if it is one.
    #[must_use]
    pub fn parse(upload_key: &str) -> Option<Self> {
        let mut parts = upload_key.split('/');
        let (folder, id, seed, steps, effect) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let job = Self {
            id: u128::from_str_radix(id, 16).ok()?,
            seed: seed.parse().ok()?,
            steps: steps.parse().ok()?,
            effect: Effect::parse(effect)?,
        };
        (folder == UPLOADS && job.upload_key() == upload_key).then_some(job)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_key_is_the_job(id: u128, seed: u64, steps: u64, effect in proptest::sample::select(&Effect::ALL)) {
            let job = Job { id, seed, steps, effect };
            prop_assert_eq!(Job::parse(&job.upload_key()), Some(job));
        }

        #[test]
        fn no_other_key_is_one(key in "(uploads|results)/[0-9a-f]{0,3}(/[0-9a-z]{0,4}){0,4}") {
            prop_assert_eq!(Job::parse(&key), None);
        }
    }

    #[test]
    fn a_job_cannot_lead_out_of_its_folder() {
        let id = "0".repeat(32);
        for key in [
            format!("uploads/{id}/1/1/bytes/more"),
            format!("uploads/{id}/+1/1/bytes"),
            format!("uploads/{id}/01/1/bytes"),
            format!("results/{id}/1/1/bytes"),
            format!("/uploads/{id}/1/1/bytes"),
            "uploads/../results/1/1/bytes".to_owned(),
        ] {
            assert_eq!(Job::parse(&key), None, "{key}");
        }
    }
}
