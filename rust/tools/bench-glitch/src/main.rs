//! Measures glitching a large picture: `cargo run --release -p bench-glitch` prints milliseconds of the handler, of the
//! whole path from the event's text to the response's, and, as the baseline, of decoding and encoding the same base64.

use std::error::Error;
use std::time::{Duration, Instant};

use base64_simd::STANDARD;
use bucket::Bucket;
use glitch::Glitch;
use jpeg_encoder::{ColorType, Encoder};
use serde_json::{Map, Value};

const EVENT: &str = include_str!("../../../functions/glitch/events/http.json");

/// Approximate size of the picture in bytes: just under Lambda's limit.
const BYTES: usize = 4_400_000;

/// Number of runs; the median is printed.
const TURNS: usize = 41;

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "the output is for the operator")]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let glitch = Glitch::new(Bucket::from_env(|name| Some(name.to_owned()), "UPLOADS_URL")?);
    let base64 = STANDARD.encode_to_string(picture()?);
    let mut event: Map<String, Value> = serde_json::from_str(EVENT)?;
    event.insert("body".to_owned(), Value::from(base64.clone()));
    let event = serde_json::to_string(&event)?;

    let (mut handler, mut whole, mut alone) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let started = Instant::now();
        let request = serde_json::from_str(&event)?;
        let handed_over = Instant::now();
        let response = glitch.handle(request).await.map_err(|error| format!("{error:?}"))?;
        handler.push(handed_over.elapsed());
        drop(serde_json::to_vec(&response)?);
        whole.push(started.elapsed());

        let started = Instant::now();
        let bytes = STANDARD.decode_to_vec(&base64)?;
        drop(STANDARD.encode_to_string(bytes));
        alone.push(started.elapsed());
    }
    println!("{} {} {}", milliseconds(handler), milliseconds(whole), milliseconds(alone));
    Ok(())
}

/// Returns a JPEG of noise, of about the size.
fn picture() -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> {
    let side = 1000;
    let pixels = usize::from(side).pow(2) * BYTES / noise(side)?.len();
    noise(pixels.isqrt().try_into()?)
}

fn noise(side: u16) -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> {
    let mut state = 1_u32;
    let pixels = (0..3 * u32::from(side) * u32::from(side)).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    });
    let mut jpeg = Vec::new();
    Encoder::new(&mut jpeg, 80).encode(&pixels.collect::<Vec<_>>(), side, side, ColorType::Rgb)?;
    Ok(jpeg)
}

fn milliseconds(mut samples: Vec<Duration>) -> f64 {
    samples.sort_unstable();
    samples.get(samples.len() / 2).copied().unwrap_or_default().as_secs_f64() * 1000.0
}
