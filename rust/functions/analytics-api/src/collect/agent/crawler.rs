//! Crawlers by name, from tables that `make lock` writes (`operations/crawler_table.py`).

use std::sync::LazyLock;

/// Sorted texts, none of which is a prefix of another.
static CRAWLERS: LazyLock<Vec<&str>> = LazyLock::new(|| entries(include_str!("crawlers.txt")));

static AI_CRAWLERS: LazyLock<Vec<&str>> = LazyLock::new(|| entries(include_str!("ai-crawlers.txt")));

fn entries(table: &'static str) -> Vec<&'static str> {
    table.lines().filter(|line| !line.starts_with('#')).collect()
}

/// Whether a user agent contains the text of a crawler.
pub fn is_crawler(agent: &str) -> bool {
    word_starts(agent).any(|rest| {
        let before = CRAWLERS.partition_point(|text| *text <= rest);
        before.checked_sub(1).and_then(|last| CRAWLERS.get(last)).is_some_and(|text| rest.starts_with(text))
    })
}

/// Returns the name of a crawler that collects data for AI, ignoring case.
pub fn ai_crawler(agent: &str) -> Option<&'static str> {
    word_starts(agent).find_map(|rest| {
        let is_there = |text: &&&str| {
            rest.as_bytes().get(..text.len()).is_some_and(|start| start.eq_ignore_ascii_case(text.as_bytes()))
        };
        // The longest match, because a name can be the prefix of another.
        let text = AI_CRAWLERS.iter().filter(is_there).max_by_key(|text| text.len())?;
        Some(text.trim_end_matches('/'))
    })
}

/// Whether a bot's name is that of a crawler that collects data for AI.
pub fn is_ai_crawler(name: &str) -> bool {
    AI_CRAWLERS.iter().any(|text| text.trim_end_matches('/') == name)
}

/// Returns the rest of a text from each position that no letter or digit precedes, so that names match only at the
/// start of a word.
fn word_starts(text: &str) -> impl Iterator<Item = &str> {
    let mut before = ' ';
    text.char_indices().filter_map(move |(place, character)| {
        let is_start = !before.is_ascii_alphanumeric();
        before = character;
        is_start.then(|| text.split_at(place).1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_free_of_prefixes() {
        for pair in CRAWLERS.windows(2) {
            assert!(pair[0] < pair[1] && !pair[1].starts_with(pair[0]), "{pair:?}");
        }
        assert!(CRAWLERS.len() > 300 && AI_CRAWLERS.len() > 50);
    }

    #[test]
    fn every_text_matches_at_the_start_of_words() {
        for text in CRAWLERS.iter() {
            for agent in [format!("Mozilla/5.0 ({text} x)"), format!("{text}1"), format!("Mozilla/5.0 x;{text}")] {
                assert!(is_crawler(&agent), "{agent}");
            }
            let within = format!("Mozilla/5.0 x{text}");
            assert!(text.starts_with(|first: char| !first.is_alphanumeric()) || !is_crawler(&within), "{within}");
        }
    }

    #[test]
    fn ai_crawlers_match_in_any_case() {
        for text in AI_CRAWLERS.iter() {
            let name = text.trim_end_matches('/');
            for written in [(*text).to_owned(), text.to_lowercase(), text.to_uppercase()] {
                let agent = format!("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; {written}/1.0)");
                assert_eq!(ai_crawler(&agent), Some(name), "{agent}");
                assert!(is_ai_crawler(name) && !is_ai_crawler("Googlebot"));
            }
        }
        assert_eq!(ai_crawler("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"), None);
    }
}
