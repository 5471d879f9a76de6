//! Variants, keys, settings, tokens, vary rules.

use std::collections::BTreeMap;

use super::*;
use crate::Options;

fn variant(id: &str, options: &str) -> Variant {
    let options = Options::parse(options).unwrap().options;
    Variant { id: id.into(), options, ..Variant::default() }
}

#[test]
fn an_account_begins_with_a_public_variant_and_one_key() {
    let bench = Bench::new();
    let public = bench.hosted.variant(bench.home(), PUBLIC).unwrap();
    assert_eq!(public.options.to_string(), "width=1366,height=768,metadata=none");
    assert!(!public.never_require_signed_urls && public.browser_ttl.is_none());
    let keys = bench.hosted.keys(bench.home()).unwrap();
    assert_eq!((keys.len(), keys[0].name.as_str(), keys[0].value.len()), (1, "default", 32));
}

#[test]
fn variants_hold_any_options_and_at_most_a_hundred() {
    let bench = Bench::new();
    let home = bench.home();
    let options =
        "width=300,height=200,fit=cover,gravity=0.2x0.8,sharpen=2,format=webp,quality=60,blur=3";
    let hero = Variant {
        browser_ttl: Some(3600),
        never_require_signed_urls: true,
        ..variant("Hero-1_x.y", options)
    };
    bench.hosted.create_variant(home, &hero).unwrap();
    assert_eq!(kind(bench.hosted.create_variant(home, &hero)), Kind::Conflict);
    assert_eq!(*bench.hosted.variant(home, "Hero-1_x.y").unwrap(), hero);
    assert_eq!(kind(bench.hosted.edit_variant(home, &variant("none", "width=1"))), Kind::NotFound);
    let smaller = variant("Hero-1_x.y", "width=20");
    let before = bench.hosted.seen().unwrap();
    bench.hosted.edit_variant(home, &smaller).unwrap();
    assert_eq!(*bench.hosted.variant(home, "Hero-1_x.y").unwrap(), smaller);
    let tag = format!("tag {}", variant_tag(home, "Hero-1_x.y"));
    let log = bench.catalog.log(before, 9).unwrap();
    assert!(log.iter().any(|logged| logged.entry.subject == tag));

    for number in 2..100 {
        bench.hosted.create_variant(home, &variant(&format!("v{number}"), "width=1")).unwrap();
    }
    let one_more = variant("more", "width=1");
    assert_eq!(kind(bench.hosted.create_variant(home, &one_more)), Kind::TooLarge);
    bench.hosted.delete_variant(home, "v2").unwrap();
    assert_eq!(kind(bench.hosted.delete_variant(home, "v2")), Kind::NotFound);
    bench.hosted.create_variant(home, &one_more).unwrap();
    assert_eq!(bench.hosted.variants(home).unwrap().len(), 100);
    let other = bench.hosted.create_account(None, None).unwrap();
    assert_eq!(bench.hosted.variants(&other.id).unwrap().len(), 1);
    assert_eq!(kind(bench.hosted.variant(&other.id, "more")), Kind::NotFound);
}

#[test]
fn variants_that_no_url_could_name_or_no_picture_could_follow_are_refused() {
    let bench = Bench::new();
    let long = "x".repeat(100);
    for id in ["", "a/b", "a b", "a=b", "..", &long] {
        let refused = bench.hosted.create_variant(bench.home(), &variant(id, "width=1"));
        assert_eq!(kind(refused), Kind::Invalid, "{id}");
    }
    let refused = |variant| kind(bench.hosted.create_variant(bench.home(), &variant));
    assert_eq!(refused(variant("a", "width=1,onerror=redirect")), Kind::Invalid);
    for seconds in [0, 3599, 31_536_001] {
        let short = Variant { browser_ttl: Some(seconds), ..variant("a", "width=1") };
        assert_eq!(refused(short), Kind::Invalid);
    }
}

