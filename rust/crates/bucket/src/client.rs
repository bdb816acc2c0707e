use std::error::Error;
use std::time::{Duration, SystemTime};

use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Builder;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use thiserror::Error as ThisError;

use crate::{Bucket, LinkError};

/// A request is sent at once, so its link can be short-lived.
const LINK_LIFETIME: Duration = Duration::from_secs(60);

type Body = Full<Bytes>;

/// Reads and writes the objects of a bucket.
#[derive(Debug, Clone)]
pub struct Client {
    bucket: Bucket,
    http: https::Client<Body>,
}

/// An object that cannot be read or written.
#[derive(Debug, ThisError)]
pub enum ObjectError {
    /// The object has more bytes than the caller accepts.
    #[error("the object has more than {limit} bytes")]
    TooLarge { limit: usize },
    /// S3 rejected the request.
    #[error("S3 answers {status} to {method}")]
    Refused { method: Method, status: StatusCode },
    /// S3 cannot be reached, or closed the connection.
    #[error("S3 cannot be reached: {0}")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    /// The request cannot be built.
    #[error(transparent)]
    Link(#[from] LinkError),
}

impl Client {
    /// Returns a client of a bucket.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub fn new(bucket: Bucket) -> Result<Self, rustls::Error> {
        Ok(Self { bucket, http: https::client()? })
    }

    /// Returns the bytes of an object of at most `limit` bytes.
    ///
    /// # Errors
    /// The object does not exist or is larger, or S3 cannot be reached.
    pub async fn get(&self, key: &str, limit: usize) -> Result<Vec<u8>, ObjectError> {
        let link = self.bucket.get_link(key, LINK_LIFETIME, SystemTime::now())?;
        let response = self.send(Request::get(link), Vec::new()).await?;
        let body = Limited::new(response.into_body(), limit).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                ObjectError::TooLarge { limit }
            } else {
                ObjectError::Unreachable(error)
            }
        })?;
        Ok(body.to_bytes().into())
    }

    /// Writes an object.
    ///
    /// # Errors
    /// S3 rejects the request or cannot be reached.
    pub async fn put(&self, key: &str, content_type: &'static str, body: Vec<u8>) -> Result<(), ObjectError> {
        let link = self.bucket.put_link(key, body.len(), LINK_LIFETIME, SystemTime::now())?;
        let request = Request::put(link)
            .header(CONTENT_TYPE, HeaderValue::from_static(content_type))
            .header(CONTENT_LENGTH, body.len());
        self.send(request, body).await?;
        Ok(())
    }

    async fn send(&self, request: Builder, body: Vec<u8>) -> Result<Response<Incoming>, ObjectError> {
        let request = request.body(Full::new(Bytes::from(body)));
        let request = request.map_err(|error| ObjectError::Unreachable(error.into()))?;
        let method = request.method().clone();
        let response = self.http.request(request).await.map_err(|error| ObjectError::Unreachable(error.into()))?;
        match response.status() {
            status if status.is_success() => Ok(response),
            status => Err(ObjectError::Refused { method, status }),
        }
    }
}
