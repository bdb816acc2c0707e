use analytics::{Agent, Campaign, Device, Offset, Page, Referrer, Site, Visitor};

use super::*;

const NOON: u64 = 1_795_262_400_000;

fn moment(milliseconds: u64) -> Moment {
    Moment::from_milliseconds(milliseconds).unwrap()
}

/// Returns views with only their site and day in common.
fn strangers(number: u8) -> Vec<Pending<Record>> {
    let site = Site::parse("example.com").unwrap();
    let stranger = |index: u8| View {
        site: site.clone(),
        id: ViewId { time: moment(NOON), random: u64::from(index), offset: Offset::UTC },
        page: Page::normalize(&format!("/{index}")),
        visitor: Some(Visitor::from_bytes([index; 16])),
        referrer: Referrer::parse(&format!("https://{index}.example/"), &site),
        campaign: Campaign::named(&index.to_string()),
        real_page: None,
        utm: None,
        agent: Agent {
            browser: format!("Browser {index}"),
            version: String::new(),
            system: format!("System {index}"),
            device: Device::Phone,
            bot: None,
        },
        country: None,
    };
    (0..number).map(|index| pending(stranger(index))).collect()
}

fn pending(view: View) -> Pending<Record> {
    let record = Record { view, expires: moment(NOON), counted: false, measure: None };
    Pending { value: record, records: Vec::new() }
}

/// Returns views that differ only in their ids.
fn alike(number: u8) -> Vec<Pending<Record>> {
    let Some(first) = strangers(1).pop() else { return Vec::new() };
    let another = |random| {
        let mut view = first.value.view.clone();
        view.id.random = random;
        pending(view)
    };
    (1000..1000 + u64::from(number)).map(another).collect()
}

/// Packs all views into chunks, and checks that DynamoDB accepts each.
fn chunks(mut rest: Vec<Pending<Record>>) -> Vec<Chunk<Record>> {
    let mut chunks = Vec::new();
    while !rest.is_empty() {
        let mut chunk = views(rest, &BTreeSet::new(), Shards::ONE);
        rest = std::mem::take(&mut chunk.rest);
        assert!(!chunk.taken.is_empty());
        assert!(chunk.actions.len() <= ACTIONS);
        let items: BTreeSet<&Key> = chunk.actions.iter().map(Action::key).collect();
        assert_eq!(items.len(), chunk.actions.len(), "no two actions are on one item");
        chunks.push(chunk);
    }
    chunks
}

#[test]
fn similar_views_fill_a_chunk_completely() {
    // A visitor's mark, and three items each of the summary, the page, the referrer and the campaign.
    let chunks = chunks(alike(200));
    assert_eq!(chunks.iter().map(|chunk| chunk.taken.len()).collect::<Vec<_>>(), [87, 87, 26]);
    assert_eq!(chunks[0].actions.len(), ACTIONS);
}

#[test]
fn unrelated_views_are_packed_too() {
    let chunks = chunks(strangers(100));
    assert_eq!(chunks.iter().map(|chunk| chunk.taken.len()).sum::<usize>(), 100);
    assert_eq!(chunks[0].taken.len(), 8);
}

#[test]
fn a_view_that_fits_overtakes_one_that_does_not() {
    let mut views = strangers(20);
    views.extend(alike(3));
    let chunks = chunks(views);
    // Eight strangers take 91 actions; each view like the first takes one more.
    assert_eq!((chunks[0].taken.len(), chunks[0].actions.len()), (8 + 3, 94));
}

#[test]
fn no_action_exceeds_the_expression_limit() {
    let mut views = strangers(90);
    for one in &mut views {
        let View { page, referrer, campaign, visitor, .. } = &mut one.value.view;
        (*page, *referrer, *campaign, *visitor) = (Page::other(), None, None, None);
    }
    let chunks = chunks(views);
    let most = chunks.iter().flat_map(|chunk| &chunk.actions).map(|action| match action {
        Action::Add { counts, .. } => counts.len(),
        _ => 0,
    });
    assert_eq!(most.max(), Some(ATTRIBUTES));
    assert_eq!(chunks.len(), 2);
}

#[test]
fn an_unmarked_visitor_is_marked_with_the_first_view() {
    let visitors =
        |actions: &[Action]| actions.iter().filter(|action| matches!(action, Action::MarkVisitor { .. })).count();
    assert_eq!(visitors(&views(alike(3), &BTreeSet::new(), Shards::ONE).actions), 1);
    let marked = alike(1).iter().filter_map(|one| visitor(&one.value.view)).collect();
    assert_eq!(visitors(&views(alike(3), &marked, Shards::ONE).actions), 0);
}

#[test]
fn a_visitors_mark_outlives_all_views_of_the_day() {
    let chunk = views(alike(1), &BTreeSet::new(), Shards::ONE);
    let expires = chunk.actions.iter().find_map(|action| match action {
        Action::MarkVisitor { expires, .. } => Some(*expires),
        _ => None,
    });
    assert_eq!(expires, Some(moment(NOON).plus(AFTER_FIRST_VIEW)));
}

#[test]
fn a_retried_chunk_has_the_same_shard() {
    let shards = Shards::from_env(|_| Some("100".to_owned())).unwrap();
    let plan = || views(strangers(5), &BTreeSet::new(), shards).actions;
    assert_eq!(plan(), plan());
}
