use aws_sdk_dynamodb::Client;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::{Failure, client_at};

/// A reply: status and body; `None` closes the connection.
pub type Reply = Option<(u16, Value)>;

/// The bodies of the requests, once every reply is sent.
pub type Requests = JoinHandle<Result<Vec<Value>, Failure>>;

/// Returns a client whose requests get these replies in order, for replies that no emulator sends.
///
/// # Errors
/// The client cannot be created, or the task's server failed.
pub async fn replay(replies: Vec<Reply>) -> Result<(Client, Requests), Failure> {
    respond(replies.into_iter().map(|reply| |_: &[Value]| reply).collect()).await
}

/// As `replay`, with replies that depend on the requests up to then.
///
/// # Errors
/// The client cannot be created, or the task's server failed.
pub async fn respond<R>(replies: Vec<R>) -> Result<(Client, Requests), Failure>
where
    R: FnOnce(&[Value]) -> Reply + Send + 'static,
{
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let client = client_at(&format!("http://{}", listener.local_addr()?))?;
    let requests = tokio::spawn(async move {
        let mut requests = Vec::new();
        for reply in replies {
            let (mut stream, _) = listener.accept().await?;
            requests.push(request(&mut stream).await?);
            if let Some((status, body)) = reply(&requests) {
                let body = body.to_string();
                let head = format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
                let reply = format!("{head}content-type: application/x-amz-json-1.0\r\n\r\n{body}");
                stream.write_all(reply.as_bytes()).await?;
            }
        }
        Ok(requests)
    });
    Ok((client, requests))
}

/// Returns an error reply with further fields.
#[must_use]
pub fn error(name: &str, more: &Value) -> Reply {
    let mut body = more.as_object().cloned().unwrap_or_default();
    body.insert("__type".to_owned(), format!("com.amazonaws.dynamodb.v20120810#{name}").into());
    body.insert("message".to_owned(), "the reason".into());
    Some((400, body.into()))
}

/// Reads a request's body.
async fn request(stream: &mut TcpStream) -> Result<Value, Failure> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err("the request is incomplete".into());
        }
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.to_ascii_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        if body.len() == length.unwrap_or(0) {
            return Ok(serde_json::from_str(body)?);
        }
    }
}
