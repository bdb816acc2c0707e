use settings::{InvalidSetting, whole_number};

/// Minimum retention of views in days. If the trigger gives up on a view, the stream and the failure queue still refer
/// to it for 15 days, and an operator needs time to recover it.
pub const LEAST_RETENTION_DAYS: u16 = 18;

/// Reads `VIEW_RETENTION_DAYS`, the number of days after which a view expires.
///
/// # Errors
/// The variable is missing, or not a number from [`LEAST_RETENTION_DAYS`] to 3650.
pub fn view_retention_days(variable: impl Fn(&'static str) -> Option<String>) -> Result<u16, InvalidSetting> {
    whole_number(variable, "VIEW_RETENTION_DAYS", LEAST_RETENTION_DAYS..=3650)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_are_stored_for_18_days_to_ten_years() {
        let days = |text: &str| view_retention_days(|_| Some(text.to_owned()));
        assert_eq!((days("18"), days("3650")), (Ok(18), Ok(3650)));
        for text in ["17", "3651", "0", ""] {
            assert!(days(text).unwrap_err().to_string().starts_with("VIEW_RETENTION_DAYS is"), "{text}");
        }
    }
}
