use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::{accept, respond};

/// A request to a [`Server`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub path: String,
    pub body: String,
}

/// A server that a function calls, such as DynamoDB or a collector. It stores the requests, and runs until the test ends.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Server {
    /// Starts a server that responds with a status and a JSON body.
    ///
    /// # Errors
    /// There is no free port.
    pub fn start(mut reply: impl FnMut(&Call) -> (&'static str, String) + Send + 'static) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let server = Self { address: listener.local_addr()?, calls: Arc::default() };
        let calls = Arc::clone(&server.calls);
        thread::spawn(move || {
            loop {
                // A client that closes its connection early is not an error of the server.
                let Ok((mut stream, path, body)) = accept(&listener) else { continue };
                let call = Call { path, body };
                let (status, body) = reply(&call);
                calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
                drop(respond(&mut stream, status, "content-type: application/json\r\n", &body));
            }
        });
        Ok(server)
    }

    /// Returns the URL of the server, without a path.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the requests that it has responded to.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
