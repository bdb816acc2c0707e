//! The files of [Swagger UI](https://github.com/swagger-api/swagger-ui) that a page needs, compressed with gzip.
//!
//! They come from the release archive in `utoipa-swagger-ui-vendored`: nothing is downloaded. The caller provides the
//! HTML document and the script that starts Swagger UI.

#[derive(Debug, Clone, Copy)]
pub struct Asset {
    /// The name by which the other files refer to it.
    pub name: &'static str,
    pub content_type: &'static str,
    /// The contents, compressed with gzip.
    pub gzip: &'static [u8],
}

macro_rules! asset {
    ($name:literal, $content_type:literal) => {
        Asset {
            name: $name,
            content_type: $content_type,
            gzip: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".gz")),
        }
    };
}

pub const ASSETS: [Asset; 5] = [
    asset!("swagger-ui.css", "text/css; charset=utf-8"),
    asset!("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    asset!("oauth2-redirect.html", "text/html; charset=utf-8"),
    asset!("oauth2-redirect.js", "text/javascript; charset=utf-8"),
    asset!("favicon-32x32.png", "image/png"),
];

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use super::*;

    fn unpacked(name: &str) -> Vec<u8> {
        let asset = ASSETS.iter().find(|asset| asset.name == name).unwrap();
        let mut bytes = Vec::new();
        GzDecoder::new(asset.gzip).read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn every_file_decompresses_to_its_type() {
        assert!(String::from_utf8(unpacked("swagger-ui-bundle.js")).unwrap().contains("SwaggerUIBundle"));
        assert!(String::from_utf8(unpacked("swagger-ui.css")).unwrap().contains(".swagger-ui"));
        assert!(String::from_utf8(unpacked("oauth2-redirect.js")).unwrap().contains("swaggerUIRedirectOauth2"));
        assert!(unpacked("favicon-32x32.png").starts_with(b"\x89PNG"));
    }

    #[test]
    fn the_redirect_page_has_no_inline_script() {
        let page = String::from_utf8(unpacked("oauth2-redirect.html")).unwrap();
        assert!(page.contains(r#"<script src="oauth2-redirect.js"></script>"#), "{page}");
    }
}
