//! URLs that are made to be read in two ways.

use super::*;

const GOOD: &str = "good.test";
const EVIL: &str = "evil.test";

/// Authorities and paths in which one reader sees the good host and another the evil one.
fn vectors() -> Vec<String> {
    let schemes = ["http:", "HTTP:", "https:", "ftp:", "file:", "", "http:http:", "javascript:"];
    let slashes = ["//", "/", "///", "", "\\\\", "/\\", "\\/", "////"];
    let between = [
        "@", ":@", ":80@", "%40", "\\@", "/@", "?@", "#@", ";@", "&@", "%00@", "%0d%0a@", " @",
        "\t@", "\n", "\r\n", ".", "%2e", "。", "．", ":", ":80#", "#", "?", "\\", "%5c", "%2f",
        "/", "//", "@@", "%09", "\u{200b}", "\u{ad}", "%ff", ",", "|", "^",
    ];
    let mut all = Vec::new();
    for scheme in schemes {
        for slash in slashes {
            for join in between {
                all.push(format!("{scheme}{slash}{GOOD}{join}{EVIL}/dir/a.png"));
            }
        }
    }
    for join in between {
        all.push(format!("http://{EVIL}{join}{GOOD}/dir/a.png"));
        all.push(format!("http://{GOOD}/dir{join}/../../{EVIL}/secret.png"));
        all.push(format!("http://{GOOD}/dir{join}-evil/secret.png"));
        all.push(format!("http://{GOOD}/dir{join}..{join}secret.png"));
        all.push(format!("http://{GOOD}{join}80/secret.png"));
        all.push(format!("http://[{GOOD}]{join}{EVIL}/dir/a.png"));
        all.push(format!("http://[::1{join}{GOOD}]/dir/a.png"));
    }
    all
}

/// Whether a path is in `/dir` for every server.
fn is_inside(path: &str) -> bool {
    let path = path.split('?').next().unwrap();
    let lower = path.to_ascii_lowercase();
    let strange = ["%2e", "%2f", "%5c", "%25", "\\", ";"];
    (path == "/dir" || path.starts_with("/dir/"))
        && !path.split('/').any(|segment| segment == "..")
        && !strange.iter().any(|it| lower.contains(it))
}

#[test]
fn no_confusion_leads_past_the_allowed_origins() {
    let origins = Origins::read(["good.test/dir"]).unwrap();
    let all = vectors();
    assert!(all.len() >= 500, "{}", all.len());
    let mut passed = 0;
    for url in &all {
        let net = Net::new();
        for name in [GOOD, EVIL] {
            net.name(name, &[&[PUBLIC]]);
        }
        net.reply(IMAGE);
        let order = Order { origins: Some(&origins), credentials: true, ..Order::new(url, MOST) };
        let fetched = ordered(&net, plain(), &order).is_ok();
        let names = net.looked_up.lock().unwrap();
        assert!(names.iter().all(|name| name == GOOD), "{url:?}: {names:?}");
        if fetched {
            let request = net.request(0);
            let path = request.split(' ').nth(1).unwrap();
            assert!(is_inside(path), "{url:?}: {path}");
            assert!(request.to_ascii_lowercase().contains("host: good.test\r\n"), "{request}");
            passed += 1;
        }
    }
    assert!(passed > 10, "only {passed} of them are plain enough to be fetched");
}

#[test]
fn what_is_sent_has_no_line_breaks_and_one_host() {
    for url in vectors() {
        let net = Net::new();
        net.name(GOOD, &[&[PUBLIC]]);
        net.name(EVIL, &[&[PUBLIC]]);
        net.reply(IMAGE);
        let order = Order { credentials: true, ..Order::new(&url, MOST) };
        if ordered(&net, plain(), &order).is_ok() {
            let request = net.request(0).to_ascii_lowercase();
            assert_eq!(request.matches("\r\nhost: ").count(), 1, "{request}");
            assert!(request.ends_with("\r\n\r\n") && request.matches("\r\n\r\n").count() == 1);
            assert_eq!(request.lines().next().unwrap().split(' ').count(), 3, "{request}");
            let named = net.looked_up.lock().unwrap()[0].clone();
            assert!(request.contains(&format!("\r\nhost: {named}\r\n")), "{url:?} {request}");
        }
    }
}
