#![expect(clippy::print_stdout, reason = "the output is for the operator")]

use analytics::{Counter, TotalKey};
use analytics_totals::reconcile::{Drift, Repaired, Report, Waiting};

/// Maximum number of counters to print.
const PRINTED: usize = 50;

/// Prints a report. Its last line is `drift 0` if the totals are right.
pub fn report(report: &Report) {
    let Report { counted, waiting, waiting_leaves, quarantined, unreadable, moving, drifts, unknown, .. } = report;
    println!("views counted       {counted:>10}");
    println!("views waiting       {:>10}", waiting.len());
    println!("leaves waiting      {:>10}", waiting_leaves.len());
    println!("records quarantined {quarantined:>10}");
    println!("items unreadable    {unreadable:>10}");
    println!("counters moving     {moving:>10}");
    println!("counters unknown    {unknown:>10}  (raw views of their days are gone)");
    for Drift { total: TotalKey { site, bucket, counter }, count, stored, expected, .. } in drifts.iter().take(PRINTED)
    {
        let value = match counter {
            Counter::Summary => String::new(),
            Counter::Value(dimension, value) => format!(" {} {value}", dimension.name()),
        };
        println!("{site} {bucket}{value}: {count} is {stored}, should be {expected}");
    }
    if drifts.len() > PRINTED {
        println!("and {} more", drifts.len() - PRINTED);
    }
    if report.surplus() > 0 {
        println!("surplus {}: a repair lowers it only when LOWER={} confirms that", report.surplus(), report.surplus());
    }
    println!("drift {}", drifts.len());
}

/// Prints the result of a repair.
pub fn repaired(repaired: &Repaired) {
    let Repaired { corrected, left, not_lowered, waiting: Waiting { doubtful, views, leaves } } = repaired;
    println!("totals corrected    {corrected:>10}");
    println!("totals moving, left {left:>10}");
    println!("counters not lowered{not_lowered:>10}");
    println!("waiting, in doubt   {doubtful:>10}  (the totals of their days exceed the views)");
    println!("views counted       {:>10}", views.counted);
    println!("leaves counted      {:>10}", leaves.counted);
    for (_, reason) in views.rejected.iter().chain(&leaves.rejected) {
        println!("rejected: {reason}");
    }
    for error in [&views.error, &leaves.error].into_iter().flatten() {
        println!("failed: {error}");
    }
}
