use proptest::prelude::*;

use super::*;

const KEY: &str = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
const OTHER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ .";

fn keys(texts: &[&str]) -> Keys {
    Keys::new(&texts.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap()
}

fn at(second: u64) -> Moment {
    Moment::from_milliseconds(second * 1000).unwrap()
}

const NOW: u64 = 1_795_231_140;

fn session() -> Session {
    Session {
        user: "Zoë".to_owned(),
        credential: "fedcba98".to_owned(),
        id: "00112233445566778899aabbccddeeff".to_owned(),
    }
}

fn token() -> String {
    keys(&[KEY]).seal(&session(), at(NOW)).unwrap()
}

fn opened(token: &str, now: u64) -> Option<Session> {
    keys(&[KEY]).open(token, at(now))
}

#[test]
fn a_token_is_valid_for_an_hour() {
    for (now, expected) in
        [(NOW, Some(session())), (NOW + 3600, Some(session())), (NOW + 3601, None), (NOW + 1_000_000_000, None)]
    {
        assert_eq!(opened(&token(), now), expected, "{now}");
    }
}

#[test]
fn a_token_may_be_a_minute_ahead() {
    assert_eq!(opened(&token(), NOW - SKEW), Some(session()));
    assert_eq!(opened(&token(), NOW - SKEW - 1), None);
    assert_eq!(opened(&token(), 0), None);
}

#[test]
fn a_changed_character_invalidates_a_token() {
    let token = token();
    for index in 0..token.len() {
        for other in ALPHABET.iter().copied().filter(|other| *other != token.as_bytes()[index]) {
            let mut tampered = token.clone().into_bytes();
            tampered[index] = other;
            let tampered = String::from_utf8(tampered).unwrap();
            assert_eq!(opened(&tampered, NOW), None, "{tampered}");
        }
    }
}

#[test]
fn a_truncated_or_extended_token_is_invalid() {
    let token = token();
    for length in 0..token.len() {
        assert_eq!(opened(token.split_at(length).0, NOW), None, "{length}");
        assert_eq!(opened(token.split_at(length + 1).1, NOW), None, "{length}");
    }
    for longer in [format!("{token}="), format!("{token}=="), format!("{token}A"), format!(" {token}")] {
        assert_eq!(opened(&longer, NOW), None, "{longer}");
    }
}

#[test]
fn a_token_with_an_overflowing_time_is_invalid() {
    // The version, and a time of all ones.
    let mut token = "gP__________".to_owned();
    token.push_str(&"A".repeat(120));
    assert_eq!(opened(&token, NOW), None);
}

#[test]
fn a_token_of_another_key_is_invalid() {
    assert_eq!(keys(&[OTHER_KEY]).open(&token(), at(NOW)), None);
}

#[test]
fn after_a_rotation_both_keys_open() {
    let rotated = keys(&[OTHER_KEY, KEY]);
    assert_eq!(rotated.open(&token(), at(NOW)), Some(session()));
    assert_eq!(rotated.open(&token(), at(NOW + 3601)), None);
    let new = rotated.seal(&session(), at(NOW)).unwrap();
    assert_eq!(opened(&new, NOW), None);
    assert_eq!(keys(&[OTHER_KEY]).open(&new, at(NOW)), Some(session()));
}

#[test]
fn tokens_of_a_session_differ() {
    assert_ne!(token(), token());
    assert!(!token().contains('='));
}

#[test]
fn a_token_with_other_content_is_invalid() {
    let key = Fernet::new(KEY).unwrap();
    for content in ["", "{}", "null", r#"{"user": "a"}"#, r#"{"user": 1, "id": "2"}"#, r#"{"user": "a", "id": "2"}"#] {
        let token = key.encrypt_at_time(content.as_bytes(), NOW);
        assert_eq!(opened(token.trim_end_matches('='), NOW), None, "{content}");
    }
}

#[test]
fn an_invalid_key_is_rejected() {
    assert_eq!(Keys::new(&[]).err(), Some(InvalidKeys::Missing));
    for text in ["", "short", KEY.split_at(1).1, "password password password password"] {
        let error = Keys::new(&[KEY.to_owned(), text.to_owned()]).err().unwrap();
        assert_eq!(error, InvalidKeys::Malformed, "{text}");
        assert!(!error.to_string().contains(KEY));
    }
}

#[test]
fn names_differ_by_window_and_key() {
    let name = |key, window, parts: &[&str]| keys(&[key]).client_name(window, parts);
    let names = [
        name(KEY, 1, &["a", "192.0.2.1"]),
        name(KEY, 1, &["a1", "92.0.2.1"]),
        name(KEY, 1, &["a"]),
        name(KEY, 2, &["a"]),
        name(OTHER_KEY, 1, &["a"]),
    ];
    for (index, name) in names.iter().enumerate() {
        assert_eq!(names.iter().position(|other| other == name), Some(index));
        assert_eq!(name.len(), 64);
    }
    assert_eq!(name(KEY, 1, &["a"]), names[2]);
}

proptest! {
    #[test]
    fn any_session_round_trips(user: String, credential in "[0-9a-f]{64}", id in "[0-9a-f]{32}", now in 0_u64..253_402_300_000) {
        let session = Session { user, credential, id };
        let token = keys(&[KEY]).seal(&session, at(now)).unwrap();
        prop_assert_eq!(opened(&token, now), Some(session));
    }

    #[test]
    fn random_text_is_not_a_token(text: String) {
        prop_assert_eq!(opened(&text, NOW), None);
    }
}
