//! One rule for text that strangers send: what nobody sees, or what changes how the text around it is read, is never part
//! of a stored name as it is.

/// Whether a character shows nothing by itself: a control character, one that turns the direction of the text around it
/// (`Bidi_Control`), a separator of lines, or one without width that joins nothing.
///
/// Joiners stay: scripts and emoji are written with them. <https://www.unicode.org/reports/tr9/>,
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
    fn all_controls_of_direction_are_hidden() {
        let bidi_control = ['\u{61C}', '\u{200E}', '\u{200F}'].into_iter();
        let bidi_control = bidi_control.chain('\u{202A}'..='\u{202E}').chain('\u{2066}'..='\u{2069}');
        for character in bidi_control.chain(['\0', '\n', '\u{7F}', '\u{85}', '\u{2028}', '\u{FEFF}', '\u{E0041}']) {
            assert!(is_hidden(character), "{character:?}");
        }
    }

    #[test]
    fn what_is_written_is_not() {
        for character in "aé שלום العربية 日本語 😀\u{200C}\u{200D}\u{FE0F}".chars() {
            assert!(!is_hidden(character), "{character:?}");
        }
    }
}
