use super::*;

fn allows(entries: &[&str], url: &str) -> bool {
    Origins::read(entries.iter().copied()).unwrap().allow(&Target::read(url).unwrap())
}

#[test]
fn an_entry_allows_what_the_reference_says() {
    for (entry, url, expected) in [
        ("b.com", "https://b.com/x", true),
        ("b.com", "https://B.COM./x", true),
        ("b.com", "https://media.b.com/x", false),
        ("b.com", "https://evilb.com/x", false),
        ("b.com", "https://b.com.evil.test/x", false),
        ("media.b.com", "https://media.b.com/x", true),
        ("media.b.com", "https://b.com/x", false),
        ("*.b.com", "https://b.com/x", true),
        ("*.b.com", "https://media.b.com/x", true),
        ("*.b.com", "https://a.media.b.com/x", true),
        ("*.b.com", "https://evilb.com/x", false),
        ("*.b.com", "https://b.com.evil.test/x", false),
        ("b.com/themes", "https://b.com/themes", true),
        ("b.com/themes", "https://b.com/themes/x?y=/..", true),
        ("b.com/themes/", "https://b.com/themes/x", true),
        ("b.com/themes", "https://b.com/th%65mes/x", true),
        ("b.com/themes", "https://b.com/media/themes/x", false),
        ("b.com/themes", "https://b.com/themes-evil/x", false),
        ("b.com/themes", "https://b.com/themes/../secret", false),
        ("b.com/themes", "https://b.com/themes/%2e%2e/secret", false),
        ("b.com/themes", "https://b.com/themes/%252e%252e/secret", false),
        ("b.com/themes", "https://b.com/themes%2f..%2fsecret", false),
        ("b.com/themes", "https://b.com/themes/..;/secret", false),
        ("b.com/themes", "https://b.com//themes/x", false),
        ("b.com/themes", "https://b.com/Themes/x", false),
        ("b.com", "https://b.com:8443/x", false),
        ("b.com:8443", "https://b.com:8443/x", true),
        ("b.com:8443", "https://b.com/x", false),
        ("https://b.com", "http://b.com/x", false),
        ("http://b.com", "http://b.com/x", true),
        ("b.com", "http://b.com/x", true),
        ("*", "https://anything.test:8443/x", true),
        ("93.184.215.14", "https://93.184.215.14/x", true),
        ("*.215.14", "https://93.184.215.14/x", false),
    ] {
        match Origins::read([entry]) {
            Ok(origins) => {
                assert_eq!(origins.allow(&Target::read(url).unwrap()), expected, "{entry} {url}");
            }
            Err(_) => assert!(!expected, "{entry}"),
        }
    }
    assert!(!allows(&[], "https://b.com/x"));
    assert!(allows(&["a.com", "b.com"], "https://b.com/x"));
}

#[test]
fn what_is_no_entry_is_refused() {
    let wrong = ["", "/x", "b com", "ftp://b.com", "b.com:0", "*.*.b.com", "*b.com", "u@b.com"];
    for entry in wrong {
        assert!(Origins::read([entry]).is_err(), "{entry}");
    }
}

#[test]
fn what_is_not_in_the_list_is_not_connected_to() {
    let net = Net::new();
    net.name("other.test", &[&[PUBLIC]]);
    net.reply(IMAGE);
    let origins = Origins::read(["good.test", "ports.test:9000"]).unwrap();
    let order = |url| Order { origins: Some(&origins), ..Order::new(url, MOST) };
    let failed = ordered(&net, plain(), &order("http://other.test/")).unwrap_err();
    assert_eq!((failed, net.connects()), (Situation::OriginNotAllowed, 0));
    // A port that is named with its host needs no other leave.
    net.name("ports.test", &[&[PUBLIC]]);
    assert!(ordered(&net, plain(), &order("http://ports.test:9000/")).is_ok());
    let any = Order::new("http://ports.test:9000/", MOST);
    assert_eq!(ordered(&net, plain(), &any).unwrap_err(), Situation::UrlNotAllowed);
}
