mod crawler;

pub use crawler::is_ai_crawler;

use analytics::{Agent, Device, label};
use woothee::parser::{Parser, WootheeResult};

/// Bytes of a user agent that are read; those of browsers have some hundred.
const READ: usize = 1024;

/// Bytes of a version that are kept.
const VERSION_LIMIT: usize = 20;

/// What is not known.
const UNKNOWN: &str = "Unknown";

/// Browsers that the parser takes for another one, by what is in their agents and in no other's.
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

/// What is known of a user agent, and of the brands in `sec-ch-ua`, by which some browsers say that they are no other.
/// All names come from short lists, whatever it says.
pub fn agent(text: &str, brands: &str) -> Agent {
    let text = text.split_at(text.floor_char_boundary(READ)).0.trim();
    // The patterns are compiled when they are first needed, once for all parsers.
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

/// The name of a program that nobody looks at a page with.
fn bot(text: &str, parsed: Option<&WootheeResult<'_>>) -> Option<String> {
    if matches!(text, "" | "-") {
        return Some("No user agent".to_owned());
    }
    if let Some(name) = crawler::ai_crawler(text) {
        return Some(name.to_owned());
    }
    match parsed {
        // Of this category are HTTP libraries and feed readers.
        Some(WootheeResult { category: "crawler", name, .. } | WootheeResult { category: "misc", name, .. }) => {
            Some(named(name))
        }
        _ if text.contains("HeadlessChrome") => Some("HeadlessChrome".to_owned()),
        _ if has_the_word_bot(text) => Some("Other bot".to_owned()),
        // Every browser says Mozilla first, except for those that the parser knows.
        None if !text.starts_with("Mozilla/") => Some("HTTP Library".to_owned()),
        // Phones of the time before smartphones name themselves as crawlers do.
        Some(WootheeResult { category: "mobilephone", .. }) => None,
        _ if has_an_address(text) || is_compatible(text) || crawler::is_crawler(text) => Some("Other bot".to_owned()),
        _ => None,
    }
}

/// Whether an agent tells where to read about it, as crawlers do and browsers do not. Instapaper is read by people.
fn has_an_address(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["http://", "https://", "www."].iter().any(|start| text.contains(start)) && !text.contains("instapaper")
}

/// Whether an agent says `compatible; X`. Of browsers, only old ones do: Internet Explorer, and those named like it.
fn is_compatible(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let browsers = ["msie", "konqueror", "trident", "opera"];
    text.contains("compatible;") && !browsers.iter().any(|browser| text.contains(browser))
}

/// Whether a word ends in bot, spider or crawler. `CUBOT` makes phones.
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

/// The parser gives names of phones as versions, too.
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
