#![expect(clippy::print_stdout, reason = "whoever runs it reads what is found")]

use analytics::{Counter, TotalKey};
use analytics_trigger::reconcile::{Drift, Repaired, Report};

/// Counters that are printed at most.
const PRINTED: usize = 50;

/// What a recount has found; its last line is `drift 0` when the totals are what they should be.
pub fn report(report: &Report) {
    let Report { counted, waiting, waiting_leaves, quarantined, unreadable, moving, drifts, unknown, .. } = report;
    println!("views counted       {counted:>10}");
    println!("views waiting       {:>10}", waiting.len());
    println!("leaves waiting      {:>10}", waiting_leaves.len());
    println!("records quarantined {quarantined:>10}");
    println!("items unreadable    {unreadable:>10}");
    println!("counters moving     {moving:>10}");
    println!("counters unknown    {unknown:>10}  (raw views of their days are gone)");
    for Drift { total: TotalKey { site, bucket, counter }, count, is, should, .. } in drifts.iter().take(PRINTED) {
        let of = match counter {
            Counter::Summary => String::new(),
            Counter::Value(dimension, value) => format!(" {} {value}", dimension.name()),
        };
        println!("{site} {bucket}{of}: {count} is {is}, should be {should}");
    }
    if drifts.len() > PRINTED {
        println!("and {} more", drifts.len() - PRINTED);
    }
    if report.surplus() > 0 {
        println!("surplus {}: a repair lowers it only when LOWER={} confirms that", report.surplus(), report.surplus());
    }
    println!("drift {}", drifts.len());
}

/// What a repair has done.
pub fn repaired(repaired: &Repaired) {
    let Repaired { corrected, left, kept, doubtful, views, leaves } = repaired;
    println!("totals corrected    {corrected:>10}");
    println!("totals moving, left {left:>10}");
    println!("counters not lowered{kept:>10}");
    println!("waiting, in doubt   {doubtful:>10}  (more is counted of their days than the views say)");
    println!("views counted       {:>10}", views.applied);
    println!("leaves counted      {:>10}", leaves.applied);
    for (_, reason) in views.refused.iter().chain(&leaves.refused) {
        println!("refused: {reason}");
    }
    for failure in [&views.failure, &leaves.failure].into_iter().flatten() {
        println!("failed: {failure}");
    }
}
