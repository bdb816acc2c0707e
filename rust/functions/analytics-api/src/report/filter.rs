use std::collections::BTreeMap;

use analytics::{Dimension, OTHER, Page, View};

use super::column::{Column, labelled};

/// Selects views that have certain values in some columns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter(BTreeMap<Column, String>);

impl Filter {
    /// Selects only views with a value of a column.
    pub fn only(&mut self, column: Column, value: &str) {
        let value = match column {
            // All ways to write a path are one page.
            Column::Counted(Dimension::Page) if value != OTHER => Page::normalize(value).as_str().to_owned(),
            Column::Counted(dimension) => labelled(dimension, value).to_owned(),
            Column::Detail(_) => value.to_owned(),
        };
        self.0.insert(column, value);
    }

    /// Whether all views match.
    #[must_use]
    pub fn matches_all(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a view has every value of the filter, ignoring case.
    #[must_use]
    pub fn matches(&self, view: &View) -> bool {
        self.0.iter().all(|(column, wanted)| {
            column.value(view).is_some_and(|value| value.to_lowercase() == wanted.to_lowercase())
        })
    }

    /// Returns the values by the names of their columns.
    #[must_use]
    pub fn named(&self) -> BTreeMap<&'static str, &str> {
        self.0.iter().map(|(column, value)| (column.name(), value.as_str())).collect()
    }
}

#[cfg(test)]
mod tests {
    use analytics::samples;

    use super::*;

    #[test]
    fn values_match_in_any_case_and_by_former_names() {
        let mut view = samples::view("/");
        view.agent.system = "Windows 10".to_owned();
        for (dimension, value, taken) in [
            (Dimension::System, "windows", true),
            (Dimension::System, "Windows 10", true),
            (Dimension::System, "macOS", false),
            (Dimension::Browser, "FIREFOX", true),
            (Dimension::Browser, "Fire", false),
        ] {
            let mut filter = Filter::default();
            filter.only(Column::Counted(dimension), value);
            assert_eq!(filter.matches(&view), taken, "{value}");
        }
    }

    #[test]
    fn all_ways_to_write_a_page_filter_alike() {
        for (written, page) in [("/about", "/about"), ("about/?a=1", "/about"), ("(other)", "(other)")] {
            let mut filter = Filter::default();
            filter.only(Column::Counted(Dimension::Page), written);
            assert_eq!(filter.named(), BTreeMap::from([("page", page)]));
        }
    }
}
