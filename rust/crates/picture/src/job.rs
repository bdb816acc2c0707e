use std::time::Duration;

use crate::Effect;

/// A picture to glitch once it is uploaded: its place and its options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// A random id that cannot be guessed.
    pub id: u128,
    pub seed: u64,
    pub steps: u64,
    pub effect: Effect,
}

/// Maximum size of an upload in bytes.
pub const UPLOAD_LIMIT: usize = 25_000_000;

/// Lifetime of an upload link.
pub const UPLOAD_LIFETIME: Duration = Duration::from_mins(15);

/// Lifetime of a download link. The bucket deletes results after a day.
pub const DOWNLOAD_LIFETIME: Duration = Duration::from_hours(1);

const UPLOADS: &str = "uploads";

impl Job {
    /// Returns the key of the upload, which contains all options.
    #[must_use]
    pub fn upload_key(&self) -> String {
        let Self { id, seed, steps, effect } = self;
        format!("{UPLOADS}/{id:032x}/{seed}/{steps}/{}", effect.name())
    }

    #[must_use]
    pub fn result_key(&self) -> String {
        format!("results/{:032x}", self.id)
    }

    /// Parses the key of an upload.
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
        fn a_job_round_trips_through_its_key(id: u128, seed: u64, steps: u64, effect in proptest::sample::select(&Effect::ALL)) {
            let job = Job { id, seed, steps, effect };
            prop_assert_eq!(Job::parse(&job.upload_key()), Some(job));
        }

        #[test]
        fn other_keys_are_rejected(key in "(uploads|results)/[0-9a-f]{0,3}(/[0-9a-z]{0,4}){0,4}") {
            prop_assert_eq!(Job::parse(&key), None);
        }
    }

    #[test]
    fn a_key_cannot_leave_its_folder() {
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
