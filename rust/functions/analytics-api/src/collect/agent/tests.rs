use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;
use std::{env, fs};

use analytics::{Moment, Offset, Page, Record, Site, View, ViewId};
use proptest::prelude::*;
use serde_json::Value;

use super::*;

/// A user agent of woothee's tests, with its expected properties if given.
struct Sample {
    agent: String,
    name: Option<String>,
    version: Option<String>,
    os: Option<String>,
}

/// The folder of woothee's tests in cargo's registry.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    // Packages for other platforms are not downloaded.
    let platform = format!("{}-unknown-linux-gnu", env::consts::ARCH);
    let arguments = ["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", &platform];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let package = metadata["packages"].as_array().unwrap().iter().find(|package| package["name"] == "woothee").unwrap();
    PathBuf::from(package["manifest_path"].as_str().unwrap()).with_file_name("tests")
});

/// Parses one file of those tests; all have the same format.
fn samples(file: &str) -> Vec<Sample> {
    let text = fs::read_to_string(FOLDER.join(file).with_extension("rs")).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().starts_with("//")).collect();
    lines.join("\n").split("parser.parse(").skip(1).map(sample).collect()
}

fn sample(text: &str) -> Sample {
    let expected = |field: &str| between(text, &format!("assert_eq!(result.{field}, \""), "\"");
    Sample {
        agent: between(text, "r#\"", "\"#").unwrap(),
        name: expected("name"),
        version: expected("version"),
        os: expected("os"),
    }
}

fn between(text: &str, start: &str, end: &str) -> Option<String> {
    let (_, rest) = text.split_once(start)?;
    Some(rest.split_once(end)?.0.to_owned())
}

const FILES: [&str; 17] = [
    "appliance",
    "blank",
    "crawler",
    "crawler_google",
    "crawler_nonmajor",
    "misc",
    "mobilephone_au",
    "mobilephone_docomo",
    "mobilephone_misc",
    "mobilephone_softbank",
    "mobilephone_willcom",
    "pc_lowpriority",
    "pc_misc",
    "pc_windows",
    "smartphone_android",
    "smartphone_ios",
    "smartphone_misc",
];

fn all_samples() -> Vec<Sample> {
    FILES.into_iter().flat_map(samples).collect()
}

/// Stores a parsed user agent and decodes it again.
fn stored(agent: &Agent) -> Agent {
    let time = Moment::from_milliseconds(1_795_231_140_000).unwrap();
    let view = View {
        site: Site::parse("example.com").unwrap(),
        id: ViewId { time, random: 1, offset: Offset::UTC },
        page: Page::normalize("/"),
        visitor: None,
        referrer: None,
        campaign: None,
        real_page: None,
        utm: None,
        agent: agent.clone(),
        country: None,
    };
    Record::decode(&view.item(time)).unwrap().view.agent
}

#[test]
fn every_file_of_the_corpus_is_parsed() {
    let mut files: Vec<String> =
        fs::read_dir(&*FOLDER).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    assert_eq!(files, FILES.map(|file| format!("{file}.rs")));
    assert!(all_samples().len() > 200);
}

/// The crate `regex` of this workspace replaces the engine that woothee was written for.
#[test]
fn woothee_passes_its_own_tests() {
    for Sample { agent, name, version, os } in all_samples() {
        let result = Parser::new().parse(&agent).unwrap();
        assert_eq!(Some(result.name), name.as_deref(), "{agent}");
        for (found, expected) in [(result.version, version), (result.os, os)] {
            assert!(expected.is_none_or(|expected| found == expected), "{found}: {agent}");
        }
    }
}

#[test]
fn crawlers_and_programs_are_bots() {
    for file in ["blank", "crawler", "crawler_google", "crawler_nonmajor", "misc"] {
        for Sample { agent: text, .. } in samples(file) {
            assert!(agent(&text, "").bot.is_some(), "{file}: {text}");
        }
    }
}

#[test]
fn no_browser_is_a_bot() {
    let used = |file: &&str| ["appliance", "mobilephone", "pc", "smartphone"].iter().any(|kind| file.starts_with(kind));
    for file in FILES.into_iter().filter(used) {
        for Sample { agent: text, .. } in samples(file) {
            assert_eq!(agent(&text, "").bot, None, "{file}: {text}");
        }
    }
}

