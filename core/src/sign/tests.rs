use super::*;

const KEY: &str = "this is a secret";
const MOBILE: &str = "/cheeW4oKsx5ljh8e8BoL2A/bc27a117-9509-446b-8c69-c81bfeac0a01/mobile";

/// Small repeatable pseudo-random numbers (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

fn kind_of(result: Result<()>) -> Option<Kind> {
    result.err().map(|error| error.kind())
}

#[test]
fn the_three_published_signatures_come_out() {
    let cases = [
        (
            "/hello/world",
            None,
            "?sig=6293f9144b4e9adc83416d1b059abcac750bf05b2c5c99ea72fd47cc9c2ace34",
        ),
        (
            "/hello/world",
            Some(1_631_289_275),
            "?exp=1631289275&sig=e293c787daae28a47de9d8c21c2e4ccc59970aca8e4c7ee8a1a1da3fb2e9ef3f",
        ),
        (
            MOBILE,
            Some(1_631_289_275),
            "?exp=1631289275&sig=77d3f91af4c1c9199a3dec74098b4be64485d3887164e936349023a4e7c4f4a1",
        ),
    ];
    for (path, expires, tail) in cases {
        let signed = sign(path, KEY, expires).unwrap();
        assert_eq!(signed, format!("{path}{tail}"));
        verify(&signed, &[KEY], 1_631_289_274).unwrap();
    }
}

#[test]
fn a_signature_expires_at_the_very_second() {
    let signed = sign("/a", KEY, Some(1000)).unwrap();
    assert!(verify(&signed, &[KEY], 999).is_ok());
    let error = verify(&signed, &[KEY], 1000).unwrap_err();
    assert_eq!(error.message(), "signature: expired");
    assert!(verify(&sign("/a", KEY, None).unwrap(), &[KEY], u64::MAX).is_ok());
}

#[test]
fn an_expired_forgery_is_told_only_that_it_does_not_match() {
    let forged = format!("/a?exp=1&sig={}", "0".repeat(64));
    let error = verify(&forged, &[KEY], 1000).unwrap_err();
    assert_eq!(error.message(), "signature: does not match");
}

#[test]
fn any_of_the_keys_may_have_signed() {
    let signed = sign("/a?b=c", "old", None).unwrap();
    for keys in [&["old", "new"][..], &["new", "old"], &["x", "old", "y"]] {
        verify(&signed, keys, 0).unwrap();
    }
    assert_eq!(kind_of(verify(&signed, &["new", "x"], 0)), Some(Kind::Signature));
}

#[test]
fn without_keys_nothing_is_valid() {
    let signed = sign("/a", KEY, None).unwrap();
    assert_eq!(kind_of(verify(&signed, &[], 0)), Some(Kind::Invalid));
    assert_eq!(kind_of(verify(&signed, &[KEY, ""], 0)), Some(Kind::Invalid));
    assert_eq!(sign("/a", "", None).unwrap_err().kind(), Kind::Invalid);
}

#[test]
fn no_message_tells_the_right_signature() {
    let right = sign("/a", KEY, None).unwrap();
    let right = right.split_once("sig=").unwrap().1;
    let wrong = ["/a?sig=".to_owned() + &right[..63], format!("/a?sig={}0", &right[..63])];
    for text in wrong.iter().chain([&format!("/a?sig={}", right.to_uppercase())]) {
        let error = verify(text, &[KEY], 0).unwrap_err();
        assert_eq!(error.kind(), Kind::Signature);
        assert!(!error.message().contains(right), "{error}");
        assert_eq!(error.context(), None);
    }
}

#[test]
fn an_empty_query_is_signed_as_none() {
    assert_eq!(sign("/a?", KEY, None).unwrap(), sign("/a", KEY, None).unwrap());
}

#[test]
fn no_mutation_of_a_signed_url_is_accepted() {
    let mut dice = Dice(0x5afe_1197);
    let valid: Vec<String> = [
        sign(MOBILE, KEY, Some(1_631_289_275)),
        sign("/hello/world", KEY, None),
        sign("/cdn-cgi/image/w=400/a.jpg?v=2&b=%20", KEY, Some(2_000_000_000)),
    ]
    .into_iter()
    .map(Result::unwrap)
    .collect();
    for round in 0..1_000_000_usize {
        let original = &valid[round % valid.len()];
        let mutated = mutate(original, &mut dice);
        if mutated != *original {
            assert!(verify(&mutated, &[KEY, "another"], 0).is_err(), "{mutated}");
        }
    }
}

/// One or two edits of the kinds that attackers and broken proxies make.
fn mutate(text: &str, dice: &mut Dice) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=dice.below(2) {
        let at = dice.below(bytes.len());
        match dice.below(8) {
            0 => bytes[at] ^= 1 << dice.below(7),
            1 => drop(bytes.remove(at)),
            2 => bytes.insert(at, b"0a/?&=%#. "[dice.below(10)]),
            3 => bytes[at].make_ascii_uppercase(),
            4 => bytes.truncate(at.max(1)),
            5 => bytes.splice(at..at, *b"&exp=9999999999").for_each(drop),
            6 => {
                let escaped = format!("%{:02x}", bytes[at]).into_bytes();
                bytes.splice(at..=at, escaped).for_each(drop);
            }
            _ => {
                let tail = bytes[at..].to_vec();
                bytes.extend(tail);
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
