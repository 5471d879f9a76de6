//! What is refused, and with which code.

use serde_json::json;

use super::*;

#[test]
fn every_situation_has_its_code() {
    let bench = Bench::open();
    bench.upload(&[("id", b"taken")]);
    let large = [PICTURE, &vec![0; 10 << 20]].concat();
    let json = ("application/json", &br#"{"url":"https://a.test/b.png"}"#[..]);
    let file = |bytes: &[u8]| (FORM, form(&[("file", bytes)]));
    let cases = [
        ((json.0, json.1.to_vec()), 415, 5415),
        (("image/png", PICTURE.to_vec()), 415, 5415),
        ((FORM, b"--".to_vec()), 400, 5400),
        ((FORM, form(&[])), 400, 5400),
        ((FORM, form(&[("file", PICTURE), ("url", b"https://a.test/b")])), 400, 5400),
        ((FORM, form(&[("file", PICTURE), ("id", b"taken")])), 409, 5409),
        ((FORM, form(&[("file", PICTURE), ("id", b"keys")])), 400, 5400),
        ((FORM, form(&[("file", PICTURE), ("metadata", b"[]")])), 400, 5400),
        ((FORM, form(&[("file", PICTURE), ("requireSignedURLs", b"yes")])), 400, 5400),
        (file(b"no picture"), 415, 5455),
        (file(&large), 413, 5413),
    ];
    for ((kind, body), status, expected) in cases {
        let (found, answer) = bench.ask("POST", "/images/v1", kind, &body);
        assert_eq!((found, code(&answer)), (status, expected), "{answer}");
        assert_eq!((&answer["success"], &answer["result"]), (&json!(false), &Value::Null));
    }
}

#[test]
fn unknown_paths_and_methods_are_told_apart() {
    let bench = Bench::open();
    for path in ["/images/v1/", "/images/v1/variants/", "/client/v4", "/client/v4/x"] {
        let (status, body) = bench.get(path);
        assert_eq!((status, code(&body)), (404, 7003), "{path}");
    }
    let target = full("/images/v1/stats");
    let response = bench.request(&Request::new("PATCH", &target));
    assert_eq!((response.status, response.header("allow")), (405, Some("GET")));
    let target = full("/images/v1/an/id");
    let response = bench.request(&Request::new("PUT", &target));
    assert_eq!((response.status, response.header("allow")), (405, Some("DELETE, GET, PATCH")));
    let target = format!("/client/v4/accounts/{ACCOUNT}/images/imports/abort_all");
    let response = bench.request(&Request::new("GET", &target));
    assert_eq!((response.status, response.header("allow")), (405, Some("PUT")), "no id");
    for path in [
        "/",
        "/images",
        "/images/v11",
        "/images/v3",
        "/client/v41/x",
        "/cdn-cgi/image/w=1/a",
        "/uploads",
    ] {
        assert!(answer(&bench.api(), &Request::new("GET", path), &job()).is_none(), "{path}");
    }
}

#[test]
fn a_token_does_what_its_scopes_say_in_its_account_only() {
    let bench = Bench::open();
    let other = bench.hosted.create_account(None, None).unwrap();
    let status = |token: &str, method, target: &str| {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        bench.request(&Request { headers: &headers, ..Request::new(method, target) }).status
    };
    let (reader, uploader) = (bench.reader.as_str(), bench.uploader.as_str());
    for (method, path, read, upload) in [
        ("GET", "/images/v1/stats", 200, 403),
        ("GET", "/images/v1/keys", 403, 403),
        ("GET", "/images/v1/batch_token", 403, 403),
        ("PUT", "/images/v1/keys/k", 403, 403),
        ("DELETE", "/images/v1/none", 403, 403),
        ("POST", "/images/v2/direct_upload", 403, 200),
        ("POST", "/images/v1", 403, 415),
    ] {
        assert_eq!(status(reader, method, &full(path)), read, "{method} {path}");
        assert_eq!(status(uploader, method, &full(path)), upload, "{method} {path}");
        assert_ne!(status(&bench.writer, method, &full(path)), 403, "{method} {path}");
        let foreign = full(path).replace(ACCOUNT, &other.id);
        assert_eq!(status(&bench.writer, method, &foreign), 403, "{method} {path}");
        assert_ne!(status(ADMIN, method, &foreign), 403, "{method} {path}");
    }
}

#[test]
fn queries_that_are_not_understood_list_nothing() {
    let bench = Bench::open();
    for query in [
        "per_page=9",
        "per_page=10001",
        "per_page=x",
        "sort_order=up",
        "meta.a[ne]=1",
        "meta=1",
        "meta.a%5Bgt%5D=x",
        "per_page=10&per_page=10",
        "continuation_token=x",
        "creator=%ff",
    ] {
        let (status, body) = bench.get(&format!("/images/v2?{query}"));
        assert_eq!((status, code(&body)), (400, 5400), "{query}");
    }
    for query in ["page=0", "meta.a[eq]=1"] {
        assert_eq!(bench.get(&format!("/images/v1?{query}")).0, 400, "{query}");
    }
    assert_eq!(bench.get("/images/v2?unknown=1").0, 200);
}

#[test]
fn wrong_variants_are_refused() {
    let bench = Bench::open();
    for body in [
        json!({}),
        json!({"id": "a"}),
        json!({"id": "a b", "options": {}}),
        json!({"id": "a", "options": "w=1"}),
        json!({"id": "a", "options": {"width": 0}}),
        json!({"id": "a", "options": {"unknown": 1}}),
        json!({"id": "a", "options": {"browser_ttl": 1}}),
        json!({"id": "a", "options": {"width": 1}, "neverRequireSignedURLs": null}),
    ] {
        assert_eq!(bench.send("POST", "/images/v1/variants", body.clone()).0, 400, "{body}");
    }
    for body in [&b""[..], b"[]", b"{", b"\xff"] {
        assert_eq!(bench.ask("POST", "/images/v1/variants", "application/json", body).0, 400);
    }
    let public = json!({"id": "public", "options": {"width": 1}});
    assert_eq!(code(&bench.send("POST", "/images/v1/variants", public).1), 5409);
}

#[test]
fn hostile_requests_get_an_answer() {
    let bench = Bench::open();
    let image = bench.upload(&[("id", b"a/b")]);
    assert_eq!(image["id"], "a/b");
    let bearer = format!("Bearer {}", bench.writer);
    let pieces = [
        "images",
        "v1",
        "v2",
        "a%2Fb",
        "a",
        "%",
        "%ff",
        "%00",
        "..",
        "blob",
        "keys",
        "?",
        "=",
        "&",
        "meta.",
        "[eq]",
        "variants",
        "direct_upload",
        "{",
        "}",
        "é",
        "%2F",
        "",
    ];
    let mut state = 9_u64;
    let mut next = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % bound
    };
    let upload = form(&[("file", b"x")]);
    let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "", "é"];
    for _ in 0..3_000 {
        let mut target = format!("/client/v4/accounts/{ACCOUNT}/images");
        for _ in 0..next(5) {
            target.push(['/', '?', '&'][next(8).saturating_sub(5).min(2)]);
            target.push_str(pieces[next(pieces.len())]);
        }
        let kind = ["", FORM, "application/json", "multipart/form-data"][next(4)];
        let body = [&b""[..], b"{}", b"{\"id\":1}", b"\xff\xfe", upload.as_slice()][next(5)];
        let headers = [("authorization", bearer.as_str()), ("content-type", kind)];
        let request =
            Request { method: methods[next(8)], target: &target, headers: &headers, body };
        let response = answer(&bench.api(), &request, &job()).unwrap();
        assert!(response.status < 500, "{request:?}");
    }
}
