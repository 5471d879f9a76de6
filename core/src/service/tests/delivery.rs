//! Hosted images: forms of URLs, variants, signatures, headers, purges.

use serde_json::{json, Value};

use super::*;
use crate::hosted::{Selector, Update};
use crate::sign::{now, sign};

const AVIF: (&str, &str) = ("Accept", "image/avif,image/webp,*/*");
const WEBP: (&str, &str) = ("Accept", "image/webp,*/*");

/// A service with one image.
struct Host {
    service: Service,
    id: String,
    /// `/<hash>/<id>`.
    base: String,
    _folder: Folder,
}

fn host(private: bool) -> Host {
    host_with(private, |_| {})
}

fn host_with(private: bool, change: impl FnOnce(&mut Config)) -> Host {
    let folder = Folder::new();
    let mut config = Config::in_folder(folder.path("state"));
    change(&mut config);
    let service = Service::open(&config).unwrap();
    let image = call(
        &service,
        "images.upload",
        json!({ "requireSignedURLs": private }),
        &picture("photo.jpg"),
    );
    let id = image["id"].as_str().unwrap().to_owned();
    let base = format!("{}/{}/{id}", config.mount, service.account().hash);
    Host { service, id, base, _folder: folder }
}

fn call(service: &Service, verb: &str, arguments: Value, body: &[u8]) -> Value {
    service.call(verb, &arguments, body, &Job::default()).unwrap().result
}

impl Host {
    fn get(&self, rest: &str, headers: &[(&str, &str)]) -> Response {
        ask(&self.service, &format!("{}{rest}", self.base), headers)
    }

    fn signed(&self, rest: &str, expires: Option<u64>) -> String {
        let keys = self.service.0.hosted.keys(&self.service.account().id).unwrap();
        sign(&format!("{}{rest}", self.base), &keys[0].value, expires).unwrap()
    }

    fn variant(&self, id: &str, options: Value, open: bool) {
        let arguments = json!({ "id": id, "options": options, "neverRequireSignedURLs": open });
        call(&self.service, "variants.create", arguments, &[]);
    }

    fn settings(&self, arguments: Value) {
        call(&self.service, "settings.edit", arguments, &[]);
    }

    fn made(&self) -> u64 {
        self.service.0.transforms.load(std::sync::atomic::Ordering::SeqCst)
    }
}

fn code(response: &Response) -> (u16, String) {
    let text = String::from_utf8_lossy(&response.body);
    (response.status, text.split(':').next().unwrap_or_default().replace("ERROR ", ""))
}

#[test]
fn an_image_is_delivered_in_the_best_format_that_the_client_takes() {
    let host = host(false);
    for (accept, kind) in
        [(Some(AVIF), "image/avif"), (Some(WEBP), "image/webp"), (None, "image/jpeg")]
    {
        let headers: Vec<_> = accept.into_iter().collect();
        let response = host.get("/public", &headers);
        assert_eq!(response.header("content-type"), Some(kind), "{}", shown(&response));
        assert_eq!(response.header("vary"), Some("Accept"));
    }
    let response = host.get("/public", &[WEBP]);
    let life = "public, max-age=172800, stale-while-revalidate=7200";
    assert_eq!(response.header("cache-control"), Some(life));
    assert_eq!(response.header("access-control-allow-origin"), Some("*"));
    let account = &host.service.account().id;
    let tags = format!("image:{account}/{},account:{account},variant:{account}/public", host.id);
    assert_eq!(response.header("cache-tag"), Some(tags.as_str()));
    assert!(response.header("cf-resized").unwrap().starts_with("internal=ram"));
    assert_eq!(host.made(), 3);
    let tag = response.header("etag").unwrap();
    let same = host.get("/public", &[WEBP, ("If-None-Match", tag)]);
    assert_eq!((same.status, same.header("cache-control")), (304, Some(life)));
    let part = host.get("/public", &[WEBP, ("Range", "bytes=0-3")]);
    assert_eq!((part.status, &*part.body), (206, &b"RIFF"[..]));
    let head = send(&host.service, "HEAD", &format!("{}/public", host.base), &[WEBP]);
    let length = response.body.len().to_string();
    assert_eq!((head.status, head.header("content-length")), (200, Some(length.as_str())));
}

