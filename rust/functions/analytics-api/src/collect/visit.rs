use analytics::{Campaign, Page, Referrer, Site};

use super::address::Address;

/// Maximum length of stored `utm_` parameters in bytes.
const UTM_LIMIT: usize = 1024;

/// A visited page, and where the visitor came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    pub page: Page,
    /// Where the visitor came from.
    pub referrer: Option<Referrer>,
    /// The campaign that brought the visitor.
    pub campaign: Option<Campaign>,
    /// The `utm_` parameters, form-encoded.
    pub utm: Option<String>,
}

impl Visit {
    /// Creates a visit from a URL of a site.
    pub fn from_address(site: &Site, address: &Address<'_>, referrer: &str) -> Self {
        Self::from_path(site, address.path, address.query, referrer)
    }

    /// Creates a visit from a path of a site; only the `utm_` parameters of the query are used.
    pub fn from_path(site: &Site, path: &str, query: &str, referrer: &str) -> Self {
        let (utm, campaign) = utm(query);
        Self { page: Page::normalize(path), referrer: Referrer::parse(referrer, site), campaign, utm }
    }
}

/// Returns the non-empty `utm_` parameters, as many as fit, and the campaign that they name.
fn utm(query: &str) -> (Option<String>, Option<Campaign>) {
    let mut encoded = String::new();
    let mut campaign = None;
    let mut source = None;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if !name.starts_with("utm_") || value.is_empty() {
            continue;
        }
        match name.as_ref() {
            "utm_campaign" => campaign = campaign.or_else(|| Campaign::named(&value)),
            "utm_source" => source = source.or_else(|| Campaign::named(&value)),
            _ => {}
        }
        let pair = form_urlencoded::Serializer::new(String::new()).append_pair(&name, &value).finish();
        if encoded.len() + 1 + pair.len() <= UTM_LIMIT {
            if !encoded.is_empty() {
                encoded.push('&');
            }
            encoded.push_str(&pair);
        }
    }
    ((!encoded.is_empty()).then_some(encoded), campaign.or(source))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit(path: &str, query: &str, referrer: &str) -> Visit {
        Visit::from_path(&Site::parse("example.com").unwrap(), path, query, referrer)
    }

    #[test]
    fn only_utm_parameters_are_stored() {
        let visit = visit("/a", "token=secret&utm_source=news%20letter&id=7&utm_medium=&utm_x=%26", "");
        assert_eq!(visit.utm.as_deref(), Some("utm_source=news+letter&utm_x=%26"));
        assert!(!format!("{visit:?}").contains("secret"), "{visit:?}");
    }

    #[test]
    fn utm_campaign_precedes_utm_source() {
        let campaign = |query| Some(visit("/", query, "").campaign?.as_str().to_owned());
        assert_eq!(campaign("utm_source=mail&utm_campaign=spring").as_deref(), Some("spring"));
        assert_eq!(campaign("utm_campaign=spring&utm_source=mail").as_deref(), Some("spring"));
        assert_eq!(campaign("utm_source=mail&utm_campaign=%20").as_deref(), Some("mail"));
        assert_eq!(campaign("utm_medium=mail&campaign=x"), None);
    }

    #[test]
    fn long_queries_are_truncated() {
        let query = (0..1000).map(|index| format!("utm_{index}=é&")).collect::<String>();
        let visit = visit("/", &query, "");
        assert!(visit.utm.unwrap().len() <= UTM_LIMIT);
    }

    #[test]
    fn a_referrer_is_a_host_and_not_the_site() {
        let referrer = |address| Some(visit("/", "", address).referrer?.as_str().to_owned());
        assert_eq!(referrer("https://www.search.example/?q=secret").as_deref(), Some("search.example"));
        assert_eq!(referrer("https://example.com/before"), None);
        assert_eq!(referrer(""), None);
    }
}
