use http::{HeaderMap, HeaderValue};
use settings::InvalidSetting;
use sha2::{Digest as _, Sha256};

/// The SHA-256 of the shared secret in hexadecimal digits; the digest itself is not secret.
const VARIABLE: &str = "CLOUDFRONT_HEADER_SHA256";

/// The header with the shared secret that a CloudFront distribution adds to origin requests.
const X_ORIGIN_SECRET: &str = "x-origin-secret";

/// ISO 3166-1 codes of countries, <https://www.iso.org/obp/ui/#search>.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS \
    BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI \
    FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR \
    IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM \
    MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT \
    PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM \
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// The CloudFront distribution in front of the API, if any. Anyone can send the headers that CloudFront adds, so they
/// are trusted only together with a secret that the distribution adds, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Edge(Option<[u8; 32]>);

impl Edge {
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

    /// Returns the country of a request from the distribution as an ISO 3166-1 code.
    pub fn country(&self, headers: &HeaderMap) -> Option<String> {
        let country = headers.get("cloudfront-viewer-country").filter(|_| self.is_in_front(headers))?.to_str().ok()?;
        COUNTRIES.split(' ').find(|code| *code == country).map(str::to_owned)
    }

    /// Compares digests, so that the time it takes reveals nothing about the secret.
    fn is_in_front(&self, headers: &HeaderMap) -> bool {
        let secret = headers.get(X_ORIGIN_SECRET).map(HeaderValue::as_bytes).unwrap_or_default();
        self.0 == Some(Sha256::digest(secret).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(secret: &str) -> Edge {
        Edge::from_env(|_| Some(hex::encode(Sha256::digest(secret)))).unwrap()
    }

    fn headers(country: &str, secret: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("cloudfront-viewer-country", country.parse().unwrap());
        if let Some(secret) = secret {
            headers.insert(X_ORIGIN_SECRET, secret.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_country_is_trusted_only_with_the_secret() {
        assert_eq!(edge("s3cret").country(&headers("DE", Some("s3cret"))).as_deref(), Some("DE"));
        for secret in [None, Some(""), Some("s3cre"), Some("S3cret")] {
            assert_eq!(edge("s3cret").country(&headers("DE", secret)), None, "{secret:?}");
            assert_eq!(Edge::default().country(&headers("DE", secret)), None, "{secret:?}");
        }
    }

    #[test]
    fn a_country_is_an_iso_code() {
        for code in ["de", "DEU", "D1", "", "ZZ", "XX", "EU", "UK", "T1", "DE "] {
            assert_eq!(edge("s").country(&headers(code, Some("s"))), None, "{code:?}");
        }
        assert_eq!(COUNTRIES.split(' ').count(), 249);
        assert!(
            COUNTRIES.split(' ').all(|code| code.len() == 2 && edge("s").country(&headers(code, Some("s"))).is_some())
        );
    }

    #[test]
    fn an_invalid_digest_is_rejected_by_name() {
        for text in ["secret", "00", &"0".repeat(63), &"g".repeat(64)] {
            let error = Edge::from_env(|_| Some(text.to_owned())).unwrap_err().to_string();
            assert!(error.starts_with("CLOUDFRONT_HEADER_SHA256 is not a SHA-256."), "{error}");
        }
        for nothing in [None, Some(String::new())] {
            assert_eq!(Edge::from_env(|_| nothing.clone()), Ok(Edge::default()));
        }
    }
}