#[test]
fn every_form_of_url_leads_to_the_image() {
    let host = host(false);
    let whole = host.get("/public", &[]);
    let custom = format!("/cdn-cgi/imagedelivery{}/public", host.base);
    assert_eq!(ask(&host.service, &custom, &[]).body, whole.body);
    call(&host.service, "domains.put", json!({ "host": "img.test" }), &[]);
    let domain = [("Host", "IMG.test:8080")];
    assert_eq!(ask(&host.service, &custom, &domain).body, whole.body);
    let folders = json!({ "id": "a/b c/d%" });
    call(&host.service, "images.upload", folders, &picture("rgb.png"));
    let hash = &host.service.account().hash;
    let escaped = ask(&host.service, &format!("/{hash}/a/b%20c/d%25/public"), &[]);
    assert_eq!(escaped.status, 200, "{}", shown(&escaped));
}

#[test]
fn a_custom_domain_shows_its_own_accounts_images_alone() {
    let host = host(false);
    let other = host.service.0.hosted.create_account(None, None).unwrap();
    host.service.0.hosted.put_domain(&other.id, "other.test").unwrap();
    let refused = host.get("/public", &[("Host", "other.test")]);
    assert_eq!(code(&refused), (403, "9427".into()));
    let elsewhere = ask(&host.service, &format!("/{}/{}/public", other.hash, host.id), &[]);
    assert_eq!(code(&elsewhere), (404, "9431".into()));
}

#[test]
fn what_is_not_there_or_not_allowed_has_its_code() {
    let host = host(false);
    let hash = host.service.account().hash.clone();
    for (target, expected) in [
        (format!("{}/none", host.base), (403, "9425")),
        (format!("{}/width=5", host.base), (403, "9429")),
        (format!("/{hash}/none/public"), (404, "9431")),
        (format!("/wrong/{}/public", host.id), (403, "9427")),
        (format!("/{hash}/%ff/public"), (403, "9426")),
        (format!("/cdn-cgi/imagedelivery/{hash}"), (403, "9426")),
        (format!("/{hash}"), (404, "9431")),
    ] {
        let response = ask(&host.service, &target, &[]);
        assert_eq!(code(&response), (expected.0, expected.1.to_owned()), "{target}");
        assert_eq!(response.header("cache-control"), Some("no-store"));
    }
    host.settings(json!({ "flexible_variants": true }));
    assert_eq!(code(&host.get("/width=0", &[])), (400, "9401".into()));
    let flexible = host.get("/width=20,format=png", &[WEBP]);
    assert_eq!(flexible.header("content-type"), Some("image/webp"), "{}", shown(&flexible));
}

#[test]
fn a_private_image_needs_a_signature_and_lives_as_long_as_its_url() {
    let host = host(true);
    assert_eq!(code(&host.get("/public", &[])), (403, "9425".into()));
    let forever = ask(&host.service, &host.signed("/public", None), &[]);
    assert_eq!(forever.status, 200, "{}", shown(&forever));
    assert_eq!(forever.header("cache-control"), Some("private, max-age=3600"));
    let soon = ask(&host.service, &host.signed("/public", Some(now() + 100)), &[]);
    let life = soon.header("cache-control").unwrap().strip_prefix("private, max-age=").unwrap();
    assert!((95..=100).contains(&life.parse::<u64>().unwrap()), "{life}");
    let late = ask(&host.service, &host.signed("/public", Some(now())), &[]);
    assert_eq!(code(&late), (403, "9425".into()));
    host.settings(json!({ "flexible_variants": true }));
    let options = ask(&host.service, &host.signed("/width=5", None), &[]);
    assert_eq!(code(&options), (403, "9429".into()));
    host.variant("blurred", json!({ "width": 20, "blur": 20 }), true);
    let open = host.get("/blurred", &[]);
    assert_eq!(open.status, 200, "{}", shown(&open));
    assert!(open.header("cache-control").unwrap().starts_with("public"));
    // The signature is for the path that was sent.
    let signed = host.signed("/public", None);
    assert_eq!(ask(&host.service, &format!("/cdn-cgi/imagedelivery{signed}"), &[]).status, 403);
}

