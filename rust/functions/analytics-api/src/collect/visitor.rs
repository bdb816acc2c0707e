use analytics::Site;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use sha2::digest::InvalidLength;

use super::client::Identity;
use super::store::Secret;

/// Derives a visitor of a site, for the time that the secret is valid.
///
/// # Errors
/// Never in practice: HMAC accepts secrets of any length.
pub fn visitor(Secret(secret): &Secret, site: &Site, (source_ip, agent): &Identity) -> Result<[u8; 16], InvalidLength> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret)?;
    // Sites and addresses contain no zero byte, so the input is unambiguous.
    for part in [site.as_str().as_bytes(), b"\0", source_ip.as_str().as_bytes(), b"\0", agent] {
        mac.update(part);
    }
    let mut visitor = [0; 16];
    for (byte, derived) in visitor.iter_mut().zip(mac.finalize().into_bytes()) {
        *byte = derived;
    }
    Ok(visitor)
}
