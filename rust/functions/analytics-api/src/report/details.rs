use std::collections::{BTreeMap, BTreeSet};

use analytics::{Dimension, View, Visitor, label};

use super::column::{Column, Detail};

/// Views with a value, and their visitors, each once a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rank {
    /// Views by people.
    pub views: i64,
    /// Visitors.
    pub visitors: i64,
}

/// Figures that only the stored views of a period give: properties that are not in the totals, and the visitors of each
/// value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Details {
    /// Stored views by people.
    pub views: i64,
    values: BTreeMap<Column, BTreeMap<String, Rank>>,
    sources: BTreeMap<String, Rank>,
}

impl Details {
    /// Returns the views and visitors by the values of a column.
    pub fn values(&self, column: Column) -> Option<&BTreeMap<String, Rank>> {
        self.values.get(&column)
    }

    /// Returns the visitors with a value of a column.
    pub fn visitors(&self, column: Column, value: &str) -> i64 {
        self.values(column).and_then(|values| values.get(value)).map_or(0, |rank| rank.visitors)
    }

    /// Returns the visitors that came from a source.
    pub fn visitors_from(&self, source: &str) -> i64 {
        self.sources.get(source).map_or(0, |rank| rank.visitors)
    }

    /// Adds the views of a day.
    pub fn add_day(&mut self, day: DayDetails) {
        self.views += day.views;
        let rank =
            |Seen { views, visitors }| Rank { views, visitors: i64::try_from(visitors.len()).unwrap_or(i64::MAX) };
        for (column, values) in day.values {
            let own = self.values.entry(column).or_default();
            values.into_iter().for_each(|(value, seen)| increase(own.entry(value).or_default(), rank(seen)));
        }
        for (source, seen) in day.sources {
            increase(self.sources.entry(source).or_default(), rank(seen));
        }
    }

    /// Adds the details of other days.
    pub fn merge(&mut self, other: Self) {
        self.views += other.views;
        for (column, values) in other.values {
            let own = self.values.entry(column).or_default();
            values.into_iter().for_each(|(value, rank)| increase(own.entry(value).or_default(), rank));
        }
        for (source, rank) in other.sources {
            increase(self.sources.entry(source).or_default(), rank);
        }
    }
}

fn increase(total: &mut Rank, Rank { views, visitors }: Rank) {
    total.views += views;
    total.visitors += visitors;
}

/// The views of one day, the earliest first, in which each visitor counts once per value.
#[derive(Debug, Default)]
pub struct DayDetails {
    views: i64,
    entered: BTreeSet<Visitor>,
    values: BTreeMap<Column, BTreeMap<String, Seen>>,
    sources: BTreeMap<String, Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    views: i64,
    visitors: BTreeSet<Visitor>,
}

impl Seen {
    fn add(&mut self, view: &View) {
        self.views += 1;
        self.visitors.extend(view.visitor);
    }
}

impl DayDetails {
    /// Adds a view, if it is wanted. The first view of a visitor is an entry even if others are wanted.
    pub fn add(&mut self, view: &View, is_wanted: bool) {
        if view.agent.bot.is_some() {
            return;
        }
        let is_entry = view.visitor.is_some_and(|visitor| self.entered.insert(visitor));
        if !is_wanted {
            return;
        }
        self.views += 1;
        for column in Column::all().filter(|column| is_entry || *column != Column::Detail(Detail::EntryPage)) {
            if let Some(value) = column.value(view) {
                self.values.entry(column).or_default().entry(value.into_owned()).or_default().add(view);
            }
        }
        if let Some(referrer) = view.value(Dimension::Referrer) {
            let source = label::source(referrer).unwrap_or(referrer);
            self.sources.entry(source.to_owned()).or_default().add(view);
        }
    }
}