#[test]
fn any_key_of_the_account_may_sign_until_it_is_removed() {
    let host = host(true);
    call(&host.service, "keys.update", json!({ "name": "second" }), &[]);
    let account = host.service.account().id.clone();
    let keys = host.service.0.hosted.keys(&account).unwrap();
    assert_eq!(keys.len(), 2);
    let url = |at: usize| sign(&format!("{}/public", host.base), &keys[at].value, None).unwrap();
    assert_eq!(ask(&host.service, &url(0), &[]).status, 200);
    assert_eq!(ask(&host.service, &url(1), &[]).status, 200);
    host.service.0.hosted.delete_key(&account, &keys[0].name).unwrap();
    assert_eq!(ask(&host.service, &url(0), &[]).status, 403);
    assert_eq!(ask(&host.service, &url(1), &[]).status, 200);
}

#[test]
fn a_mount_point_is_part_of_what_is_signed() {
    let host = host_with(true, |config| config.mount = "/img".to_owned());
    let signed = host.signed("/public", Some(now() + 60));
    assert!(signed.starts_with("/img/"));
    assert_eq!(ask(&host.service, &signed, &[]).status, 200);
}

#[test]
fn where_all_must_be_signed_public_images_must_be_too() {
    let host = host_with(false, |config| config.require_signature = true);
    assert_eq!(host.get("/public", &[]).status, 403);
    assert_eq!(ask(&host.service, &host.signed("/public", None), &[]).status, 200);
}

#[test]
fn exp_and_sig_in_another_spelling_or_order_are_refused() {
    let host = host(true);
    let url = host.signed("/public", Some(now() + 1000));
    let (path, query) = url.split_once('?').unwrap();
    let (exp, sig) = query.split_once('&').unwrap();
    assert_eq!(ask(&host.service, &url, &[]).status, 200);
    for query in [
        format!("{sig}&{exp}"),
        format!("{exp}&{exp}&{sig}"),
        format!("{exp}&{sig}&{sig}"),
        format!("{exp}&{sig}&{exp}"),
        format!("{exp}&{sig}&a=b"),
        format!("{exp}&{sig}&"),
        format!("&{exp}&{sig}"),
        format!("{exp}&&{sig}"),
        format!("EXP{}&{sig}", &exp[3..]),
        format!("{exp}&SIG{}", &sig[3..]),
        format!("{exp}&%73ig{}", &sig[3..]),
        format!("%65xp{}&{sig}", &exp[3..]),
        format!("{exp}&sig={}", sig[4..].to_uppercase()),
        format!("{exp}&sig=%3{}", &sig[4..]),
        format!("exp=0{}&{sig}", &exp[4..]),
        format!("exp=+{}&{sig}", &exp[4..]),
        format!("{exp}.0&{sig}"),
        format!("{exp}&{}", &sig[..sig.len() - 1]),
        format!("{exp}&{sig}0"),
        format!("{exp};{sig}"),
        format!("?{exp}&{sig}"),
        exp.to_owned(),
        sig.to_owned(),
        String::new(),
    ] {
        let target = format!("{path}?{query}");
        assert_eq!(ask(&host.service, &target, &[]).status, 403, "{target}");
    }
    for path in [
        path.replace("/public", "/Public"),
        path.replace("/public", "//public"),
        path.replace("/public", "/%70ublic"),
        path.replace("/public", "/public/"),
        path.to_uppercase(),
    ] {
        let response = ask(&host.service, &format!("{path}?{query}"), &[]);
        assert!(matches!(response.status, 403 | 404), "{path}: {}", shown(&response));
    }
}

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most as u64) as usize
    }
}

