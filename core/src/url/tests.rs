use super::*;
use crate::options::{Fit, FormatWord, Gravity, Quality, Side, Width};
use crate::{Kind, Options};

/// Small repeatable pseudo-random numbers (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    fn maybe<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(2) == 0).then(|| value(self))
    }

    fn text(&mut self, letters: &str, longest: usize) -> String {
        let letters: Vec<char> = letters.chars().collect();
        (0..=self.below(longest)).map(|_| *self.pick(&letters)).collect()
    }
}

fn any_options(dice: &mut Dice) -> Options {
    let sides = Side::WORDS;
    Options {
        width: dice.maybe(|dice| Width::Pixels(1 + dice.below(5000) as u32)),
        height: dice.maybe(|dice| 1 + dice.below(5000) as u32),
        fit: dice.maybe(|dice| dice.pick(Fit::WORDS).1),
        gravity: dice.maybe(|dice| Gravity::Side(dice.pick(sides).1)),
        format: dice.maybe(|dice| dice.pick(FormatWord::WORDS).1),
        quality: dice.maybe(|dice| Quality::Number(1 + dice.below(100) as u8)),
        blur: dice.maybe(|dice| dice.below(500) as f64 / 2.0),
        anim: dice.maybe(|dice| dice.below(2) == 0),
        ..Options::default()
    }
}

fn any_url(dice: &mut Dice) -> Url {
    let hosts = ["https://example.com", "http://127.0.0.1:8787", "https://[2001:db8::1]"];
    let host = dice.maybe(|dice| (*dice.pick(&hosts)).to_owned());
    if dice.below(2) == 0 {
        let start = *dice.pick(&["/a", "https://o.test/", "HTTP://O.test:81?", "/b%2F"]);
        let source = format!("{start}{}", dice.text("ab/.?&=%20@+,;()[]'\"<>{}|^`~", 30));
        let options = Box::new(any_options(dice));
        return Url::Transform(Transform { host, options, source, warnings: Vec::new() });
    }
    let choice = match dice.below(2) {
        0 => Choice::Variant(dice.text("abcXYZ019_-", 20)),
        _ => Choice::Options(Box::new(any_options(dice))),
    };
    let image = (0..=dice.below(3)).map(|_| dice.text("aé %=?&#+😀x", 9)).collect::<Vec<_>>();
    Url::Delivery(Delivery {
        host,
        custom: dice.below(2) == 0,
        account: dice.text("abXY09_-", 20),
        image: image.join("/"),
        choice,
        query: dice.maybe(|dice| dice.text("ab=&?/%+.", 20)),
        warnings: Vec::new(),
    })
}

#[test]
fn a_built_url_parses_to_what_it_was_built_from() {
    let mut dice = Dice(0x5afe_1197);
    for _ in 0..50_000 {
        let url = any_url(&mut dice);
        let text = build(&url).unwrap_or_else(|error| panic!("{error}: {url:?}"));
        let parsed = parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(parsed.to_json(), url.to_json(), "{text}");
        assert_eq!(build(&parsed).unwrap(), text);
        assert_eq!(Url::from_json(&url.to_json()).unwrap().to_json(), url.to_json());
    }
}

#[test]
fn whatever_parses_can_be_built_and_parses_the_same_again() {
    let mut dice = Dice(0x0bad_cafe);
    let pieces = [
        "/cdn-cgi/image/",
        "/cdn-cgi/imagedelivery/",
        "https://",
        "http:/",
        "imagedelivery.net",
        "o.test",
        "/",
        "//",
        "w=1",
        "width=2,",
        "f=auto",
        "anim=true",
        "?",
        "&",
        "=",
        "#",
        "%23",
        "%",
        "%2e",
        "..",
        ".",
        " ",
        "é",
        "\\",
        "\0",
        "a.jpg",
        "public",
        "HASH",
        ":",
        "@",
        "{",
        "}",
        "x=1",
        "%2F",
        ":8080",
        "[::1]",
        "\u{202e}",
        ",",
        "cdn-cgi",
        "b c",
    ];
    let mut parsed = 0;
    for _ in 0..100_000 {
        let start = *dice.pick(&pieces[..5]);
        let text: String = (0..dice.below(9)).map(|_| *dice.pick(&pieces)).collect();
        let Ok(url) = parse_with(&format!("{start}{text}"), dice.below(2) == 0) else { continue };
        parsed += 1;
        let built = build(&url).unwrap_or_else(|error| panic!("{error}: {url:?}"));
        let again = parse(&built).unwrap_or_else(|error| panic!("{error}: {built}"));
        assert_eq!(build(&again).unwrap(), built);
        if let Url::Transform(transform) = &url {
            let _ = local_path(&transform.source);
        }
    }
    assert!(parsed > 1_000, "only {parsed} texts parsed");
}

#[test]
fn random_bytes_never_panic() {
    let mut dice = Dice(42);
    for _ in 0..50_000 {
        let bytes: Vec<u8> = (0..dice.below(40)).map(|_| dice.below(256) as u8).collect();
        let text = String::from_utf8_lossy(&bytes);
        let _ = parse(&text);
        let _ = parse(&format!("/cdn-cgi/image/w=1/{text}"));
        let _ = parse(&format!("https://{text}"));
        let _ = local_path(&text);
    }
}

