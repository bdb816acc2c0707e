use base64_simd::STANDARD;
use thiserror::Error;

/// A request's body as the event carries it: decoding waits for a handler that can refuse it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// The text itself, as API Gateway passes textual content types.
    Text(String),
    /// Base64 of the bytes, as it passes everything else.
    Base64(String),
}

impl Body {
    /// Whether the client sent no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How long the body is in the event.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) | Self::Base64(text) => text.len(),
        }
    }

    /// The bytes that the client sent.
    ///
    /// # Errors
    /// `TooLarge` when there are more than `limit` bytes, which is found before any is decoded, and `InvalidBase64`.
    pub fn into_bytes(self, limit: usize) -> Result<Vec<u8>, BodyError> {
        match self {
            Self::Text(text) => within(limit, text.len()).map(|()| text.into_bytes()),
            Self::Base64(text) => decode(text.into_bytes(), limit),
        }
    }
}

/// Decodes in place: a body can be half of what a small function has in memory.
fn decode(mut bytes: Vec<u8>, limit: usize) -> Result<Vec<u8>, BodyError> {
    let length = STANDARD.decoded_length(&bytes).map_err(|_| BodyError::InvalidBase64)?;
    within(limit, length)?;
    STANDARD.decode_inplace(&mut bytes).map_err(|_| BodyError::InvalidBase64)?;
    bytes.truncate(length);
    Ok(bytes)
}

fn within(limit: usize, length: usize) -> Result<(), BodyError> {
    if length <= limit { Ok(()) } else { Err(BodyError::TooLarge { limit, length }) }
}

/// Why a request's body cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BodyError {
    /// The event says that the body is base64, and it is not.
    #[error(
        "The event says isBase64Encoded, but its body is not base64 with padding. Encode the body, or send it as text."
    )]
    InvalidBase64,
    /// The body is longer than the handler takes.
    #[error("The body is {length} bytes long; at most {limit} bytes are taken. Send a smaller one.")]
    TooLarge {
        /// Bytes that the handler takes at most.
        limit: usize,
        /// Bytes that the client sent.
        length: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base64(text: &str) -> Body {
        Body::Base64(text.to_owned())
    }

    #[test]
    fn text_comes_as_its_utf_8_bytes() {
        assert_eq!(Body::Text("hé".to_owned()).into_bytes(3).unwrap(), [b'h', 0xC3, 0xA9]);
    }

    #[test]
    fn base64_comes_decoded() {
        assert_eq!(base64("AP8B").into_bytes(3).unwrap(), [0, 255, 1]);
        assert_eq!(base64("AA==").into_bytes(3).unwrap(), [0]);
        assert_eq!(base64("").into_bytes(3).unwrap(), b"");
    }

    #[test]
    fn what_is_not_base64_is_refused_without_a_panic() {
        for text in ["A", "A===", "====", "AP8B ", "AP8*", "AP-_", "Zh==x", "é"] {
            assert_eq!(base64(text).into_bytes(100), Err(BodyError::InvalidBase64), "{text:?}");
        }
    }

    #[test]
    fn a_body_over_the_limit_is_refused_before_it_is_decoded() {
        let error = BodyError::TooLarge { limit: 2, length: 3 };
        assert_eq!(base64("****").into_bytes(2), Err(error));
        assert_eq!(Body::Text("abc".to_owned()).into_bytes(2), Err(error));
        assert!(error.to_string().contains("at most 2 bytes"), "{error}");
    }
}
