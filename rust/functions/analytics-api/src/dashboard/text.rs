//! Numbers and dates for people.

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Formats a number with commas between thousands.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Formats a part of a whole in percent with one decimal; none if the whole is zero.
pub fn share(part: i64, whole: i64) -> Option<String> {
    let thousandths = part.saturating_mul(1000).saturating_add(whole / 2).checked_div(whole)?;
    Some(format!("{}.{}%", thousandths / 10, thousandths % 10))
}

/// Formats a duration.
pub fn duration(milliseconds: i64) -> String {
    let seconds = milliseconds / 1000;
    if seconds < 60 {
        format!("{seconds}.{} s", milliseconds % 1000 / 100)
    } else {
        format!("{} min {} s", grouped(seconds / 60), seconds % 60)
    }
}

/// Formats the first and the last day of a period.
pub fn days(from: &str, to: &str) -> String {
    if from == to { from.to_owned() } else { format!("{from} to {to}") }
}

/// Abbreviates the name of a bucket.
pub fn short(bucket: &str) -> String {
    if let Some((_, time)) = bucket.split_once('T') {
        return time.to_owned();
    }
    let month = |number: &str| MONTHS.get(number.parse::<usize>().ok()?.checked_sub(1)?);
    match *bucket.split('-').collect::<Vec<_>>() {
        [_, number, day] => month(number).map(|month| format!("{month} {}", day.trim_start_matches('0'))),
        [year, number] => month(number).map(|month| format!("{month} {year}")),
        _ => None,
    }
    .unwrap_or_else(|| bucket.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_apart_and_no_digit_is_lost() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (12_345_678, "12,345,678"),
            (-1000, "-1,000"),
            (i64::MIN, "-9,223,372,036,854,775,808"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn a_share_is_rounded_to_a_tenth() {
        for (part, whole, text) in
            [(1, 3, "33.3%"), (2, 3, "66.7%"), (3, 3, "100.0%"), (0, 3, "0.0%"), (1, 2000, "0.1%")]
        {
            assert_eq!(share(part, whole).as_deref(), Some(text));
        }
        assert_eq!(share(0, 0), None);
    }

    #[test]
    fn times_have_units() {
        for (milliseconds, text) in [(0, "0.0 s"), (59_999, "59.9 s"), (60_000, "1 min 0 s"), (83_400, "1 min 23 s")] {
            assert_eq!(duration(milliseconds), text);
        }
    }

    #[test]
    fn buckets_are_short() {
        for (bucket, text) in [
            ("2026-11-21", "Nov 21"),
            ("2026-01-02", "Jan 2"),
            ("9999-12", "Dec 9999"),
            ("2026-W47", "2026-W47"),
            ("2026-11-21T09:00", "09:00"),
        ] {
            assert_eq!(short(bucket), text);
        }
    }
}
