//! Signing in and out in a browser, with forms and a cookie.

use serde_json::{Value, json};

use super::world::{Answer, NOW, World, event};

pub const OWN_PAGE: (&str, &str) = ("sec-fetch-site", "same-origin");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// Returns the event of a form that a browser sends, with its cookies in API Gateway's place.
pub fn form(target: &str, headers: &[(&str, &str)], cookie: Option<&str>, body: &str) -> Value {
    let mut event = event("POST", target, &[&[FORM], headers].concat(), body);
    event["cookies"] = cookie.into_iter().collect();
    event
}

async fn sign_in(world: &World, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    world.invoke(form(target, headers, None, body)).await
}

/// Returns the session cookie of `ann`, as a browser sends it.
pub async fn cookie(world: &World) -> String {
    let answer = sign_in(world, "/analytics/sign-in", &[OWN_PAGE], "user=ann&password=correct+horse").await;
    let [cookie] = &answer.cookies[..] else { panic!("{answer:?}") };
    cookie.split(';').next().unwrap().to_owned()
}

/// Sends a GET request with a cookie.
pub async fn get(world: &World, target: &str, cookie: &str) -> Answer {
    let mut event = event("GET", target, &[], "");
    event["cookies"] = json!([cookie]);
    world.invoke(event).await
}

