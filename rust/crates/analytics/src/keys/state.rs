//! Names in the table of state: what the API keeps for hours, and the keys of its sessions.
//!
//! | `Name` | what it is |
//! |---|---|
//! | `session-keys` | keys that encrypt session tokens, made when the stack is |
//! | `visitor-secret/even`, `visitor-secret/odd` | secret that visitors of a day are derived from, by the day's number |
//! | `known/<site>/<day>/<dimension>` | values of an open dimension that a day has counters for |
//! | `known/<site>/<day>/<dimension>/from/<source>` | how many of them a source has brought |
//! | `ended-session/<id>` | session that was signed out of |
//! | `sign-in/<who>` | attempts to sign in |
//! | `signed-in/<who>` | user who has signed in from a network, for 30 days |

use crate::{Day, Dimension, Site};

/// Where the session keys are.
pub const SESSION_KEYS: &str = "session-keys";

/// Where the secret of a day is. Days in turn have the same two places, so that a new secret replaces the one of two days
/// before.
#[must_use]
pub fn visitor_secret(day: Day) -> String {
    let parity = if day.number().is_multiple_of(2) { "even" } else { "odd" };
    format!("visitor-secret/{parity}")
}

/// Where the known values of an open dimension are.
#[must_use]
pub fn known(site: &Site, day: Day, dimension: Dimension) -> String {
    format!("known/{site}/{day}/{}", dimension.name())
}

/// Where it is counted how many values of an open dimension a source has brought; `source` is a hash.
#[must_use]
pub fn known_from(site: &Site, day: Day, dimension: Dimension, source: &str) -> String {
    format!("known/{site}/{day}/{}/from/{source}", dimension.name())
}

/// Where it is written that a session has ended.
#[must_use]
pub fn ended_session(id: &str) -> String {
    format!("ended-session/{id}")
}

/// Where attempts to sign in are counted; `who` is a hash.
#[must_use]
pub fn sign_in(who: &str) -> String {
    format!("sign-in/{who}")
}

/// Where it is remembered that a user has signed in from a network; `who` is a hash.
#[must_use]
pub fn signed_in(who: &str) -> String {
    format!("signed-in/{who}")
}
