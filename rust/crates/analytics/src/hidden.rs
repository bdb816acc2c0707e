//! One rule for all text from clients: a stored name has no invisible characters, and none that change how the text
//! around it is displayed.

/// Whether a character is invisible: a control character, one that changes the direction of the text around it
/// (`Bidi_Control`), a line separator, or one without width that does not join others.
///
/// Joiners are allowed: scripts and emoji need them. <https://www.unicode.org/reports/tr9/>,
/// <https://www.unicode.org/reports/tr36/>
#[must_use]
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{AD}'
                | '\u{61C}'
                | '\u{180E}'
                | '\u{200B}'
                | '\u{200E}'
                | '\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{FEFF}'
                | '\u{FFF9}'..='\u{FFFB}'
                | '\u{E0000}'..='\u{E007F}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_direction_controls_are_hidden() {
        let bidi_control = ['\u{61C}', '\u{200E}', '\u{200F}'].into_iter();
        let bidi_control = bidi_control.chain('\u{202A}'..='\u{202E}').chain('\u{2066}'..='\u{2069}');
        for character in bidi_control.chain(['\0', '\n', '\u{7F}', '\u{85}', '\u{2028}', '\u{FEFF}', '\u{E0041}']) {
            assert!(is_hidden(character), "{character:?}");
        }
    }

    #[test]
    fn letters_joiners_and_emoji_are_visible() {
        for character in "aé שלום العربية 日本語 😀\u{200C}\u{200D}\u{FE0F}".chars() {
            assert!(!is_hidden(character), "{character:?}");
        }
    }
}
