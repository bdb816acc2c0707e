mod crawler;

pub use crawler::is_ai_crawler;

use analytics::{Agent, Device, label};
use woothee::parser::{Parser, WootheeResult};

/// Maximum number of bytes read of a user agent; those of browsers have about a hundred.
const READ: usize = 1024;

/// Maximum length of a stored version in bytes.
const VERSION_LIMIT: usize = 20;

const UNKNOWN: &str = "Unknown";

/// Browsers that the parser mistakes for another one, by text that only their user agents contain.
const BROWSERS: [(&str, &str); 13] = [
    ("DuckDuckGo/", "DuckDuckGo"),
    ("Ddg/", "DuckDuckGo"),
    ("Brave/", "Brave"),
    ("FBAN/", "Facebook app"),
    ("FBAV/", "Facebook app"),
    ("Instagram ", "Instagram app"),
    ("LinkedInApp", "LinkedIn app"),
    ("Snapchat/", "Snapchat app"),
    ("musical_ly", "TikTok app"),
    ("BytedanceWebview", "TikTok app"),
    ("Silk/", "Amazon Silk"),
    ("Whale/", "Whale"),
    ("HuaweiBrowser/", "Huawei Browser"),
];

/// Parses a user agent, and the brands in `sec-ch-ua`, which identify some browsers. Except for the version, all
/// results come from short lists.
pub fn agent(text: &str, brands: &str) -> Agent {
    let text = text.split_at(text.floor_char_boundary(READ)).0.trim();
    // The parser compiles its patterns on first use, for all instances.
    let parsed = Parser::new().parse(text);
    let bot = bot(text, parsed.as_ref());
    let parsed = parsed.unwrap_or_default();
    Agent {
        browser: browser(text, brands, parsed.name),
        version: version(parsed.version),
        system: label::system(&named(parsed.os)).to_owned(),
        device: device(text, &parsed),
        bot,
    }
}

/// Returns the name of a bot: a program without a visitor who looks at the page.
fn bot(text: &str, parsed: Option<&WootheeResult<'_>>) -> Option<String> {
    if matches!(text, "" | "-") {
        return Some("No user agent".to_owned());
    }
    if let Some(name) = crawler::ai_crawler(text) {
        return Some(name.to_owned());
    }
    match parsed {
        // HTTP libraries and feed readers are in this category.
        Some(WootheeResult { category: "crawler", name, .. } | WootheeResult { category: "misc", name, .. }) => {
            Some(named(name))
        }
        _ if text.contains("HeadlessChrome") => Some("HeadlessChrome".to_owned()),
        _ if has_the_word_bot(text) => Some("Other bot".to_owned()),
        // Every browser starts with Mozilla, except those that the parser recognizes.
        None if !text.starts_with("Mozilla/") => Some("HTTP Library".to_owned()),
        // Feature phones identify themselves as crawlers do.
        Some(WootheeResult { category: "mobilephone", .. }) => None,
        _ if has_an_address(text) || is_compatible(text) || crawler::is_crawler(text) => Some("Other bot".to_owned()),
        _ => None,
    }
}

/// Whether a user agent contains a URL, as those of crawlers do and those of browsers do not, except for Instapaper.
fn has_an_address(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["http://", "https://", "www."].iter().any(|start| text.contains(start)) && !text.contains("instapaper")
}

/// Whether a user agent contains `compatible; X`. Only old browsers do: Internet Explorer and those named like it.
fn is_compatible(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let browsers = ["msie", "konqueror", "trident", "opera"];
    text.contains("compatible;") && !browsers.iter().any(|browser| text.contains(browser))
}

/// Whether a word ends in bot, spider or crawler. `CUBOT` is a brand of phones.
fn has_the_word_bot(text: &str) -> bool {
    let text = text.to_ascii_lowercase().replace("cubot", "");
    ["bot", "spider", "crawler"].iter().any(|word| {
        text.match_indices(word).any(|(start, _)| {
            let after = text.split_at(start + word.len()).1;
            !after.starts_with(|next: char| next.is_ascii_lowercase())
        })
    })
}

fn browser(text: &str, brands: &str, parsed: &str) -> String {
    if brands.contains("\"Brave\"") {
        return "Brave".to_owned();
    }
    let special = BROWSERS.iter().find(|(token, _)| text.contains(token)).map(|(_, name)| (*name).to_owned());
    special.unwrap_or_else(|| label::browser(&named(parsed)).to_owned())
}

fn named(name: &str) -> String {
    match name {
        "" | "UNKNOWN" => UNKNOWN.to_owned(),
        "Windows UNKNOWN Ver" => "Windows".to_owned(),
        _ => name.to_owned(),
    }
}

/// Returns a version; the parser returns names of phones as versions, too.
fn version(version: &str) -> String {
    let is_number = version.len() <= VERSION_LIMIT && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_number { version.to_owned() } else { String::new() }
}

fn device(text: &str, parsed: &WootheeResult<'_>) -> Device {
    match (parsed.category, parsed.os) {
        ("pc", _) => Device::Desktop,
        (_, "iPad") => Device::Tablet,
        // https://developer.chrome.com/docs/multidevice/user-agent/
        ("smartphone", "Android") if !text.contains("Mobi") => Device::Tablet,
        ("smartphone" | "mobilephone", _) => Device::Phone,
        _ => Device::Other,
    }
}

#[cfg(test)]
mod tests;
