use std::error::Error;

use analytics::{Agent, Device, Item, Moment, Offset, Page, Referrer, Site, View, ViewId, Visitor};
use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64;

/// Noon of 2026-11-21.
const NOON: u64 = 1_795_262_400_000;

/// Returns views of one site and day, the same in every run.
///
/// # Errors
/// Never: all generated values are valid.
pub fn traffic(views: usize) -> Result<Vec<View>, Box<dyn Error + Send + Sync>> {
    let mut random = Random(Pcg64::seed_from_u64(1));
    let mut visitors = Vec::new();
    (0..views).map(|_| view(&mut random, &mut visitors)).collect()
}

/// Returns the item of a view.
pub fn item(view: &View) -> Item {
    view.item(view.id.time)
}

fn view(random: &mut Random, visitors: &mut Vec<Visitor>) -> Result<View, Box<dyn Error + Send + Sync>> {
    let site = Site::parse("example.com")?;
    let referrer = format!("https://referrer-{}.example/", random.zipf(20));
    Ok(View {
        id: ViewId {
            time: Moment::from_milliseconds(NOON + u64::from(random.0.next_u32() % 1000))?,
            random: random.0.next_u64(),
            offset: Offset::UTC,
        },
        page: Page::normalize(&format!("/articles/{}", random.zipf(200))),
        visitor: Some(visitor(random, visitors)),
        referrer: Referrer::parse(&referrer, &site).filter(|_| random.happens(0.4)),
        campaign: None,
        real_page: None,
        utm: None,
        agent: Agent {
            browser: format!("Browser {}", random.zipf(8)),
            version: "150".to_owned(),
            system: format!("System {}", random.zipf(6)),
            device: match random.zipf(3) {
                0 => Device::Desktop,
                1 => Device::Phone,
                _ => Device::Tablet,
            },
            bot: None,
        },
        country: Some(format!("C{}", char::from(b'A' + u8::try_from(random.zipf(26))?))),
        site,
    })
}

/// Returns a new visitor in 60% of cases.
fn visitor(random: &mut Random, visitors: &mut Vec<Visitor>) -> Visitor {
    let index = usize::try_from(random.0.next_u32()).ok().and_then(|number| number.checked_rem(visitors.len()));
    match index.and_then(|index| visitors.get(index)) {
        Some(visitor) if !random.happens(0.6) => *visitor,
        _ => {
            let mut identity = [0; 16];
            random.0.fill_bytes(&mut identity);
            visitors.push(Visitor::from_bytes(identity));
            Visitor::from_bytes(identity)
        }
    }
}

struct Random(Pcg64);

impl Random {
    /// Returns true with a probability.
    fn happens(&mut self, probability: f64) -> bool {
        f64::from(self.0.next_u32()) < probability * f64::from(u32::MAX)
    }

    /// Returns a number below `end` by Zipf's law: the n-th is 1/n times as frequent as the first.
    fn zipf(&mut self, end: u32) -> u32 {
        let all: f64 = (1..=end).map(|rank| 1.0 / f64::from(rank)).sum();
        let mut left = f64::from(self.0.next_u32()) / f64::from(u32::MAX) * all;
        let found = (1..end).find(|rank| {
            left -= 1.0 / f64::from(*rank);
            left <= 0.0
        });
        found.unwrap_or(end) - 1
    }
}
