//! Common names of systems, browsers and sources.
//!
//! Views and totals have the names that were current when they were counted. Reports translate them to the current names,
//! so that a changed name does not split a row.

/// Returns the current name of a system, such as `Windows`.
#[must_use]
pub fn system(name: &str) -> &str {
    match name {
        "Mac OSX" | "Mac OS Classic" => "macOS",
        "iPhone" | "iPad" | "iPod" | "iOS" => "iOS",
        "ChromeOS" => "Chrome OS",
        _ if name.starts_with("Windows Phone") => "Windows Phone",
        _ if name.starts_with("Windows") => "Windows",
        _ => name,
    }
}

/// Returns the current name of a browser, such as `Samsung Internet`.
#[must_use]
pub fn browser(name: &str) -> &str {
    match name {
        "SamsungBrowser" => "Samsung Internet",
        "Google Search App" => "Google app",
        "Yandex Browser" => "Yandex",
        "Webview" => "In-app browser",
        _ => name,
    }
}

/// Returns the source that several hosts or apps belong to, such as `Google` for `google.de`, `news.google.com` and
/// `com.google.android.googlequicksearchbox`.
#[must_use]
pub fn source(referrer: &str) -> Option<&'static str> {
    let exact = SOURCES.iter().find(|(_, hosts)| hosts.iter().any(|host| is_below(referrer, host)));
    let by_name = || NAMES.iter().find(|(_, name)| has_name(referrer, name)).map(|(source, _)| *source);
    exact.map(|(source, _)| *source).or_else(by_name)
}

