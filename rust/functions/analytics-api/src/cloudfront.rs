//! The CloudFront distribution in front of the API, if any.

use std::net::IpAddr;

use axum::extract::Request;
use http::{HeaderMap, HeaderValue};
use http_event::SourceIp;
use settings::InvalidSetting;
use sha2::{Digest as _, Sha256};

/// The SHA-256 of the shared secret in hexadecimal digits; the digest itself is not secret.
const VARIABLE: &str = "CLOUDFRONT_HEADER_SHA256";

/// The header with the shared secret that the distribution adds to origin requests.
const X_ORIGIN_SECRET: &str = "x-origin-secret";

/// ISO 3166-1 codes of countries, <https://www.iso.org/obp/ui/#search>.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS \
    BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI \
    FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR \
    IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM \
    MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT \
    PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM \
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// The country of a request's client as an ISO 3166-1 code, as a request extension.
#[derive(Clone)]
pub struct Country(pub String);

/// Recognizes requests from the distribution, whose sender is CloudFront instead of the client.
///
/// Anyone can send the headers that CloudFront adds, so they are trusted only together with a secret that the
/// distribution adds, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CloudFront(Option<[u8; 32]>);

impl CloudFront {
    /// Reads `CLOUDFRONT_HEADER_SHA256`; empty or missing means no distribution.
    ///
    /// # Errors
    /// The value is not the 64 hexadecimal digits of a SHA-256.
    pub fn from_env(variable: impl Fn(&'static str) -> Option<String>) -> Result<Self, InvalidSetting> {
        let Some(text) = variable(VARIABLE).filter(|text| !text.is_empty()) else { return Ok(Self::default()) };
        let mut digest = [0; 32];
        let problem =
            "is not a SHA-256. Set the 64 hexadecimal digits of `printf %s SECRET | sha256sum`, or leave it empty.";
        hex::decode_to_slice(text, &mut digest).map_err(|_| InvalidSetting::new(VARIABLE, problem))?;
        Ok(Self(Some(digest)))
    }

    /// Sets the client's address and country of a request from the distribution. Other requests keep the sender's
    /// address.
    pub fn identify(self, request: &mut Request) {
        if !self.has_sent(request.headers()) {
            return;
        }
        let (address, country) = (address(request.headers()), country(request.headers()));
        if let Some(address) = address {
            request.extensions_mut().insert(SourceIp::from(address));
        }
        if let Some(country) = country {
            request.extensions_mut().insert(Country(country.to_owned()));
        }
    }

    /// Compares digests, so that the time it takes reveals nothing about the secret.
    fn has_sent(self, headers: &HeaderMap) -> bool {
        let secret = headers.get(X_ORIGIN_SECRET).map(HeaderValue::as_bytes).unwrap_or_default();
        self.0 == Some(Sha256::digest(secret).into())
    }
}

fn country(headers: &HeaderMap) -> Option<&'static str> {
    let country = headers.get("cloudfront-viewer-country")?.to_str().ok()?;
    COUNTRIES.split(' ').find(|code| *code == country)
}

/// Returns the address in `192.0.2.1:46532`. IPv6 addresses need no brackets: the port is after the last colon.
///
/// <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-cloudfront-headers.html>
fn address(headers: &HeaderMap) -> Option<IpAddr> {
    let (address, port) = headers.get("cloudfront-viewer-address")?.to_str().ok()?.rsplit_once(':')?;
    port.parse::<u16>().ok()?;
    let bare = address.strip_prefix('[').and_then(|address| address.strip_suffix(']'));
    bare.unwrap_or(address).parse().ok()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::HeaderName;

    use super::*;

    fn cloudfront(secret: &str) -> CloudFront {
        CloudFront::from_env(|_| Some(hex::encode(Sha256::digest(secret)))).unwrap()
    }

    /// Returns the address and the country of a request that 192.0.2.9 sends.
    fn identified(cloudfront: CloudFront, headers: &[(&'static str, &str)]) -> (String, Option<String>) {
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(SourceIp::from(IpAddr::from([192, 0, 2, 9])));
        let headers = headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        request.headers_mut().extend(headers);
        cloudfront.identify(&mut request);
        let country = request.extensions_mut().remove().map(|Country(country)| country);
        (request.extensions().get::<SourceIp>().unwrap().as_str().to_owned(), country)
    }

    fn address_in(header: &str) -> String {
        identified(cloudfront("s"), &[("cloudfront-viewer-address", header), (X_ORIGIN_SECRET, "s")]).0
    }

    fn country_in(header: &str) -> Option<String> {
        identified(cloudfront("s"), &[("cloudfront-viewer-country", header), (X_ORIGIN_SECRET, "s")]).1
    }

    #[test]
    fn headers_are_trusted_only_with_the_secret() {
        let viewer = [("cloudfront-viewer-country", "DE"), ("cloudfront-viewer-address", "203.0.113.7:46532")];
        let with = |secret| [viewer.as_slice(), &[(X_ORIGIN_SECRET, secret)]].concat();
        let trusted = ("203.0.113.7".to_owned(), Some("DE".to_owned()));
        assert_eq!(identified(cloudfront("s3cret"), &with("s3cret")), trusted);
        let sender = ("192.0.2.9".to_owned(), None);
        for headers in [viewer.to_vec(), with(""), with("s3cre"), with("S3cret")] {
            assert_eq!(identified(cloudfront("s3cret"), &headers), sender, "{headers:?}");
            assert_eq!(identified(CloudFront::default(), &headers), sender, "{headers:?}");
        }
        assert_eq!(identified(cloudfront("s3cret"), &[(X_ORIGIN_SECRET, "s3cret")]), sender);
    }

    #[test]
    fn an_address_has_a_port_and_may_have_brackets() {
        for (header, address) in [
            ("198.51.100.10:46532", "198.51.100.10"),
            ("2001:db8::8a2e:370:7334:443", "2001:db8::8a2e:370:7334"),
            ("2001:0DB8:0:0:0:0:0:1:443", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
        ] {
            assert_eq!(address_in(header), address);
        }
    }

    #[test]
    fn an_invalid_address_is_ignored() {
        for header in [
            "",
            ":",
            "198.51.100.10",
            "198.51.100.10:",
            "198.51.100.10:x",
            "198.51.100.10:65536",
            "198.51.100.256:1",
            "198.51.100.10, 198.51.100.11:1",
            "[2001:db8::1:443",
            "2001:db8::1]:443",
            "example.com:443",
            " 198.51.100.10:1",
        ] {
            assert_eq!(address_in(header), "192.0.2.9", "{header:?}");
        }
    }

    #[test]
    fn a_country_is_an_iso_code() {
        for code in ["de", "DEU", "D1", "", "ZZ", "XX", "EU", "UK", "T1", "DE "] {
            assert_eq!(country_in(code), None, "{code:?}");
        }
        assert_eq!(COUNTRIES.split(' ').count(), 249);
        assert!(COUNTRIES.split(' ').all(|code| code.len() == 2 && country_in(code).as_deref() == Some(code)));
    }

    #[test]
    fn an_invalid_digest_is_rejected_by_name() {
        for text in ["secret", "00", &"0".repeat(63), &"g".repeat(64)] {
            let error = CloudFront::from_env(|_| Some(text.to_owned())).unwrap_err().to_string();
            assert!(error.starts_with("CLOUDFRONT_HEADER_SHA256 is not a SHA-256."), "{error}");
        }
        for nothing in [None, Some(String::new())] {
            assert_eq!(CloudFront::from_env(|_| nothing.clone()), Ok(CloudFront::default()));
        }
    }
}
