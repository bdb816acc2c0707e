use base64_simd::STANDARD;
use thiserror::Error;

/// A request's body as in the event. Decoding is left to the handler, which can then reject the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Text, as API Gateway passes textual content types.
    Text(String),
    /// Base64, as API Gateway passes all other content types.
    Base64(String),
}

impl Body {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Length of the body in the event, before decoding.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) | Self::Base64(text) => text.len(),
        }
    }

    /// Returns the bytes that the client sent.
    ///
    /// # Errors
    /// `TooLarge` for more than `limit` bytes, checked before decoding, and `InvalidBase64`.
    pub fn into_bytes(self, limit: usize) -> Result<Vec<u8>, BodyError> {
        match self {
            Self::Text(text) => within(limit, text.len()).map(|()| text.into_bytes()),
            Self::Base64(text) => decode(text.into_bytes(), limit),
        }
    }
}

/// Decodes in place, because a body can take half of a small function's memory.
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

/// Error of a request body that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BodyError {
    /// The event says that the body is base64, but it is not.
    #[error(
        "The event says isBase64Encoded, but its body is not base64 with padding. Encode the body, or send it as text."
    )]
    InvalidBase64,
    /// The body is longer than the handler accepts.
    #[error("The body has {length} bytes; the limit is {limit} bytes. Send a smaller body.")]
    TooLarge { limit: usize, length: usize },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base64(text: &str) -> Body {
        Body::Base64(text.to_owned())
    }

    #[test]
    fn text_is_returned_as_utf_8() {
        assert_eq!(Body::Text("hé".to_owned()).into_bytes(3).unwrap(), [b'h', 0xC3, 0xA9]);
    }

    #[test]
    fn base64_is_decoded() {
        assert_eq!(base64("AP8B").into_bytes(3).unwrap(), [0, 255, 1]);
        assert_eq!(base64("AA==").into_bytes(3).unwrap(), [0]);
        assert_eq!(base64("").into_bytes(3).unwrap(), b"");
    }

    #[test]
    fn invalid_base64_is_an_error() {
        for text in ["A", "A===", "====", "AP8B ", "AP8*", "AP-_", "Zh==x", "é"] {
            assert_eq!(base64(text).into_bytes(100), Err(BodyError::InvalidBase64), "{text:?}");
        }
    }

    #[test]
    fn the_limit_is_checked_before_decoding() {
        let error = BodyError::TooLarge { limit: 2, length: 3 };
        assert_eq!(base64("****").into_bytes(2), Err(error));
        assert_eq!(Body::Text("abc".to_owned()).into_bytes(2), Err(error));
        assert!(error.to_string().contains("the limit is 2 bytes"), "{error}");
    }
}