#[tokio::test]
async fn the_form_sets_a_cookie_and_redirects_back() {
    let world = World::new();
    let body = "user=ann&password=correct+horse";
    let answer = sign_in(&world, "/analytics/sign-in?site=example.com&page=%2Fa", &[OWN_PAGE], body).await;
    assert_eq!((answer.status, answer.text.as_str()), (303, ""));
    assert_eq!(answer.headers["location"], "../analytics?site=example.com&page=%2Fa");
    assert_eq!(answer.headers["cache-control"], "no-store");
    let [cookie] = &answer.cookies[..] else { panic!("{answer:?}") };
    let (value, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(attributes, "Max-Age=3600; Secure; HttpOnly; SameSite=Strict");
    assert!(get(&world, "/analytics", value).await.text.contains("Signed in as"));
}

#[tokio::test]
async fn the_form_never_redirects_to_another_site() {
    let world = World::new();
    for query in ["", "?", "?a=é", "?//evil.example", "?https://evil.example", "?next=https://evil.example"] {
        let target = format!("/analytics/sign-in{query}");
        let answer = sign_in(&world, &target, &[OWN_PAGE], "user=ann&password=correct+horse").await;
        let location = answer.headers["location"].as_str().unwrap();
        assert!(location == "../analytics" || location.starts_with("../analytics?"), "{location}");
    }
}

#[tokio::test]
async fn wrong_password_and_unknown_user_show_the_same_form() {
    let world = World::new();
    let attempt = async |user: &str| {
        let body = format!("user={user}&password=%3Csecret%3E");
        sign_in(&world, "/analytics/sign-in?site=a", &[OWN_PAGE], &body).await
    };
    let (wrong, unknown) = (attempt("ann").await, attempt("bob").await);
    assert_eq!((wrong.status, &wrong.cookies), (401, &Vec::new()));
    assert!(wrong.text.contains("Wrong user or password."), "{}", wrong.text);
    assert!(wrong.text.contains("value=\"ann\"") && !wrong.text.contains("secret"), "{}", wrong.text);
    assert_eq!(wrong.text.replace("ann", "bob"), unknown.text);
    let hostile = attempt("%22%3E%3Cscript%3E").await;
    assert!(hostile.text.contains("value=\"&quot;&gt;&lt;script&gt;\""), "{}", hostile.text);
}

#[tokio::test]
async fn too_many_attempts_show_when_to_retry() {
    let world = World::new();
    for _ in 0..11 {
        sign_in(&world, "/analytics/sign-in", &[OWN_PAGE], "user=ann&password=wrong").await;
    }
    let answer = sign_in(&world, "/analytics/sign-in", &[OWN_PAGE], "user=ann&password=correct+horse").await;
    let seconds = 600 - NOW % 600;
    assert_eq!((answer.status, &answer.headers["retry-after"]), (429, &json!(seconds.to_string())));
    assert_eq!(seconds, 60);
    assert!(answer.text.contains("Try again in 1 minute."), "{}", answer.text);
    assert!(answer.cookies.is_empty());
}

/// OWASP ASVS 4.0.3, 3.4.4: the prefix that the path `/analytics` allows.
#[tokio::test]
async fn only_cookies_with_the_prefix_are_accepted() {
    let world = World::new();
    let cookie = cookie(&world).await;
    let (name, token) = cookie.split_once('=').unwrap();
    assert_eq!(name, "__Secure-analytics-session");
    for name in ["analytics-session", "__secure-analytics-session", "__Host-analytics-session"] {
        let answer = get(&world, "/analytics/report", &format!("{name}={token}")).await;
        assert_eq!(answer.error(), (401, "InvalidSession"), "{name}");
    }
}

#[tokio::test]
async fn a_cookie_of_another_host_does_not_lock_out() {
    let world = World::new();
    let own = cookie(&world).await;
    let ended = cookie(&world).await;
    world.invoke(form("/analytics/sign-out", &[OWN_PAGE], Some(&ended), "")).await;
    for planted in ["__Secure-analytics-session=x", "__Secure-analytics-session=gAAAAA", "café=1", "a=\n", &ended] {
        for cookies in [[planted, &own], [&own, planted]] {
            let mut request = event("GET", "/analytics/report", &[], "");
            request["cookies"] = json!(cookies);
            assert_eq!(world.invoke(request).await.status, 200, "{cookies:?}");
        }
    }
    let mut request = form("/analytics/sign-out", &[OWN_PAGE], None, "");
    let second = cookie(&world).await;
    request["cookies"] = json!([own, second]);
    assert_eq!(world.invoke(request).await.status, 303);
    for cookie in [own, second] {
        assert_eq!(get(&world, "/analytics/report", &cookie).await.status, 401, "signing out ends all of them");
    }
}

/// OWASP ASVS 4.0.3, 14.4.5.
#[tokio::test]
async fn every_response_requires_https() {
    let world = World::new();
    let cookie = cookie(&world).await;
    for answer in [
        get(&world, "/analytics", &cookie).await,
        get(&world, "/analytics", "a=b").await,
        get(&world, "/analytics/report", &cookie).await,
        get(&world, "/analytics/report", "a=b").await,
        get(&world, "/analytics/nothing", "a=b").await,
        world.attempt("ann", "correct horse", "").await,
        world.attempt("ann", "wrong", "").await,
        sign_in(&world, "/analytics/sign-in", &[OWN_PAGE], "user=ann&password=correct+horse").await,
    ] {
        assert_eq!(answer.headers["strict-transport-security"], "max-age=31536000; includeSubDomains", "{answer:?}");
    }
}

#[tokio::test]
async fn missing_and_long_fields_are_listed() {
    let world = World::new();
    let answer = sign_in(&world, "/analytics/sign-in", &[OWN_PAGE], "user=ann").await;
    assert!(answer.status == 422 && answer.text.contains("password is missing."), "{answer:?}");
    let long = format!("user=ann&password={}", "x".repeat(13_000));
    let answer = sign_in(&world, "/analytics/sign-in", &[OWN_PAGE], &long).await;
    assert_eq!((answer.status, &answer.headers["content-type"]), (413, &json!("text/html; charset=utf-8")));
    assert!(answer.text.contains("the limit is 12288 bytes"), "{}", answer.text);
}

#[tokio::test]
async fn the_longest_name_and_password_of_the_form_are_accepted() {
    let world = World::new();
    let form = format!("user={}&password={}", "%E2%82%AC".repeat(100), "%E2%82%AC".repeat(1000));
    assert_eq!(sign_in(&world, "/analytics/sign-in", &[OWN_PAGE], &form).await.status, 401);
    let page = world.send("GET", "/analytics", &[], "").await.text;
    assert!(page.contains("maxlength=\"100\"") && page.contains("maxlength=\"1000\""), "{page}");
}

#[tokio::test]
async fn a_foreign_form_cannot_sign_in() {
    let world = World::new();
    let foreign: [&[(&str, &str)]; 6] = [
        &[],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", "https://api.example.com"), ("host", "api.example.com")],
        &[("origin", "https://example.com"), ("host", "api.example.com"), ("x-forwarded-proto", "https")],
        &[("origin", "null"), ("host", "api.example.com"), ("x-forwarded-proto", "https")],
        &[("origin", "http://api.example.com"), ("host", "api.example.com"), ("x-forwarded-proto", "https")],
    ];
    for headers in foreign {
        let answer = sign_in(&world, "/analytics/sign-in", headers, "user=ann&password=correct+horse").await;
        assert_eq!((answer.status, &answer.cookies), (403, &Vec::new()), "{headers:?}");
        assert!(answer.text.contains("was not sent from a page of this service"), "{}", answer.text);
    }
    let own = [("origin", "https://api.example.com"), ("host", "api.example.com"), ("x-forwarded-proto", "https")];
    let answer = sign_in(&world, "/analytics/sign-in", &own, "user=ann&password=correct+horse").await;
    assert_eq!(answer.status, 303);
}

#[tokio::test]
async fn a_foreign_post_cannot_use_the_cookie() {
    let world = World::new();
    let cookie = cookie(&world).await;
    for headers in [&[] as &[_], &[("sec-fetch-site", "cross-site")], &[("sec-fetch-site", "same-site")]] {
        let answer = world.invoke(form("/analytics/sign-out", headers, Some(&cookie), "")).await;
        assert_eq!((answer.status, &answer.cookies), (403, &Vec::new()), "{headers:?}");
        let mut plain = event("POST", "/analytics/sign-out", headers, "");
        plain["cookies"] = json!([cookie]);
        assert_eq!(world.invoke(plain).await.error(), (403, "ForeignForm"), "{headers:?}");
    }
    assert_eq!(get(&world, "/analytics/report", &cookie).await.status, 200);
}

#[tokio::test]
async fn signing_out_ends_the_session_and_deletes_the_cookie() {
    let world = World::new();
    let cookie = cookie(&world).await;
    for _ in 0..2 {
        let answer = world.invoke(form("/analytics/sign-out", &[OWN_PAGE], Some(&cookie), "")).await;
        assert_eq!((answer.status, &answer.headers["location"]), (303, &json!("../analytics")));
        assert_eq!(answer.cookies, ["__Secure-analytics-session=; Max-Age=0; Secure; HttpOnly; SameSite=Strict"]);
    }
    assert_eq!(get(&world, "/analytics/report", &cookie).await.error(), (401, "InvalidSession"));
}

#[tokio::test]
async fn the_cookie_reads_reports_and_only_sign_in_sets_it() {
    let world = World::new();
    let cookie = cookie(&world).await;
    for target in ["/analytics", "/analytics/report", "/analytics/report?format=csv", "/analytics/report?by=year"] {
        let answer = get(&world, target, &cookie).await;
        assert!(answer.status == 200 || answer.status == 422, "{answer:?}");
        assert!(answer.cookies.is_empty() && answer.headers.get("set-cookie").is_none(), "{target}");
    }
    assert!(world.attempt("ann", "correct horse", "").await.cookies.is_empty());
    // The bearer token of a program precedes the cookie of a browser.
    let mut both = event("GET", "/analytics/report", &[("authorization", "Bearer x")], "");
    both["cookies"] = json!([cookie]);
    assert_eq!(world.invoke(both).await.error(), (401, "InvalidSession"));
}

#[tokio::test]
async fn an_ended_session_shows_the_form_and_returns() {
    let world = World::new();
    let cookie = cookie(&world).await;
    world.wait(3601);
    let target = "/analytics?site=example.com&period=7d";
    let own_link = world.invoke(event("GET", target, &[OWN_PAGE], "")).await;
    for answer in [get(&world, target, &cookie).await, own_link] {
        assert_eq!(answer.status, 200);
        assert!(answer.text.contains("Your session has ended. Sign in again."), "{}", answer.text);
        assert!(answer.text.contains("action=\"analytics/sign-in?site=example.com&amp;period=7d\""), "{}", answer.text);
    }
    let first_time = world.send("GET", target, &[], "").await;
    assert!(first_time.text.contains("Sign in") && !first_time.text.contains("has ended"), "{}", first_time.text);
}