/// One small change, as a forger or a broken proxy would make it.
fn mutate(url: &str, dice: &mut Dice) -> String {
    let mut bytes = url.as_bytes().to_vec();
    let at = dice.throw(bytes.len());
    let other = dice.throw(bytes.len());
    let letters = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEF%&=?/-_.~+;,";
    match dice.throw(8) {
        0 => bytes[at] = letters[dice.throw(letters.len())],
        1 => drop(bytes.remove(at)),
        2 => bytes.insert(at, letters[dice.throw(letters.len())]),
        3 => bytes.swap(at, other),
        4 => bytes[at] ^= 0x20,
        5 => bytes.truncate(at.max(1)),
        6 => {
            let (from, to) = (at.min(other), at.max(other));
            let copy = bytes[from..to].to_vec();
            bytes.splice(from..from, copy);
        }
        _ => {
            let hex = format!("%{:02x}", bytes[at]);
            bytes.splice(at..=at, hex.into_bytes());
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}

#[test]
fn no_mutated_signed_url_is_accepted() {
    let host = host(true);
    let account = host.service.account().id.clone();
    let urls = [host.signed("/public", Some(now() + 100_000)), host.signed("/public", None)];
    let (mut dice, mut accepted, mut tried) = (Dice(0x9E37_79B9_7F4A_7C15), 0_u32, 0_u32);
    while tried < 1_000_000 {
        let url = &urls[dice.throw(2)];
        let mut forged = mutate(url, &mut dice);
        if dice.throw(4) == 0 {
            forged = mutate(&forged, &mut dice);
        }
        if urls.contains(&forged) || forged.is_empty() {
            continue;
        }
        tried += 1;
        let read = super::super::deliver::parse(&forged).is_ok();
        let passed = read && host.service.0.check_signature(&account, &forged).is_ok();
        accepted += u32::from(passed);
        // The whole way for some of them: no status but a refusal.
        if tried % 200 == 0 {
            let response = ask(&host.service, &forged, &[]);
            assert!(matches!(response.status, 400..=499), "{forged}: {}", shown(&response));
        }
    }
    assert_eq!((accepted, tried), (0, 1_000_000));
    assert!(urls.iter().all(|url| ask(&host.service, url, &[]).status == 200));
}

#[test]
fn variants_that_change_are_seen_at_once() {
    let host = host(false);
    host.variant("small", json!({ "width": 20 }), false);
    let first = host.get("/small", &[]);
    assert_eq!(first.status, 200, "{}", shown(&first));
    let wider = json!({ "id": "small", "options": { "width": 30 } });
    call(&host.service, "variants.edit", wider, &[]);
    let second = host.get("/small", &[]);
    assert_ne!(first.body, second.body);
    assert_ne!(first.header("etag"), second.header("etag"));
    call(&host.service, "variants.delete", json!({ "id": "small" }), &[]);
    assert_eq!(code(&host.get("/small", &[])), (403, "9425".into()));
}

#[test]
fn an_image_that_becomes_private_or_goes_is_not_shown_again() {
    let host = host(false);
    let url = format!("{}/public", host.base);
    assert_eq!(ask(&host.service, &url, &[]).status, 200);
    let changed = json!({ "id": host.id, "requireSignedURLs": true });
    let new = call(&host.service, "images.update", changed, &[]);
    assert_eq!(code(&ask(&host.service, &url, &[])), (404, "9431".into()));
    let moved = url.replace(&host.id, new["id"].as_str().unwrap());
    assert_eq!(ask(&host.service, &moved, &[]).status, 403);
    let keys = host.service.0.hosted.keys(&host.service.account().id).unwrap();
    let signed = sign(&moved, &keys[0].value, None).unwrap();
    assert_eq!(ask(&host.service, &signed, &[]).status, 200);
    call(&host.service, "images.delete", json!({ "id": new["id"] }), &[]);
    assert_eq!(code(&ask(&host.service, &signed, &[])), (404, "9431".into()));
}

#[test]
fn a_private_image_with_a_custom_id_changes_access_under_its_id() {
    let host = host(false);
    let account = host.service.account().clone();
    let hosted = &host.service.0.hosted;
    hosted
        .edit_settings(&account.id, &mut |settings| {
            settings.private_custom_ids = true;
            Ok(())
        })
        .unwrap();
    call(&host.service, "images.upload", json!({ "id": "mine" }), &picture("rgb.png"));
    let url = format!("/{}/mine/public", account.hash);
    assert_eq!(ask(&host.service, &url, &[]).status, 200);
    for private in [true, false, true] {
        let update = Update { require_signed_urls: Some(private), ..Update::default() };
        hosted.update(&account.id, "mine", &update).unwrap();
        let expected = if private { 403 } else { 200 };
        assert_eq!(ask(&host.service, &url, &[]).status, expected);
    }
}

#[test]
fn a_purge_makes_the_next_request_render_again() {
    let host = host(false);
    let account = host.service.account().id.clone();
    let address = format!("/{}/{}", host.service.account().hash, host.id);
    for selector in [
        Selector::Tag(format!("image:{account}/{}", host.id)),
        Selector::Tag(format!("variant:{account}/public")),
        Selector::Prefix(address[..10].to_owned()),
        Selector::Address(address),
        Selector::All,
    ] {
        host.get("/public", &[]);
        let before = host.made();
        host.get("/public", &[]);
        assert_eq!(host.made(), before);
        host.service.0.hosted.purge(&account, std::slice::from_ref(&selector)).unwrap();
        host.get("/public", &[]);
        assert_eq!(host.made(), before + 1, "{selector:?}");
    }
}

#[test]
fn a_kept_picture_is_sent_without_its_original() {
    let host = host(false);
    let first = host.get("/public", &[WEBP]);
    fs::remove_dir_all(host._folder.path("state/originals")).unwrap();
    assert_eq!(host.get("/public", &[WEBP]).body, first.body);
    assert_eq!(host.get("/public", &[AVIF]).status, 502);
}

#[test]
fn the_rest_api_answers_below_the_mount_point() {
    let host = host_with(false, |config| {
        config.mount = "/img".to_owned();
        config.admin_token = Some("let-me-in".to_owned());
        config.base_url = Some("https://cdn.test".to_owned());
    });
    let account = &host.service.account().id;
    let path = format!("/img/client/v4/accounts/{account}/images/v1/{}", host.id);
    assert_eq!(ask(&host.service, &path, &[]).status, 401);
    let response = ask(&host.service, &path, &[("Authorization", "Bearer let-me-in")]);
    let answer: Value = serde_json::from_slice(&response.body).unwrap();
    let link = answer["result"]["variants"][0].as_str().unwrap();
    let target = link.strip_prefix("https://cdn.test").unwrap();
    assert_eq!(ask(&host.service, target, &[]).status, 200, "{link}");
}

#[test]
fn a_verb_that_is_none_is_refused() {
    let host = host(false);
    let error = host.service.call("images.frobnicate", &json!({}), &[], &Job::default());
    assert_eq!(error.unwrap_err().kind(), crate::Kind::Invalid);
}

#[test]
fn with_signatures_required_and_no_key_opening_fails() {
    use crate::storage::catalog::{Change, Document};
    use crate::storage::{Catalog, SqliteCatalog};
    let folder = Folder::new();
    let config = Config { require_signature: true, ..Config::in_folder(folder.path("state")) };
    let service = Service::open(&config).unwrap();
    let account = service.account().id.clone();
    service.close();
    drop(service);
    let catalog = SqliteCatalog::open(&folder.path("state/catalog.db")).unwrap();
    let keys = catalog.document("keys", &account, "keys").unwrap().unwrap();
    let none = Document { body: "[]".to_owned(), ..keys };
    catalog.commit(&[Change::SetDocument(none)]).unwrap();
    drop(catalog);
    let error = Service::open(&config).unwrap_err();
    assert_eq!(error.to_string(), "require_signature: expected a signing key, got none");
    assert!(Service::open(&Config::in_folder(folder.path("state"))).is_ok());
}

#[test]
fn no_read_is_stale_while_access_changes_under_many_readers() {
    let host = host(false);
    let (account, hosted) = (host.service.account().clone(), &host.service.0.hosted);
    hosted
        .edit_settings(&account.id, &mut |settings| {
            settings.private_custom_ids = true;
            Ok(())
        })
        .unwrap();
    call(&host.service, "images.upload", json!({ "id": "mine" }), &picture("rgb.png"));
    let url = format!("/{}/mine/public", account.hash);
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    let status = ask(&host.service, &url, &[]).status;
                    assert!(matches!(status, 200 | 403), "{status}");
                }
            });
        }
        for round in 0..100 {
            let private = round % 2 == 0;
            let update = Update { require_signed_urls: Some(private), ..Update::default() };
            hosted.update(&account.id, "mine", &update).unwrap();
            let expected = if private { 403 } else { 200 };
            for _ in 0..5 {
                assert_eq!(ask(&host.service, &url, &[]).status, expected, "round {round}");
            }
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

#[test]
fn a_drawing_is_sent_on_clean_whatever_the_variant() {
    let host = host(false);
    let drawing = br#"<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><script>alert(1)</script><rect width="40" height="30" onclick="alert(2)" fill="red"/></svg>"#;
    call(&host.service, "images.upload", json!({ "id": "drawing" }), drawing);
    host.variant("blurred", json!({ "width": 10, "blur": 20 }), false);
    for variant in ["public", "blurred"] {
        let target = format!("/{}/drawing/{variant}", host.service.account().hash);
        let response = ask(&host.service, &target, &[AVIF]);
        assert_eq!(response.header("content-type"), Some("image/svg+xml"), "{}", shown(&response));
        let text = String::from_utf8_lossy(&response.body).into_owned();
        assert!(text.contains("<rect") && !text.contains("alert"), "{text}");
        assert!(response.header("content-security-policy").is_some());
    }
}
