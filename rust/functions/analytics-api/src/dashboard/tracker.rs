use http::header::HOST;
use http::request::Parts;
use http_service::DomainName;
use maud::{Markup, html};

use crate::scheme::scheme;

/// Renders the lines that add the tracker to a page. The URL has the host of the request, because pages of other sites load
/// it.
pub fn snippet(parts: &Parts) -> Markup {
    let url = format!("{}{}", origin(parts), parts.uri.path());
    html! {
        section.start {
            h2 { "Add the tracker" }
            p {
                "Add these lines to each page to count. The second line counts views without JavaScript: let your site’s template \
                 replace " code { "/about" } " with the page’s path, which Firefox and Safari do not send. Views appear here after \
                 a few seconds."
            }
            pre tabindex="0" {
                code {
                    "<script async src=\"" (url) "/a.js\"></script>\n"
                    "<noscript><img src=\"" (url) "/pv.gif?path=/about\" referrerpolicy=\"no-referrer-when-downgrade\" alt=\"\"></noscript>"
                }
            }
        }
    }
}

/// Returns the host: the domain has no port, and the host header may differ if the API is under a path.
fn origin(Parts { headers, extensions, .. }: &Parts) -> String {
    let scheme = scheme(headers);
    let host = headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match extensions.get::<DomainName>() {
        Some(DomainName(domain)) => {
            let port = host.rsplit_once(':').map(|(_, port)| format!(":{port}")).unwrap_or_default();
            format!("{scheme}://{domain}{port}")
        }
        None => format!("{scheme}://{host}"),
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn snippet_of(host: &str, scheme: Option<&str>, domain: &str) -> String {
        let request = Request::get("/analytics?site=a").header(HOST, host).extension(DomainName(domain.to_owned()));
        let request = scheme.iter().fold(request, |request, scheme| request.header("x-forwarded-proto", *scheme));
        snippet(&request.body(()).unwrap().into_parts().0).into_string()
    }

    #[test]
    fn the_tracker_is_at_the_domain_that_was_called() {
        let domain = "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com";
        let snippet = snippet_of(domain, Some("https"), domain);
        assert!(
            snippet.contains(&format!("&lt;script async src=&quot;https://{domain}/analytics/a.js&quot;&gt;")),
            "{snippet}"
        );
    }

    #[test]
    fn a_port_is_kept() {
        let snippet = snippet_of("127.0.0.1:4566", None, "a1.execute-api.localhost");
        assert!(
            snippet.contains("http://a1.execute-api.localhost:4566/analytics/pv.gif?path=/about&quot; referrerpolicy="),
            "{snippet}"
        );
        assert!(snippet.contains("http://a1.execute-api.localhost:4566/analytics/a.js"), "{snippet}");
    }
}