#[test]
fn keys_are_rotated_and_never_all_gone() {
    let bench = Bench::new();
    let home = bench.home();
    let first = bench.hosted.keys(home).unwrap()[0].clone();
    let both = bench.hosted.put_key(home, "second").unwrap();
    assert_eq!(both.len(), 2);
    // Asked again, nothing that was signed becomes invalid.
    assert_eq!(bench.hosted.put_key(home, "second").unwrap(), both);
    let left = bench.hosted.delete_key(home, "default").unwrap();
    assert_eq!(left[..], both[1..]);
    assert_eq!(kind(bench.hosted.delete_key(home, "default")), Kind::NotFound);
    let fresh = bench.hosted.delete_key(home, "second").unwrap();
    assert_eq!((fresh.len(), fresh[0].name.as_str()), (1, "default"));
    assert_ne!(fresh[0].value, first.value);
    let renewed = bench.hosted.delete_key(home, "default").unwrap();
    assert_ne!(renewed[0].value, fresh[0].value);
    for wrong in ["", "a b", "x".repeat(21).as_str(), "ü"] {
        assert_eq!(kind(bench.hosted.put_key(home, wrong)), Kind::Invalid, "{wrong}");
    }
    for number in 1..16 {
        bench.hosted.put_key(home, &number.to_string()).unwrap();
    }
    assert_eq!(kind(bench.hosted.put_key(home, "more")), Kind::TooLarge);
    assert!(!format!("{:?}", bench.hosted.keys(home).unwrap()).contains(&renewed[0].value));
}

#[test]
fn two_who_remove_the_last_two_keys_leave_one() {
    for _ in 0..8 {
        let bench = Bench::new();
        bench.hosted.put_key(bench.home(), "second").unwrap();
        std::thread::scope(|scope| {
            for name in ["default", "second"] {
                let bench = &bench;
                scope.spawn(move || bench.hosted.delete_key(bench.home(), name).unwrap());
            }
        });
        assert_eq!(bench.hosted.keys(bench.home()).unwrap().len(), 1);
    }
}

#[test]
fn settings_begin_with_defaults_and_changes_do_not_undo_each_other() {
    let bench = Bench::new();
    let home = bench.home();
    assert_eq!(*bench.hosted.settings(home).unwrap(), Settings::default());
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let bench = &bench;
            scope.spawn(move || {
                for _ in 0..10 {
                    bench.set(|settings| settings.quota += 1);
                }
                match worker {
                    0 => bench.set(|settings| settings.flexible_variants = true),
                    _ => bench.set(|settings| settings.allowed_origins.push(format!("{worker}.b"))),
                }
            });
        }
    });
    let settings = bench.hosted.settings(home).unwrap();
    assert_eq!((settings.quota, settings.flexible_variants), (100_040, true));
    assert_eq!(settings.allowed_origins.len(), 3);
    let wrong = Settings { browser_ttl: 1, ..Settings::default() };
    assert_eq!(kind(bench.hosted.set_settings(home, &wrong)), Kind::Invalid);
    bench.hosted.set_settings(home, &Settings::default()).unwrap();
    assert_eq!(*bench.hosted.settings(home).unwrap(), Settings::default());
}

#[test]
fn a_token_speaks_for_its_account_until_it_is_removed() {
    let bench = Bench::new();
    let home = bench.home();
    let scopes = Scopes { upload: true, ..Scopes::default() };
    let token = bench.hosted.create_token(home, "phone", scopes).unwrap();
    let grant = bench.hosted.authenticate(&token).unwrap();
    assert_eq!(grant, Grant { account: home.into(), scopes, batch: false });
    assert!(grant.covers(home) && !grant.covers("other"));
    let documents = bench.catalog.documents("token", Some(home)).unwrap();
    let secret = token.splitn(3, '_').nth(2).unwrap();
    assert!(secret.len() >= 43 && !documents[0].body.contains(secret));

    // One letter more, less or other speaks for nobody.
    for at in 0..token.len() {
        let mut wrong = token.clone().into_bytes();
        wrong[at] = if wrong[at] == b'a' { b'b' } else { b'a' };
        let wrong = String::from_utf8(wrong).unwrap();
        assert_eq!(kind(bench.hosted.authenticate(&wrong)), Kind::Signature, "{at}");
        assert_eq!(kind(bench.hosted.authenticate(&token[..at])), Kind::Signature, "{at}");
    }
    assert_eq!(kind(bench.hosted.authenticate(&format!("{token}a"))), Kind::Signature);
    let none = bench.hosted.create_token(home, "x", Scopes::default());
    assert_eq!(kind(none), Kind::Invalid);
    let [info] = &bench.hosted.tokens(home).unwrap()[..] else { panic!() };
    assert_eq!((info.name.as_str(), info.scopes), ("phone", scopes));
    bench.hosted.delete_token(home, &info.id).unwrap();
    assert_eq!(kind(bench.hosted.authenticate(&token)), Kind::Signature);

    let admin = bench.hosted.authenticate("the admin").unwrap();
    assert!(admin.covers(home) && admin.covers("other") && admin.scopes == Scopes::ALL);
    assert_eq!(kind(bench.hosted.authenticate("the Admin")), Kind::Signature);
    assert_eq!(kind(bench.hosted.authenticate("")), Kind::Signature);
}

