//! Redirects, and what they may carry along.

use super::*;

fn to(status: u16, location: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} X\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n").into_bytes()
}

fn hosts() -> Arc<Net> {
    let net = Net::new();
    for name in ["a.test", "b.test", "c.test"] {
        net.name(name, &[&[PUBLIC]]);
    }
    net
}

#[test]
fn three_redirects_are_followed_and_a_fourth_is_not() {
    for (count, expected) in [(3, None), (4, Some(Situation::TooManyRedirects))] {
        let net = hosts();
        for status in [301, 302, 307, 308].iter().take(count) {
            net.reply(&to(*status, "/next"));
        }
        net.reply(IMAGE);
        assert_eq!(fetch(&net, "http://a.test/").err(), expected);
        assert_eq!(net.connects(), 4);
    }
}

#[test]
fn a_location_is_read_as_browsers_do() {
    for (location, expected) in [
        ("/x?y=1", "http://a.test/x?y=1"),
        ("x", "http://a.test/dir/x"),
        ("../x", "http://a.test/x"),
        ("../../../x", "http://a.test/x"),
        ("./x/./y/..", "http://a.test/dir/x/"),
        ("?q", "http://a.test/dir/file?q"),
        ("//b.test/x", "http://b.test/x"),
        ("http://b.test:8080/x#part", "http://b.test:8080/x"),
        ("http://b.test", "http://b.test/"),
        ("/ä b", "http://a.test/%C3%A4%20b"),
        ("/a:b", "http://a.test/a:b"),
    ] {
        let net = hosts();
        net.reply(&to(302, location));
        net.reply(IMAGE);
        assert_eq!(fetch(&net, "http://a.test/dir/file?old").unwrap().url, expected, "{location}");
    }
}

#[test]
fn a_redirect_to_nowhere_or_past_the_rules_is_refused() {
    let wrong = [
        "",
        "#part",
        "ftp://b.test/",
        "javascript:alert(1)",
        "data:image/png,x",
        "http:///x",
        "http://user:password@b.test/",
        "http://b.test:22/",
        "http://b.test:6379/",
        "/\\b.test/",
        "\\\\b.test/",
        "http://b.test\\@c.test/",
        "http:b.test",
    ];
    for location in wrong {
        let net = hosts();
        net.reply(&to(302, location));
        net.reply(IMAGE);
        let failed = fetch(&net, "http://a.test/x").unwrap_err();
        assert_eq!((failed, net.connects()), (Situation::RedirectNotAllowed, 1), "{location}");
    }
    let net = hosts();
    net.reply(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(fetch(&net, "http://a.test/").unwrap_err(), Situation::RedirectNotAllowed);
}

#[test]
fn tls_is_not_given_up() {
    let fetcher = fetcher(&Net::new(), plain());
    let headers = |location: &str| {
        let mut headers = HeaderMap::new();
        headers.insert("location", location.parse().unwrap());
        headers
    };
    let next = |from: &str, location: &str| {
        fetcher.next(&Target::read(from).unwrap(), &headers(location)).map(|target| target.url())
    };
    assert!(next("https://a.test/", "http://a.test/").is_err());
    assert!(next("https://a.test/", "https://b.test/").is_ok());
    assert_eq!(next("https://a.test/", "//b.test/").unwrap(), "https://b.test/");
    assert!(next("http://a.test/", "https://b.test/").is_ok());
}

#[test]
fn credentials_are_for_the_first_host_alone() {
    let headers = [("Authorization", "Bearer s"), ("Cookie", "s=1"), ("X-Amz-Date", "s")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let chains: [(&[&str], &[bool]); 8] = [
        (&["/b"], &[true, true]),
        (&["http://a.test/b"], &[true, true]),
        (&["http://A.TEST.:80/b"], &[true, true]),
        (&["http://b.test/"], &[true, false]),
        (&["http://a.test:8080/"], &[true, false]),
        (&["http://b.test/", "/x"], &[true, false, false]),
        (&["http://b.test/", "http://a.test/"], &[true, false, false]),
        (&["/x", "//a.test/y", "//c.test/z"], &[true, true, true, false]),
    ];
    for (locations, expected) in chains {
        for user in ["", "me:secret@"] {
            let net = hosts();
            locations.iter().for_each(|location| net.reply(&to(307, location)));
            net.reply(IMAGE);
            let url = format!("http://{user}a.test/");
            let order = Order { headers: &headers, credentials: true, ..Order::new(&url, MOST) };
            ordered(&net, plain(), &order).unwrap();
            for (at, kept) in expected.iter().enumerate() {
                let request = net.request(at).to_ascii_lowercase();
                for name in ["authorization: ", "cookie: ", "x-amz-date: "] {
                    assert_eq!(request.contains(name), *kept, "{locations:?} {request}");
                }
                assert!(request.contains("via: 1.1 safelight (image-resizing)\r\n"));
            }
        }
    }
}

#[test]
fn names_and_passwords_of_a_url_are_sent_as_such_where_they_are_allowed() {
    let net = hosts();
    net.reply(IMAGE);
    let url = "http://me%3a:p%40ss@a.test/";
    assert_eq!(fetch(&net, url).unwrap_err(), Situation::UrlNotAllowed);
    let order = Order { credentials: true, ..Order::new(url, MOST) };
    let fetched = ordered(&net, plain(), &order).unwrap();
    assert_eq!(fetched.url, "http://a.test/");
    assert!(net.request(0).to_ascii_lowercase().contains("authorization: basic"));
    assert!(net.request(0).contains(&basic("me::p@ss")));
    assert_eq!(basic("me::p@ss"), "Basic bWU6OnBAc3M=");
}
