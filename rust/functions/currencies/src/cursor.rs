use base64_simd::URL_SAFE_NO_PAD;
use reply::Error;

use crate::Code;

/// Returns the cursor of the page that starts after a code.
///
/// It is opaque, so that clients do not build one, with a checksum that detects changes. It is not secret.
#[must_use]
pub fn after(code: &Code) -> String {
    let checksum = fnv_1a(code.as_str().as_bytes()).to_be_bytes();
    URL_SAFE_NO_PAD.encode_to_string([code.as_str().as_bytes(), &checksum].concat())
}

/// Returns the code after which a cursor's page starts.
///
/// # Errors
/// `InvalidCursor` for any text that `after` did not return.
pub fn parse(cursor: &str) -> Result<Code, Error> {
    code(cursor).filter(|code| after(code) == cursor).ok_or_else(|| {
        Error::bad_request(
            "InvalidCursor",
            "Invalid cursor. Pass nextCursor from a previous page unchanged, or omit it.",
        )
    })
}

fn code(cursor: &str) -> Option<Code> {
    let bytes = URL_SAFE_NO_PAD.decode_to_vec(cursor).ok()?;
    Code::parse(str::from_utf8(bytes.get(..3)?).ok()?)
}

/// <https://datatracker.ietf.org/doc/html/draft-eastlake-fnv>, section 2
fn fnv_1a(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811C_9DC5, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_contains_its_code() {
        for text in ["AAA", "EUR", "ZZZ"] {
            let code = Code::parse(text).unwrap();
            assert_eq!(parse(&after(&code)).unwrap(), code);
        }
    }

    #[test]
    fn a_changed_character_is_detected() {
        let cursor = after(&Code::parse("EUR").unwrap());
        for index in 0..cursor.len() {
            for character in "ABYZabyz0189-_=+/ é".chars() {
                let tampered: String =
                    cursor.chars().enumerate().map(|(at, own)| if at == index { character } else { own }).collect();
                assert!(tampered == cursor || parse(&tampered).is_err(), "{tampered}");
            }
        }
    }

    #[test]
    fn an_invalid_cursor_is_rejected() {
        for text in ["", "EUR", "RVVS", "null", "RVVSAAAAAA", "====", "é", &"A".repeat(100_000)] {
            assert_eq!(parse(text).unwrap_err().into_diagnostic().error_type, "InvalidCursor", "{text}");
        }
    }
}
