use analytics::{Site, Visitor};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_event::SourceIp;
use sha2::Sha256;
use sha2::digest::InvalidLength;

use super::store::Secret;

/// Derives the visitor of a site from an address and a user agent, with the secret of the day.
///
/// # Errors
/// Never in practice: HMAC accepts secrets of any length.
pub fn visitor(
    Secret(secret): &Secret,
    site: &Site,
    source_ip: &SourceIp,
    agent: &[u8],
) -> Result<Visitor, InvalidLength> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret)?;
    // Sites and addresses contain no zero byte, so the input is unambiguous.
    for part in [site.as_str().as_bytes(), b"\0", source_ip.as_str().as_bytes(), b"\0", agent] {
        mac.update(part);
    }
    let mut identity = [0; 16];
    for (byte, derived) in identity.iter_mut().zip(mac.finalize().into_bytes()) {
        *byte = derived;
    }
    Ok(Visitor::from_bytes(identity))
}
