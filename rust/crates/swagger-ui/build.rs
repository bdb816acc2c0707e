//! Takes the files out of the release archive, each as a gzip file of the bytes as the archive has them compressed.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED as ARCHIVE;

const FILES: [&str; 5] =
    ["swagger-ui.css", "swagger-ui-bundle.js", "oauth2-redirect.html", "oauth2-redirect.js", "favicon-32x32.png"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let folder = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    for file in FILES {
        let gzip = entries(ARCHIVE)
            .find(|entry| entry.name.ends_with(format!("/dist/{file}").as_bytes()))
            .and_then(|entry| entry.gzip(ARCHIVE))
            .ok_or_else(|| format!("Swagger UI's archive has no dist/{file} that can be read"))?;
        fs::write(folder.join(format!("{file}.gz")), gzip)?;
    }
    Ok(())
}

/// An entry of the archive's directory.
///
/// <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>, 4.3.12
struct Entry<'a> {
    name: &'a [u8],
    method: u16,
    crc32: u32,
    compressed: u32,
    length: u32,
    offset: u32,
}

/// The entries, which stand one after the other from where the archive's end says.
fn entries(archive: &[u8]) -> impl Iterator<Item = Entry<'_>> {
    let end = archive.windows(4).rposition(|bytes| bytes == b"PK\x05\x06").unwrap_or(archive.len());
    let mut at = number(archive, end + 16).map_or(archive.len(), |offset| offset as usize);
    std::iter::from_fn(move || {
        if archive.get(at..at + 4)? != b"PK\x01\x02" {
            return None;
        }
        let [name, extra, comment] = [28, 30, 32].map(|field| short(archive, at + field).map(usize::from));
        let name = archive.get(at + 46..at + 46 + name?)?;
        let entry = Entry {
            name,
            method: short(archive, at + 10)?,
            crc32: number(archive, at + 16)?,
            compressed: number(archive, at + 20)?,
            length: number(archive, at + 24)?,
            offset: number(archive, at + 42)?,
        };
        at += 46 + name.len() + extra? + comment?;
        Some(entry)
    })
}

impl Entry<'_> {
    /// The entry as a gzip file, <https://www.rfc-editor.org/rfc/rfc1952>: another frame around the same bytes.
    fn gzip(&self, archive: &[u8]) -> Option<Vec<u8>> {
        let header = self.offset as usize;
        let data = header + 30 + usize::from(short(archive, header + 26)?) + usize::from(short(archive, header + 28)?);
        let data = archive.get(data..data + self.compressed as usize)?;
        let mut gzip = b"\x1f\x8b\x08\0\0\0\0\0\0\xff".to_vec();
        match self.method {
            8 => gzip.extend(data),
            0 => gzip.extend(stored(data)?),
            _ => return None,
        }
        gzip.extend(self.crc32.to_le_bytes());
        gzip.extend(self.length.to_le_bytes());
        Some(gzip)
    }
}

/// Bytes that the archive does not compress, as one block that deflate does not either.
fn stored(data: &[u8]) -> Option<Vec<u8>> {
    let length = u16::try_from(data.len()).ok()?;
    Some([&[1], &length.to_le_bytes()[..], &(!length).to_le_bytes()[..], data].concat())
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