#[test]
fn a_batch_token_ends_by_itself_and_cannot_be_changed() {
    let bench = Bench::new();
    let (token, ends) = bench.hosted.create_batch_token(bench.home()).unwrap();
    let grant = bench.hosted.authenticate(&token).unwrap();
    assert_eq!((grant.account.as_str(), grant.batch), (bench.home(), true));
    let later = token.replace(&ends.to_string(), &(ends + 1).to_string());
    assert_eq!(kind(bench.hosted.authenticate(&later)), Kind::Signature);
    let other = bench.hosted.create_account(None, None).unwrap();
    let moved = token.replace(bench.home(), &other.id);
    assert_eq!(kind(bench.hosted.authenticate(&moved)), Kind::Signature);
    bench.clock.forward(ends - bench.clock.now());
    assert_eq!(kind(bench.hosted.authenticate(&token)), Kind::Signature);
}

#[test]
fn vary_rules_are_checked_replaced_and_removed() {
    let bench = Bench::new();
    let rules = |extension: &str, types: &[&str]| {
        let types = types.iter().map(|name| (*name).to_owned()).collect();
        BTreeMap::from([(extension.to_owned(), types)])
    };
    assert_eq!(kind(bench.hosted.vary_rules("zone")), Kind::NotFound);
    let set = |value| bench.hosted.set_vary_rules("zone", &value);
    set(rules("jpeg", &["image/webp", "image/avif"])).unwrap();
    let kept = set(rules("png", &["image/webp"])).unwrap();
    assert_eq!(bench.hosted.vary_rules("zone").unwrap(), kept);
    assert_eq!(kept.value, rules("png", &["image/webp"]));
    for (extension, types) in [
        ("svg", &["image/webp"][..]),
        ("png", &["text/html"]),
        ("png", &["image/webp", "image/webp"]),
        ("png", &[]),
        ("png", &["image/"]),
    ] {
        assert_eq!(kind(set(rules(extension, types))), Kind::Invalid, "{extension} {types:?}");
    }
    bench.hosted.delete_vary_rules("zone").unwrap();
    assert_eq!(kind(bench.hosted.delete_vary_rules("zone")), Kind::NotFound);
}

#[test]
fn a_purge_stays_within_its_account() {
    let bench = Bench::new();
    let home = bench.home();
    let purge = |account: &str, selector| bench.hosted.purge(account, &[selector]);
    let before = bench.hosted.seen().unwrap();
    purge(home, Selector::All).unwrap();
    purge(home, Selector::Tag("a tag".into())).unwrap();
    purge(home, Selector::Tag(image_tag(home, "a/b"))).unwrap();
    purge("", Selector::All).unwrap();
    let log = bench.catalog.log(before, 9).unwrap();
    let subjects: Vec<&str> = log.iter().map(|one| one.entry.subject.as_str()).collect();
    let expected = [
        format!("tag account:{home}"),
        "tag a tag".to_owned(),
        format!("tag image:{home}/a/b"),
        "all".to_owned(),
    ];
    assert_eq!(subjects, expected);
    for foreign in ["image:other/a", "account:other", "variant:x/y"] {
        assert_eq!(kind(purge(home, Selector::Tag(foreign.into()))), Kind::Forbidden);
    }
    assert_eq!(kind(purge(home, Selector::Prefix(String::new()))), Kind::Invalid);
    assert_eq!(kind(purge("nobody", Selector::All)), Kind::NotFound);
}