#[test]
fn devices_are_classified() {
    for (file, class) in [
        ("appliance", Device::Other),
        ("mobilephone_au", Device::Phone),
        ("mobilephone_docomo", Device::Phone),
        ("mobilephone_misc", Device::Phone),
        ("mobilephone_softbank", Device::Phone),
        ("mobilephone_willcom", Device::Phone),
        ("pc_lowpriority", Device::Desktop),
        ("pc_misc", Device::Desktop),
        ("pc_windows", Device::Desktop),
        ("smartphone_misc", Device::Phone),
    ] {
        for Sample { agent: text, .. } in samples(file) {
            assert_eq!(agent(&text, "").device, class, "{file}: {text}");
        }
    }
    for file in ["smartphone_android", "smartphone_ios"] {
        for Sample { agent: text, os, .. } in samples(file) {
            let is_tablet = os.as_deref() == Some("iPad") || os.as_deref() == Some("Android") && !text.contains("Mobi");
            let class = if is_tablet { Device::Tablet } else { Device::Phone };
            assert_eq!(agent(&text, "").device, class, "{file}: {text}");
        }
    }
}

#[test]
fn every_agent_can_be_stored_with_known_names() {
    let mut names = BTreeSet::new();
    for Sample { agent: text, .. } in all_samples() {
        let agent = agent(&text, "");
        assert_eq!(stored(&agent), agent, "{text}");
        names.extend([agent.browser, agent.system].into_iter().chain(agent.bot));
    }
    assert!(names.len() < 120 && !names.iter().any(|name| name.contains("UNKNOWN")), "{names:?}");
}

#[test]
fn current_browsers_are_recognized() {
    for (text, browser, version, system, device) in [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 \
             Safari/537.36",
            "Chrome",
            "140.0.0.0",
            "Windows",
            Device::Desktop,
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
            "Firefox",
            "143.0",
            "Linux",
            Device::Desktop,
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
             Version/18.6 Mobile/15E148 Safari/604.1",
            "Safari",
            "18.6",
            "iOS",
            Device::Phone,
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile \
             Safari/537.36",
            "Chrome",
            "140.0.0.0",
            "Android",
            Device::Phone,
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
            "Chrome",
            "140.0.0.0",
            "Android",
            Device::Tablet,
        ),
    ] {
        let agent = agent(text, "");
        let found = (agent.browser.as_str(), agent.version.as_str(), agent.system.as_str(), agent.device, agent.bot);
        assert_eq!(found, (browser, version, system, device, None));
    }
}

#[test]
fn bots_and_browsers_are_distinguished() {
    let chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36";
    for (text, bot) in [
        ("", Some("No user agent")),
        ("-", Some("No user agent")),
        ("   ", Some("No user agent")),
        ("curl/8.15.0", Some("HTTP Library")),
        ("python-requests/2.32.5", Some("HTTP Library")),
        ("Go-http-client/2.0", Some("HTTP Library")),
        (&format!("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0.0.0 {chrome}"), Some("HeadlessChrome")),
        (&format!("Mozilla/5.0 {chrome} (compatible; GPTBot/1.2; +https://openai.com/gptbot)"), Some("GPTBot")),
        (&format!("Mozilla/5.0 {chrome}; SomeSpider"), Some("Other bot")),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", Some("Googlebot")),
        ("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Claude-User/1.0)", Some("Claude-User")),
        ("Mozilla/5.0 (compatible; ExampleFetcher/1.0)", Some("Other bot")),
        (&format!("Mozilla/5.0 (X11; Linux x86_64) {chrome} (+HTTPS://example.org/about)"), Some("Other bot")),
        (&format!("Mozilla/5.0 (X11; Linux x86_64) {chrome} Chrome-Lighthouse"), Some("Other bot")),
        ("Mozilla/5.0 (compatible; Konqueror/4.14; Linux) KHTML/4.14.2 (like Gecko)", None),
        ("Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)", None),
        (&format!("Mozilla/5.0 (Linux; Android 9; CUBOT_X19) {chrome}"), None),
        (&format!("Mozilla/5.0 (Linux; Android 9; botanist) {chrome}"), None),
        ("Mozilla/5.0 (an unknown browser)", None),
    ] {
        assert_eq!(agent(text, "").bot.as_deref(), bot, "{text}");
    }
}

#[test]
fn a_version_is_numeric_or_empty() {
    assert_eq!(agent("DoCoMo/2.0 SH901iC(c100;TB;W24H12)", "").version, "");
    assert_eq!(agent(&format!("Mozilla/5.0 Gecko/20100101 Firefox/{}", "1.".repeat(50)), "").version, "");
}

#[test]
fn a_long_agent_is_read_up_to_a_limit() {
    let agent = agent(&"é(; Mozilla/5.0 Windows NT 10.0; Chrome/1 ".repeat(250), "");
    assert_eq!(stored(&agent), agent);
}

proptest! {
    #[test]
    fn any_user_agent_can_be_stored(
        text in r"\PC{0,60}|(Mozilla/5\.0|Windows (NT 6|Phone OS)?|Android|iPad;|like Mac OS X|Chrome/|Opera|DoCoMo/|KDDI-|Version/|rv:|bot|\(|\)|;|/|[0-9._]{1,5}| ){0,12}",
    ) {
        let agent = agent(&text, "");
        prop_assert_eq!(stored(&agent), agent);
    }
}
