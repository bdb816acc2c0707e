//! Names in the table of state: temporary data of the API, and the keys of its sessions.
//!
//! | `Name` | Contents |
//! |---|---|
//! | `session-keys` | keys that encrypt session tokens, created with the stack |
//! | `visitor-secret/even`, `visitor-secret/odd` | secret of a day that visitors are derived from, by the number of the day |
//! | `known/<site>/<day>/<dimension>` | values of an open dimension that a day has counters for |
//! | `known/<site>/<day>/<dimension>/from/<source>` | how many of them a source has added |
//! | `ended-session/<id>` | session that has signed out |
//! | `sign-in/<who>` | attempts to sign in |
//! | `signed-in/<who>` | user who has signed in from a network, for 30 days |

use crate::{Day, Dimension, Site};

/// Name of the session keys.
pub const SESSION_KEYS: &str = "session-keys";

/// Returns the name of the secret of a day. Days alternate between two names, so a new secret replaces that of two days
/// before.
#[must_use]
pub fn visitor_secret(day: Day) -> String {
    let parity = if day.number().is_multiple_of(2) { "even" } else { "odd" };
    format!("visitor-secret/{parity}")
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
