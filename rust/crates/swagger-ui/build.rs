//! Extracts the files from the release archive, and compresses each with gzip.

use std::borrow::Cow;
use std::error::Error;
use std::io::{Cursor, copy};
use std::path::PathBuf;
use std::{env, fs};

use flate2::Compression;
use flate2::write::GzEncoder;
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED as ARCHIVE;
use zip::ZipArchive;

const FILES: [&str; 5] =
    ["swagger-ui.css", "swagger-ui-bundle.js", "oauth2-redirect.html", "oauth2-redirect.js", "favicon-32x32.png"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let folder = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let mut archive = ZipArchive::new(Cursor::new(ARCHIVE))?;
    for file in FILES {
        let end = format!("/dist/{file}");
        let name = archive.file_names().filter_map(Result::ok).find(|name| name.ends_with(&end)).map(Cow::into_owned);
        let name = name.ok_or_else(|| format!("Swagger UI's archive has no dist/{file}"))?;
        let mut gzip = GzEncoder::new(fs::File::create(folder.join(format!("{file}.gz")))?, Compression::best());
        copy(&mut archive.by_name(&name)?, &mut gzip)?;
        gzip.finish()?;
    }
    Ok(())
}
