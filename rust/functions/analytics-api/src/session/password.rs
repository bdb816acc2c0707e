use argon2::password_hash::{self, PasswordVerifier as _};
use argon2::{ARGON2ID_IDENT, Argon2, Params, PasswordHash, Version};
use thiserror::Error;

/// Minimum memory of a hash in KiB, and with it the minimum number of passes, as OWASP recommends.
///
/// <https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html>
const LEAST_MEMORY: u32 = 19_456;

/// Minimum number of passes over the memory.
const LEAST_PASSES: u32 = 2;

/// Maximum memory of a hash in KiB: RFC 9106's recommendation for constrained memory, which fits a small function.
const MOST_MEMORY: u32 = 65_536;

/// Maximum number of passes: more would exceed the client's timeout.
const MOST_PASSES: u32 = 10;

/// Minimum length of a hash's output in bytes.
const LEAST_OUTPUT: usize = 16;

/// A hash that no password matches, verified for unknown users so that the response takes as long as for known ones.
/// Its cost is OWASP's minimum, which accounts should use too.
pub const DUMMY_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$b72VCocqZO2FxsKjBj85Aw$byGVo+EeILQJJ5yP2CvcwoMo55qOi3T5HUd4l5q0VMQ";

/// Verifies a password against a hash; tests replace it with a cheap comparison.
pub type Verify = Box<dyn Fn(&[u8], &str) -> Result<bool, InvalidHash> + Send + Sync>;

/// Whether a password matches a hash.
///
/// # Errors
/// The hash is invalid, too weak or too expensive.
pub fn verify(password: &[u8], hash: &str) -> Result<bool, InvalidHash> {
    let hash = PasswordHash::new(hash).map_err(|_| InvalidHash::Malformed)?;
    check(&hash)?;
    match Argon2::default().verify_password(password, &hash) {
        Ok(()) => Ok(true),
        Err(password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(InvalidHash::Unverified(error)),
    }
}

fn check(hash: &PasswordHash) -> Result<(), InvalidHash> {
    let is_argon2id = hash.algorithm == ARGON2ID_IDENT && hash.version == Some(Version::V0x13.into());
    if !is_argon2id || hash.salt.is_none() {
        return Err(InvalidHash::Malformed);
    }
    let params = Params::try_from(&hash.params).map_err(|_| InvalidHash::Malformed)?;
    let costs = (LEAST_MEMORY..=MOST_MEMORY).contains(&params.m_cost())
        && (LEAST_PASSES..=MOST_PASSES).contains(&params.t_cost());
    let is_long = hash.hash.as_ref().is_some_and(|output| output.len() >= LEAST_OUTPUT);
    if costs && is_long { Ok(()) } else { Err(InvalidHash::Cost) }
}

/// Error of an account's password hash that cannot be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidHash {
    #[error("an account's password hash is not a PHC string of Argon2id, version 19, with a salt")]
    Malformed,
    /// It is too weak, or costs more than the function has.
    #[error(
        "an account's password hash takes less than {LEAST_MEMORY} KiB and {LEAST_PASSES} passes, more than \
         {MOST_MEMORY} KiB or {MOST_PASSES} passes, or is shorter than {LEAST_OUTPUT} bytes"
    )]
    Cost,
    /// The verification failed.
    #[error("an account's password hash could not be verified")]
    Unverified(#[source] password_hash::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hashes of argon2-cffi 25.1: `PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1).hash("correct
    /// horse")`, and
    /// `PasswordHasher().hash("correct horse")`.
    const PYTHON_HASHES: [&str; 2] = [
        "$argon2id$v=19$m=19456,t=2,p=1$QnIDDIB44bpBsjq144/hBQ$GYPZYKyxjxu7gwDlDHFODKTXB00I30cBzruDWb3qz1Y",
        "$argon2id$v=19$m=65536,t=3,p=4$7tEpTLWDRieJ/v37ZDgwCQ$pZsmbebTmM4vUF8rTcfuoUAoABAGTNuVOMSAlpVoOK8",
    ];

    #[test]
    fn hashes_of_argon2_cffi_are_verified() {
        for hash in PYTHON_HASHES {
            assert_eq!(verify(b"correct horse", hash), Ok(true));
        }
        assert_eq!(verify(b"correct horse ", PYTHON_HASHES[0]), Ok(false));
    }

    #[test]
    fn the_dummy_hash_is_verified_like_any_other() {
        let hash = PasswordHash::new(DUMMY_HASH).unwrap();
        assert_eq!(check(&hash), Ok(()));
        let params = Params::try_from(&hash.params).unwrap();
        assert_eq!((params.m_cost(), params.t_cost(), params.p_cost()), (LEAST_MEMORY, LEAST_PASSES, 1));
        assert_eq!(verify(b"", DUMMY_HASH), Ok(false));
    }

    #[test]
    fn weak_and_expensive_hashes_are_rejected() {
        for (from, to, error) in [
            ("m=19456", "m=19455", InvalidHash::Cost),
            ("m=19456", "m=65537", InvalidHash::Cost),
            ("m=19456", "m=4294967295", InvalidHash::Cost),
            ("m=19456", "m=4294967296", InvalidHash::Malformed),
            ("t=2", "t=1", InvalidHash::Cost),
            ("t=2", "t=11", InvalidHash::Cost),
            ("p=1", "p=0", InvalidHash::Malformed),
            ("p=1", "p=100000", InvalidHash::Malformed),
            ("$GYPZYKyxjxu7gwDlDHFODKTXB00I30cBzruDWb3qz1Y", "$GYPZYKyxjxu7gwDlDHFO", InvalidHash::Cost),
            ("$GYPZYKyxjxu7gwDlDHFODKTXB00I30cBzruDWb3qz1Y", "", InvalidHash::Cost),
            ("$QnIDDIB44bpBsjq144/hBQ$GYPZYKyxjxu7gwDlDHFODKTXB00I30cBzruDWb3qz1Y", "", InvalidHash::Malformed),
            ("argon2id", "argon2i", InvalidHash::Malformed),
            ("v=19", "v=16", InvalidHash::Malformed),
            ("$v=19", "", InvalidHash::Malformed),
            ("$argon2id", "argon2id", InvalidHash::Malformed),
        ] {
            let hash = PYTHON_HASHES[0].replacen(from, to, 1);
            assert_ne!(hash, PYTHON_HASHES[0], "{from}");
            assert_eq!(verify(b"correct horse", &hash), Err(error), "{hash}");
        }
        assert_eq!(verify(b"", ""), Err(InvalidHash::Malformed));
        assert_eq!(
            verify(b"", "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW"),
            Err(InvalidHash::Malformed)
        );
    }

    #[test]
    fn no_error_quotes_the_hash() {
        for error in [InvalidHash::Malformed, InvalidHash::Cost] {
            assert!(!error.to_string().contains('$'));
        }
    }
}