fn is_below(referrer: &str, host: &str) -> bool {
    referrer.strip_suffix(host).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// Whether a host belongs to a domain name in any country: `google.de`, `google.co.uk`, `maps.google.com.br`.
fn has_name(host: &str, name: &str) -> bool {
    let mut labels = host.rsplit('.');
    let (last, second) = (labels.next().unwrap_or_default(), labels.next().unwrap_or_default());
    let is_second_level = last.len() == 2 && ["co", "com", "net", "ne", "or", "org"].contains(&second);
    if is_second_level { labels.next() == Some(name) } else { second == name }
}

/// Sources by hosts and apps, the most specific ones first.
const SOURCES: [(&str, &[&str]); 36] = [
    ("Gmail", &["mail.google.com", "com.google.android.gm"]),
    ("Gemini", &["gemini.google.com", "bard.google.com"]),
    (
        "Google",
        &["com.google.android.googlequicksearchbox", "googleusercontent.com", "com.google.android.apps.magazines"],
    ),
    ("YouTube", &["youtube.com", "youtu.be", "com.google.android.youtube"]),
    ("Facebook", &["facebook.com", "fb.com", "fb.me", "messenger.com", "com.facebook.katana", "com.facebook.orca"]),
    ("Instagram", &["instagram.com", "com.instagram.android"]),
    ("Threads", &["threads.net", "threads.com"]),
    ("WhatsApp", &["whatsapp.com", "wa.me", "com.whatsapp"]),
    ("X", &["x.com", "twitter.com", "t.co", "com.twitter.android"]),
    ("LinkedIn", &["linkedin.com", "lnkd.in", "com.linkedin.android"]),
    ("Reddit", &["reddit.com", "redd.it", "com.reddit.frontpage"]),
    ("Hacker News", &["news.ycombinator.com", "hckrnews.com", "hn.algolia.com"]),
    ("Mastodon", &["mastodon.social", "mastodon.online", "org.joinmastodon.android"]),
    ("Bluesky", &["bsky.app", "bsky.social", "xyz.blueskyweb.app"]),
    ("Pinterest", &["pin.it", "com.pinterest"]),
    ("TikTok", &["tiktok.com", "com.zhiliaoapp.musically", "com.ss.android.ugc.trill"]),
    ("Snapchat", &["snapchat.com", "com.snapchat.android"]),
    ("Telegram", &["t.me", "telegram.org", "org.telegram.messenger", "org.telegram.plus"]),
    ("Discord", &["discord.com", "discordapp.com", "com.discord"]),
    ("Slack", &["slack.com", "com.slack"]),
    ("Bing", &["bing.com", "com.microsoft.bing"]),
    ("Outlook", &["outlook.live.com", "outlook.office.com", "outlook.com", "com.microsoft.office.outlook"]),
    ("Microsoft Teams", &["teams.microsoft.com", "teams.live.com", "com.microsoft.teams"]),
    ("Microsoft Copilot", &["copilot.microsoft.com", "copilot.com"]),
    ("ChatGPT", &["chatgpt.com", "chat.openai.com", "com.openai.chatgpt"]),
    ("Claude", &["claude.ai", "com.anthropic.claude"]),
    ("Perplexity", &["perplexity.ai", "ai.perplexity.app.android"]),
    ("DuckDuckGo", &["duckduckgo.com", "com.duckduckgo.mobile.android"]),
    ("Brave", &["search.brave.com", "com.brave.browser"]),
    ("Ecosia", &["ecosia.org", "com.ecosia.android"]),
    ("Baidu", &["baidu.com", "com.baidu.searchbox"]),
    ("WeChat", &["weixin.qq.com", "wx.qq.com", "com.tencent.mm"]),
    ("GitHub", &["github.com", "github.io", "com.github.android"]),
    ("Wikipedia", &["wikipedia.org", "org.wikipedia"]),
    ("Quora", &["quora.com", "com.quora.android"]),
    ("VK", &["vk.com", "vk.ru", "com.vkontakte.android"]),
];

/// Sources with domains in many countries.
const NAMES: [(&str, &str); 6] = [
    ("Google", "google"),
    ("Yahoo", "yahoo"),
    ("Yandex", "yandex"),
    ("Amazon", "amazon"),
    ("Pinterest", "pinterest"),
    ("eBay", "ebay"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_and_browsers_have_their_common_names() {
        for (name, common) in [
            ("Windows 10", "Windows"),
            ("Windows", "Windows"),
            ("Windows Phone OS 7.5", "Windows Phone"),
            ("Mac OSX", "macOS"),
            ("macOS", "macOS"),
            ("iPad", "iOS"),
            ("ChromeOS", "Chrome OS"),
            ("Linux", "Linux"),
            ("Unknown", "Unknown"),
        ] {
            assert_eq!((system(name), system(system(name))), (common, common), "{name}");
        }
        assert_eq!((browser("SamsungBrowser"), browser("Firefox")), ("Samsung Internet", "Firefox"));
    }

    #[test]
    fn hosts_and_apps_of_a_source_are_found() {
        for (referrer, expected) in [
            ("google.com", Some("Google")),
            ("google.co.uk", Some("Google")),
            ("maps.google.com.br", Some("Google")),
            ("com.google.android.googlequicksearchbox", Some("Google")),
            ("mail.google.com", Some("Gmail")),
            ("l.facebook.com", Some("Facebook")),
            ("t.co", Some("X")),
            ("out.reddit.com", Some("Reddit")),
            ("de.wikipedia.org", Some("Wikipedia")),
            ("google.evil.com", None),
            ("evilgoogle.com", None),
            ("notfacebook.com", None),
            ("facebook.com.evil.example", None),
            ("att.co", None),
            ("example.com", None),
            ("com", None),
            ("", None),
        ] {
            assert_eq!(source(referrer), expected, "{referrer}");
        }
    }

    #[test]
    fn no_host_belongs_to_two_sources() {
        let hosts: Vec<&str> = SOURCES.iter().flat_map(|(_, hosts)| hosts.iter().copied()).collect();
        for (place, host) in hosts.iter().enumerate() {
            assert!(!hosts.split_at(place).0.contains(host), "{host}");
        }
    }
}
