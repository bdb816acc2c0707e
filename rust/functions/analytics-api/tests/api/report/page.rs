//! The HTML document of a report.

use analytics::{Campaign, Referrer, Visitor};
use proptest::prelude::*;
use serde_json::Value;

use super::forms::{OWN_PAGE, cookie, form, get};
use super::reports::Down;
use super::views::{Seen, any_view, empty, store, view};
use super::world::{Answer, World};

async fn page(world: &World, query: &str) -> Answer {
    let cookie = cookie(world).await;
    get(world, &format!("/analytics?{query}"), &cookie).await
}

fn runs<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
}

/// Formats a number as the document does.
fn grouped(number: &Value) -> String {
    let mut digits = number.as_u64().unwrap().to_string();
    for place in (1..digits.len()).rev().filter(|place| (digits.len() - place).is_multiple_of(3)).collect::<Vec<_>>() {
        digits.insert(place, ',');
    }
    digits
}

/// Returns the text of all table cells, row by row.
fn rows(html: &str) -> Vec<Vec<String>> {
    let cell = |cell: &str| {
        let text: String = cell.split('<').filter_map(|part| part.split_once('>').map(|(_, text)| text)).collect();
        text.replace("&lt;", "<").replace("&amp;", "&").replace("&quot;", "\"")
    };
    let cells =
        |row: &str| row.split("</t").filter(|part| part.contains("<th") || part.contains("<td")).map(cell).collect();
    html.split("<tr").skip(1).map(|row| cells(row.split("</tr>").next().unwrap())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_number_is_that_of_the_report(views in prop::collection::vec(any_view(), 0..60), by in 0..3_usize, filter in 0..3_usize) {
        let by = ["day", "week", "month"][by];
        let filter = ["", "&browser=Firefox", "&page=%2Fabout&country=DE"][filter];
        let query = format!("from=2027-01-01&to=2027-01-14&by={by}{filter}");
        let (page, report) = runs(async {
            let world = World::reporting(store(&views), &["example.com"]);
            (page(&world, &query).await.text, world.report(&query).await.json)
        });
        let rows = rows(&page);
        for total in [&report["totals"], &report["previous"]["totals"]] {
            for name in ["views", "visitors", "bots", "averageDurationMs", "averageScrollPercent"] {
                let data = format!("<data value=\"{}\">", total[name]);
                prop_assert!(total[name].is_null() || page.contains(&data), "{name} {data}");
            }
        }
        for (point, before) in report["series"].as_array().unwrap().iter().zip(report["previous"]["series"].as_array().unwrap()) {
            let row = [
                point["bucket"].as_str().unwrap().to_owned(), grouped(&point["views"]), grouped(&point["visitors"]),
                grouped(&point["bots"]), before["bucket"].as_str().unwrap().to_owned(), grouped(&before["views"]),
            ];
            prop_assert!(rows.iter().any(|found| *found == row), "{row:?} {rows:?}");
        }
        for list in ["pages", "referrers", "browsers", "systems", "devices", "countries", "campaigns", "bots", "entryPages", "utmSources", "utmMediums", "utmTerms", "utmContents", "browserVersions"] {
            let whole = report["totals"][if list == "bots" { "bots" } else { "views" }].as_u64().unwrap();
            for row in report[list]["rows"].as_array().unwrap() {
                if report["totals"]["views"] == 0 && report["totals"]["bots"] == 0 { continue; }
                let thousandths = (row["views"].as_u64().unwrap() * 1000 + whole / 2) / whole;
                let share = format!("{}.{}%", thousandths / 10, thousandths % 10);
                let visitors = (list != "bots").then(|| grouped(&row["visitors"]));
                let row: Vec<String> =
                    [row["value"].as_str().unwrap().to_owned(), grouped(&row["views"])].into_iter().chain(visitors).chain([share]).collect();
                prop_assert!(rows.contains(&row), "{row:?} {rows:?}");
            }
        }
    }
}

#[tokio::test]
async fn text_of_clients_is_escaped() {
    let hostile = "/<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    let seen: Vec<Seen> = vec![view("example.com", "2027-01-20", 1, hostile)];
    let world = World::reporting(store(&seen), &["example.com"]);
    let path = seen[0].view.page.as_str();
    let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("page", path).finish();
    for query in [
        "",
        query.as_str(),
        "site=%3Cscript%3E",
        "from=%22%3E%3Cscript%3E",
        "%3Cscript%3E=1",
        "table=pages&q=%22%3E%3Cscript%3E",
    ] {
        let page = page(&world, query).await.text;
        assert!(!page.contains("<script") && !page.contains("<img"), "{query} {page}");
    }
}

#[tokio::test]
async fn the_policy_allows_only_the_inline_style() {
    let world = World::reporting(store(&[view("example.com", "2027-01-20", 1, "/")]), &["example.com"]);
    for answer in [page(&world, "").await, world.send("GET", "/analytics", &[], "").await] {
        let policy = answer.headers["content-security-policy"].as_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'; style-src 'sha256-") && policy.contains("script-src 'none'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(!answer.text.contains(" style=") && !answer.text.contains(" onclick="), "{}", answer.text);
        assert_eq!(
            (&answer.headers["cache-control"], &answer.headers["content-type"]),
            (&"no-store".into(), &"text/html; charset=utf-8".into())
        );
    }
}

#[tokio::test]
async fn a_row_links_to_its_filter_and_back() {
    let world = World::reporting(store(&[view("example.com", "2027-01-20", 1, "/a&b")]), &["example.com"]);
    let all = page(&world, "period=7d").await.text;
    assert!(all.contains("href=\"analytics?period=7d&amp;page=%2Fa%26b\""), "{all}");
    let filtered = page(&world, "period=7d&page=%2Fa%26b").await.text;
    assert!(
        filtered.contains("<a href=\"analytics?period=7d\" aria-label=\"Show all, not only page /a&amp;b\">"),
        "{filtered}"
    );
    assert!(filtered.contains("<input type=\"hidden\" name=\"page\" value=\"/a&amp;b\">"), "{filtered}");
    assert!(
        !filtered.contains("analytics/report?period") && filtered.contains("analytics/report?page=%2Fa%26b"),
        "{filtered}"
    );
}

#[tokio::test]
async fn the_form_has_the_granularity_of_the_report() {
    let world = World::reporting(empty(), &["example.com"]);
    for (query, by) in [("", "day"), ("period=7d", "day"), ("period=year", "month"), ("by=week", "week")] {
        let page = page(&world, query).await.text;
        assert!(page.contains(&format!("<option selected>{by}</option>")), "{query}: {page}");
    }
}

#[tokio::test]
async fn today_is_shown_by_hour_and_the_comparison_is_chosen() {
    let world = World::reporting(store(&[view("example.com", "2027-01-20", 46_800_000, "/")]), &["example.com"]);
    let page = page(&world, "period=today&by=hour&compare=year").await.text;
    assert!(
        page.contains("href=\"analytics?compare=year&amp;period=today&amp;by=hour\" aria-current=\"true\""),
        "{page}"
    );
    assert!(page.contains("\n13:00\n</text>") && page.contains("2027-01-20T13:00</th><td>1</td>"), "{page}");
    assert!(page.contains("<option value=\"year\" selected>the year before</option>"), "{page}");
    assert!(page.contains("No comparison: the views of the other period have expired."), "{page}");
    assert!(page.contains("When the clock is set back, both hours are shown as one."), "{page}");
    let page = self::page(&world, "period=year&compare=none").await.text;
    assert!(!page.contains("Before: ") && !page.contains("expired") && !page.contains("Views before</li>"), "{page}");
}

#[tokio::test]
async fn a_long_table_is_shown_alone_and_searched() {
    let views: Vec<Seen> =
        (0..120).map(|number| view("example.com", "2027-01-20", number, &format!("/{number:03}"))).collect();
    let world = World::reporting(store(&views), &["example.com"]);
    let all = page(&world, "period=7d").await.text;
    assert!(
        all.contains("href=\"analytics?period=7d&amp;table=pages&amp;rows=50\" aria-label=\"More Pages\""),
        "{all}"
    );

    for title in ["Pages", "Browser versions", "the numbers of the chart"] {
        assert!(all.contains(&format!("aria-label=\"CSV of {title}\"")), "{all}");
    }

    let pages = page(&world, "period=7d&table=pages&rows=100").await.text;
    assert_eq!((rows(&pages).len(), pages.contains("100 of 120"), pages.contains("<svg width")), (101, true, false));
    assert!(pages.contains("rows=500\">500 rows</a>"), "{pages}");
    assert!(pages.contains("rows=100\" aria-current=\"true\">100 rows</a>"), "{pages}");
    assert!(pages.contains("<a href=\"analytics?period=7d\">All tables</a>"), "{pages}");

    let found = page(&world, "period=7d&table=pages&rows=100&q=11").await.text;
    assert_eq!((rows(&found).len(), found.contains("11 of 11")), (12, true), "{found}");
    assert!(found.contains("name=\"q\" maxlength=\"200\" value=\"11\""), "{found}");
    assert!(found.contains("<input type=\"hidden\" name=\"period\" value=\"7d\">"), "{found}");
    assert!(found.contains("href=\"analytics?period=7d&amp;page=%2F011\""), "{found}");
    assert!(found.contains("q=11&amp;site=example.com") && found.contains("format=csv&amp;table=pages"), "{found}");
    let none = page(&world, "table=pages&q=nothing").await.text;
    assert!(none.contains("None.") && none.contains("0 of 0"), "{none}");
    let refused = page(&world, "table=pages&rows=7").await;
    assert!(refused.status == 422 && refused.text.contains("rows must be 50, 100 or 500."), "{}", refused.text);
    for table in ["referrers", "bots", "entryPages", "utmSources", "browserVersions"] {
        let page = page(&world, &format!("table={table}")).await;
        assert!(page.status == 200 && page.text.contains("name=\"q\""), "{table}");
    }
}

#[tokio::test]
async fn a_rejected_report_shows_the_reason_and_the_form() {
    let world = World::new();
    for (query, status, message) in [
        (
            "from=2027-01-02&to=2027-01-01",
            422,
            "from is 2027-01-02, after to, which is 2027-01-01; give them in order.",
        ),
        (
            "from=2020-01-01&to=2020-01-02&browser=Firefox",
            422,
            "from gives a period that begins on 2020-01-01. Reports with filters need stored views, which expire after 90 days; \
             set from to 2026-10-23 or later.",
        ),
        ("from=2020-01-01&to=2026-01-01", 422, "ask for a shorter period, or by=week or by=month."),
        ("site=other.example", 422, "site must be one of example.com."),
    ] {
        let answer = page(&world, query).await;
        assert_eq!(answer.status, status, "{query}");
        assert!(answer.text.contains(message) && answer.text.contains("name=\"from\""), "{query} {}", answer.text);
    }
}

#[tokio::test]
async fn a_site_without_views_shows_how_to_add_the_tracker() {
    let world = World::reporting(empty(), &["a.example", "b.example"]);
    let page = page(&world, "").await.text;
    assert!(page.contains("a.js&quot;&gt;&lt;/script&gt;"), "{page}");
    assert!(page.contains("<option selected>a.example</option><option>b.example</option>"), "{page}");
    let counted = World::reporting(store(&[view("example.com", "2027-01-20", 1, "/")]), &["example.com"]);
    let page = self::page(&counted, "").await.text;
    assert!(!page.contains("a.js"), "{page}");
}

#[tokio::test]
async fn any_period_is_drawn_in_under_100_kilobytes() {
    let world = World::reporting(store(&[view("example.com", "2027-01-20", 1, "/")]), &["example.com"]);
    for (query, limit) in [
        ("", 100_000),
        ("period=today", 100_000),
        ("from=9999-12-31&to=9999-12-31", 100_000),
        ("from=9999-12-31&to=9999-12-31&by=month", 100_000),
        ("from=2026-01-01&to=2027-02-04", 150_000),
        ("from=1994-01-01&to=2027-02-04&by=month", 150_000),
    ] {
        let answer = page(&world, query).await;
        assert_eq!((answer.status, answer.text.matches("<svg width").count()), (200, 2), "{query}");
        assert!(answer.text.len() < limit, "{query} {} bytes", answer.text.len());
    }
}

#[tokio::test]
async fn a_page_with_full_tables_is_under_100_kilobytes() {
    let mut views: Vec<Seen> = Vec::new();
    for number in 0..400 {
        let day = format!("2027-01-{:02}", number % 20 + 1);
        let mut seen = view("example.com", &day, number, &format!("/blog/{}/{number}", "a-long-name-".repeat(5)));
        let name = |kind: &str| format!("{kind}-{}-{number}", "long-name-".repeat(4));
        seen.view.visitor = Some(Visitor::from_bytes([u8::try_from(number % 200).unwrap(); 16]));
        seen.view.referrer = Referrer::parse(&format!("https://{number}.referrer.example/"), &seen.view.site);
        seen.view.campaign = Campaign::named(&name("campaign"));
        let utm = ["source", "medium", "term", "content"].map(|kind| format!("utm_{kind}={}", name(kind)));
        seen.view.utm = Some(utm.join("&"));
        seen.view.agent.browser = format!("Browser {number}");
        seen.view.agent.system = format!("System {number}");
        seen.view.country = Some(["DE", "FR", "NL"][usize::try_from(number % 3).unwrap()].to_owned());
        seen.view.agent.bot = (number % 10 == 0).then(|| format!("Bot {number}"));
        views.push(seen);
    }
    let page = page(&World::reporting(store(&views), &["example.com"]), "").await;
    assert!(page.text.contains("Campaign contents") && page.text.contains("10 of 360"), "{}", page.text);
    assert!(page.text.len() < 100_000, "{} bytes", page.text.len());
}

/// Checks a server error in the document, with the request id to report.
fn assert_failed(answer: &Answer) {
    assert_eq!((answer.status, answer.headers["content-type"].as_str()), (500, Some("text/html; charset=utf-8")));
    assert!(answer.text.contains("report the request id id-1."), "{}", answer.text);
    assert!(!answer.text.contains("4f2") && !answer.text.contains("hash"), "{}", answer.text);
}

#[tokio::test]
async fn a_failed_report_shows_the_navigation() {
    let world = World::reporting(Down, &["example.com"]);
    let answer = page(&world, "site=example.com").await;
    assert_failed(&answer);
    assert!(answer.text.contains("Signed in as") && answer.text.contains(">7 days<"), "{}", answer.text);
}

#[tokio::test]
async fn a_session_error_is_an_html_document() {
    let world = World::new();
    let cookie = cookie(&world).await;
    world.accounts.state().keys.clear();
    world.wait(900);
    assert_failed(&get(&world, "/analytics", &cookie).await);
    assert_failed(&world.invoke(form("/analytics/sign-out", &[OWN_PAGE], Some(&cookie), "")).await);
}

#[tokio::test]
async fn a_failed_sign_in_shows_the_form_again() {
    let world = World::new();
    world.accounts.state().accounts.insert("ann".to_owned(), "broken".to_owned());
    let answer = world.invoke(form("/analytics/sign-in", &[OWN_PAGE], None, "user=ann&password=correct+horse")).await;
    assert_failed(&answer);
    assert!(answer.text.contains("value=\"ann\""), "{}", answer.text);
}
