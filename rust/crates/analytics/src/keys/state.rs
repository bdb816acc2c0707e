//! Names in the table of state: temporary data of the API, and the keys of its sessions.
//!
//! | `Name` | Contents |
//! |---|---|
//! | `session-keys` | keys that encrypt session tokens, created with the stack |
//! | `visitor-secret/<site>/<granularity>/<slot>` | secret of a day or a month, from which the site's visitors are derived |
//! | `known/<site>/<day>/<dimension>` | values of an open dimension that a day has counters for |
//! | `known/<site>/<day>/<dimension>/from/<source>` | how many of them a source has added |
//! | `ended-session/<id>` | session that has signed out |
//! | `sign-in/<who>` | attempts to sign in |
//! | `signed-in/<who>` | user who has signed in from a network, for 30 days |

use crate::{Bucket, Day, Dimension, Granularity, Site};

/// Name of the session keys.
pub const SESSION_KEYS: &str = "session-keys";

/// Number of names among which the secrets of a site rotate. Two are in use; the third is for a day that repeats, when the
/// time zone of the site changes.
pub const SECRET_SLOTS: u64 = 3;

/// Returns the name of the secret of a bucket. A new secret replaces that of three buckets before.
#[must_use]
pub fn visitor_secret(site: &Site, bucket: Bucket) -> String {
    visitor_secret_slot(site, bucket.granularity(), bucket.number() % SECRET_SLOTS)
}

/// Returns the names of all secrets of a site.
pub fn visitor_secrets(site: &Site, granularity: Granularity) -> impl Iterator<Item = String> {
    (0..SECRET_SLOTS).map(move |slot| visitor_secret_slot(site, granularity, slot))
}

fn visitor_secret_slot(site: &Site, granularity: Granularity, slot: u64) -> String {
    format!("visitor-secret/{site}/{}/{slot}", granularity.name())
}

/// Returns the name of the known values of an open dimension.
#[must_use]
pub fn known(site: &Site, day: Day, dimension: Dimension) -> String {
    format!("known/{site}/{day}/{}", dimension.name())
}

/// Returns the name of the number of values of an open dimension that a source has added; `source` is a hash.
#[must_use]
pub fn known_from(site: &Site, day: Day, dimension: Dimension, source: &str) -> String {
    format!("known/{site}/{day}/{}/from/{source}", dimension.name())
}

/// Returns the name of an ended session.
#[must_use]
pub fn ended_session(id: &str) -> String {
    format!("ended-session/{id}")
}

/// Returns the name of a number of attempts to sign in; `who` is a hash.
#[must_use]
pub fn sign_in(who: &str) -> String {
    format!("sign-in/{who}")
}

/// Returns the name of a network from which a user has signed in; `who` is a hash.
#[must_use]
pub fn signed_in(who: &str) -> String {
    format!("signed-in/{who}")
}
