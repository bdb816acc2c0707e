//! Runs a function as Lambda does: starts its process with an environment, sends it events through a Runtime API, and
//! reads its log.

mod server;

use std::error::Error;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, SystemTime};

use serde_json::Value;
pub use server::{Call, Server};

/// The variables that Lambda sets for every function.
const LAMBDA: [(&str, &str); 7] = [
    ("AWS_LAMBDA_FUNCTION_NAME", "function-4f2"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_REGION", "eu-central-1"),
    ("AWS_ACCESS_KEY_ID", "test"),
    ("AWS_SECRET_ACCESS_KEY", "test"),
    // Nothing listens there, so a function that needs a table fails at once.
    ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9"),
];

/// The keys of every closing line.
pub const STANDARD_KEYS: [&str; 12] = [
    "level",
    "message",
    "timestamp",
    "service",
    "cold_start",
    "function_name",
    "function_memory_size",
    "function_arn",
    "function_request_id",
    "correlation_id",
    "xray_trace_id",
    "duration_ms",
];

pub type Failure = Box<dyn Error + Send + Sync>;

/// A function's executable, and the environment it gets in addition to Lambda's.
pub struct Bootstrap<'a> {
    /// The path of the executable, `env!("CARGO_BIN_EXE_…")`.
    pub executable: &'a str,
    /// Variables in addition to Lambda's.
    pub environment: &'a [(&'a str, &'a str)],
    /// The timeout of each invocation.
    pub time: Duration,
    /// The X-Ray tracing header of each invocation.
    pub trace: &'a str,
}

/// The responses and the log of a function that handled some events.
#[derive(Debug)]
pub struct Run {
    /// Path and body of each response.
    pub answers: Vec<(String, String)>,
    pub lines: Vec<Value>,
}

impl Run {
    /// Returns the closing lines, one per event.
    #[must_use]
    pub fn closing_lines(&self) -> Vec<&Value> {
        self.lines.iter().filter(|line| line.get("duration_ms").is_some()).collect()
    }
}

impl<'a> Bootstrap<'a> {
    /// Returns the executable with further variables, a timeout of thirty seconds, and a trace that is not sampled.
    #[must_use]
    pub fn new(executable: &'a str, environment: &'a [(&'a str, &'a str)]) -> Self {
        let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0";
        Self { executable, environment, time: Duration::from_secs(30), trace }
    }

    /// Invokes the function with the events; their request ids are `id-1` and up.
    ///
    /// # Errors
    /// The function does not start, exits early, or logs a line that is not JSON.
    pub fn invoke(&self, events: &[&str]) -> Result<Run, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let mut process = Command::new(self.executable)
            .env_clear()
            .envs(LAMBDA)
            .envs(self.environment.iter().copied())
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = process.stdout.take().ok_or("the process has no stdout")?;
        let log = thread::spawn(move || {
            let log = io::read_to_string(stdout);
            // Unblocks `accept` if the function exits early.
            drop(TcpStream::connect(address));
            log
        });
        let answers: Result<_, Failure> =
            (1..).zip(events).map(|(number, event)| self.answer(&listener, number, event)).collect();
        process.kill()?;
        process.wait()?;
        let log = log.join().map_err(|_| "the log cannot be read")??;
        let lines = log.lines().map(serde_json::from_str).collect::<Result<_, _>>();
        Ok(Run { answers: answers?, lines: lines.map_err(|error| format!("{error} in the log:\n{log}"))? })
    }

    /// Runs a function for one event, and checks that one closing line with all standard keys ends it.
    ///
    /// # Panics
    /// If the line is missing or wrong.
    #[expect(clippy::panic, reason = "an assertion of tests")]
    pub fn assert_closing_line(&self, service: &str, event: &str, outcome: &str) {
        let run = self.invoke(&[event]).unwrap_or_else(|error| panic!("{error}"));
        let closing = run.closing_lines();
        let [line] = closing.as_slice() else { panic!("{:?}", run.lines) };
        for key in STANDARD_KEYS {
            assert!(!line[key].is_null(), "{key} is missing in {line}");
        }
        assert_eq!((&line["service"], &line["outcome"]), (&service.into(), &outcome.into()), "{line}");
    }

    /// Runs a service for the requests, and checks the closing line of each: all standard keys, its route and its
    /// status.
    ///
    /// # Panics
    /// If a line is missing or wrong.
    #[expect(clippy::panic, clippy::unwrap_used, reason = "an assertion of tests")]
    pub fn assert_closing_lines(&self, service: &str, requests: &[(&str, &str, u16)]) {
        let events: Vec<&str> = requests.iter().map(|(event, ..)| *event).collect();
        let run = self.invoke(&events).unwrap_or_else(|error| panic!("{error}"));
        let closing = run.closing_lines();
        assert_eq!(closing.len(), requests.len(), "{:?}", run.lines);
        for (line, (event, route, status)) in closing.into_iter().zip(requests) {
            for key in STANDARD_KEYS {
                assert!(!line[key].is_null(), "{key} is missing in {line}");
            }
            assert_eq!(
                (&line["service"], &line["route"], &line["status"]),
                (&service.into(), &(*route).into(), &(*status).into())
            );
            let event: Value = serde_json::from_str(event).unwrap();
            assert_eq!(line.get("correlation_id"), event.pointer("/requestContext/requestId"), "{line}");
        }
    }

    /// Starts the function without the removed variables, and returns the one line that it logs.
    ///
    /// # Errors
    /// The function starts, or logs anything else.
    pub fn fail_to_start(&self, removed: &[&str]) -> Result<Value, Failure> {
        let given = LAMBDA.into_iter().chain(self.environment.iter().copied());
        let environment = given.filter(|(name, _)| !removed.contains(name));
        let output = Command::new(self.executable).env_clear().envs(environment).output()?;
        if output.status.success() {
            return Err("the function starts".into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// Sends the function an event when it polls for one, and receives the response.
    fn answer(&self, listener: &TcpListener, number: usize, event: &str) -> Result<(String, String), Failure> {
        let (mut next, ..) = accept(listener)?;
        let deadline = (SystemTime::now() + self.time).duration_since(SystemTime::UNIX_EPOCH)?.as_millis();
        let headers = format!(
            "lambda-runtime-aws-request-id: id-{number}\r\nlambda-runtime-deadline-ms: {deadline}\r\n\
             lambda-runtime-invoked-function-arn: arn:aws:lambda:eu-central-1:000000000000:function:function-4f2\r\n\
             lambda-runtime-trace-id: {}\r\n",
            self.trace
        );
        respond(&mut next, "200 OK", &headers, event)?;
        let (mut posted, path, body) = accept(listener)?;
        respond(&mut posted, "202 Accepted", "", "")?;
        Ok((path, body))
    }
}

/// Reads one request: the stream to respond to, the path and the body.
fn accept(listener: &TcpListener) -> Result<(TcpStream, String, String), Failure> {
    let (stream, _) = listener.accept()?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut head = Vec::new();
    for line in reader.by_ref().lines() {
        match line? {
            line if line.is_empty() => break,
            line => head.push(line),
        }
    }
    let path = head.first().and_then(|line| line.split(' ').nth(1)).ok_or("the function has ended")?.to_owned();
    let length = head.iter().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = String::new();
    reader.take(length.unwrap_or(0)).read_to_string(&mut body)?;
    Ok((stream, path, body))
}

/// Responds to a request and closes the connection.
fn respond(stream: &mut TcpStream, status: &str, headers: &str, body: &str) -> io::Result<()> {
    let length = body.len();
    write!(stream, "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
}