#[test]
fn options_and_urls_are_blamed_apart() {
    let part = |text| parse_parts(text, false).unwrap_err().part;
    assert_eq!(part("/cdn-cgi/image/width=abc/a.jpg"), Part::Options);
    assert_eq!(part("/cdn-cgi/image//a.jpg"), Part::Options);
    assert_eq!(part("/cdn-cgi/image/w=1/"), Part::Url);
    assert_eq!(part("/cdn-cgi/image/w=1/ftp://o.test/a.jpg"), Part::Url);
    assert_eq!(part("/HASH/id/width=abc"), Part::Options);
    assert_eq!(part("nonsense"), Part::Url);
}

#[test]
fn a_lenient_parser_warns_where_a_strict_one_refuses() {
    let text = "/cdn-cgi/image/width=abc,height=5/a.jpg";
    assert_eq!(parse(text).unwrap_err().kind(), Kind::Invalid);
    let url = parse_with(text, true).unwrap();
    assert_eq!(url.to_json()["options"], "height=5");
    assert_eq!(url.warnings().len(), 1);
}

#[test]
fn a_url_longer_than_the_limit_is_too_large() {
    let long = format!("/cdn-cgi/image/w=1/{}", "a".repeat(LONGEST));
    assert_eq!(parse(&long).unwrap_err().kind(), Kind::TooLarge);
    let mut url = parse("/cdn-cgi/image/w=1/a").unwrap();
    if let Url::Transform(transform) = &mut url {
        transform.source = format!("/{}", "a".repeat(LONGEST));
    }
    assert_eq!(build(&url).unwrap_err().kind(), Kind::TooLarge);
}

#[test]
fn options_that_only_json_can_carry_are_not_built_into_a_url() {
    let options = r##"{"width":10,"origin-auth":"share-publicly"}"##;
    let url = serde_json::json!({
        "form": "transform",
        "options": serde_json::from_str::<serde_json::Value>(options).unwrap(),
        "source": "/a.jpg",
    });
    let error = build(&Url::from_json(&url).unwrap()).unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    assert!(error.message().starts_with("origin-auth"), "{error}");
}

#[test]
fn a_source_says_where_it_is() {
    assert_eq!(SourceRef::read("a.jpg?x").unwrap(), SourceRef::Path("/a.jpg?x".into()));
    let remote = SourceRef::read("https://O.test:8443/a.jpg").unwrap();
    let expected = SourceRef::Remote {
        https: true,
        host: "o.test".into(),
        port: Some(8443),
        url: "https://O.test:8443/a.jpg".into(),
    };
    assert_eq!(remote, expected);
}

#[test]
fn a_local_path_is_decoded_exactly_once() {
    assert_eq!(local_path("/a/b%20c/%C3%A9.jpg?x=%2F").unwrap(), ["a", "b c", "é.jpg"]);
    assert_eq!(local_path("//me.png").unwrap(), ["me.png"]);
    assert_eq!(local_path("/%252e%252e/a").unwrap(), ["%2e%2e", "a"]);
    assert_eq!(local_path("/.well-known/..a").unwrap(), [".well-known", "..a"]);
    assert_eq!(local_path("/console/com10.jpg").unwrap(), ["console", "com10.jpg"]);
}

#[test]
fn a_local_path_never_leaves_its_root() {
    let tricks = [
        "",
        "/",
        "/../a",
        "/a/../b",
        "/a/..",
        "/..",
        "/./a",
        "/a/.",
        "/%2e%2e/a",
        "/%2E%2E/a",
        "/.%2e/a",
        "/%2e./a",
        "/a/%2e/b",
        "/a//b",
        "/a/",
        "///a",
        "////etc/passwd",
        "/a%2fb",
        "/a%2F..%2Fb",
        "/..%2f..%2fetc",
        "/a%5cb",
        "/..%5c..%5cx",
        "/a\\b",
        "/%00",
        "/a%00.jpg",
        "/a\0b",
        "/a%0ab",
        "/a%7f",
        "/C:/x",
        "/c%3a/x",
        "/a.jpg::$DATA",
        "/a%3a%3a$DATA",
        "/a.",
        "/a%2e",
        "/a%20",
        "/..%20",
        "/... ",
        "/...",
        "/..../a",
        "/%20a",
        "/con",
        "/CON",
        "/nul.txt",
        "/NuL.a.b",
        "/com1",
        "/LPT9.jpg",
        "/aux",
        "/a*",
        "/a%3fb",
        "/a|b",
        "/a<b",
        "/a%22b",
        "/%",
        "/%2",
        "/%zz",
        "/a%2",
        "/%ff",
        "/%c0%ae%c0%ae/a",
        "/%e0%80%ae",
        "/%c0%af",
        "/\u{FF0E}\u{FF0E}/a",
        "/%EF%BC%8E%EF%BC%8E/a",
        "/a\u{2215}b",
        "/a%E2%88%95b",
        "/\u{2025}/a",
        "/a\u{FF0F}b",
        "/a\u{FF3C}b",
        "/%u002e%u002e/a",
        "/a\u{85}b",
        "//../a",
        "//%2e%2e",
        "/..;/a/..",
    ];
    for trick in tricks {
        let result = local_path(trick);
        assert!(result.is_err(), "{trick:?} became {result:?}");
    }
}

#[test]
fn any_path_that_resolves_has_only_plain_names() {
    let mut dice = Dice(7);
    let pieces =
        ["a", ".", "..", "/", "//", "%2e", "%2f", "%5c", "%00", "\\", "%25", "b.jpg", ":", " "];
    for _ in 0..100_000 {
        let path: String = (0..dice.below(8)).map(|_| *dice.pick(&pieces)).collect();
        for name in local_path(&path).unwrap_or_default() {
            let plain = !name.is_empty() && name != "." && name != "..";
            assert!(plain && !name.contains(['/', '\\', '\0', ':']), "{path:?} gave {name:?}");
        }
    }
}
