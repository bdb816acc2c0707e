use analytics::{Site, Visitor};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_event::SourceIp;
use sha2::Sha256;
use sha2::digest::InvalidLength;

use super::store::Secret;

/// The visitor that comes to a site from an address with an agent, on the day of the secret.
///
/// # Errors
/// None that is known: HMAC takes secrets of any length.
pub fn visitor(
    Secret(secret): &Secret,
    site: &Site,
    source_ip: &SourceIp,
    agent: &[u8],
) -> Result<Visitor, InvalidLength> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret)?;
    // No site and no address has a zero in it, so no two visitors are the same text.
    for part in [site.as_str().as_bytes(), b"\0", source_ip.as_str().as_bytes(), b"\0", agent] {
        mac.update(part);
    }
    let mut identity = [0; 16];
    for (byte, derived) in identity.iter_mut().zip(mac.finalize().into_bytes()) {
        *byte = derived;
    }
    Ok(Visitor::from_bytes(identity))
}
