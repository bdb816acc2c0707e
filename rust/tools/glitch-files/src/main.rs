//! Glitches every file of a folder with many seeds, as the API does: `cargo run -p glitch-files -- IN OUT SEEDS` writes
//! `OUT/<seed>/<name>`, alternating the effects. Files that the API rejects are skipped, and printed with the reason.

use std::env;
use std::error::Error;
use std::fs;
use std::path::PathBuf;

use base64_simd::STANDARD;
use bucket::Bucket;
use glitch::Glitch;
use serde_json::{Value, json};

const EFFECTS: [&str; 4] = ["bytes", "channels", "blocks", "sort"];

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "the output is for the operator")]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [input, output, seeds] = arguments.as_slice() else { return Err("usage: glitch-files IN OUT SEEDS".into()) };
    for (seed, effect) in (0..seeds.parse::<u64>()?).zip(EFFECTS.into_iter().cycle()) {
        let folder = PathBuf::from(output).join(seed.to_string());
        fs::create_dir_all(&folder)?;
        for entry in fs::read_dir(input)? {
            let entry = entry?;
            match glitched(&fs::read(entry.path())?, seed, effect).await? {
                Ok(glitched) => fs::write(folder.join(entry.file_name()), glitched)?,
                Err(reason) => println!("{} {reason}", entry.file_name().display()),
            }
        }
    }
    Ok(())
}

async fn glitched(
    file: &[u8],
    seed: u64,
    effect: &str,
) -> Result<Result<Vec<u8>, String>, Box<dyn Error + Send + Sync>> {
    let event = json!({
        "version": "2.0",
        "rawPath": "/glitch",
        "rawQueryString": format!("seed={seed}&effect={effect}"),
        "requestContext": {"http": {"method": "POST"}},
        "body": STANDARD.encode_to_string(file),
        "isBase64Encoded": true,
    });
    let bucket = Bucket::from_env(|name| Some(name.to_owned()), "UPLOADS_URL")?;
    match Glitch::new(bucket).handle(serde_json::from_value(event)?).await {
        Ok(response) => {
            let response: Value = serde_json::to_value(response)?;
            let body = response.get("body").and_then(Value::as_str).unwrap_or_default();
            Ok(Ok(STANDARD.decode_to_vec(body)?))
        }
        Err(error) => Ok(Err(error.into_diagnostic().error_type)),
    }
}
