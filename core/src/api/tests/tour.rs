//! Every operation, as the official clients ask for it.

use serde_json::{json, Value};

use super::*;
use crate::storage::results::Label;

#[test]
fn an_image_is_uploaded_shown_changed_and_removed() {
    let bench = Bench::open();
    let uploaded = bench.upload(&[("metadata", br#"{"a":1}"#), ("creator", b"me")]);
    let id = uploaded["id"].as_str().unwrap();
    let expected = json!({
        "id": "…", "filename": "a picture.png", "uploaded": "…", "requireSignedURLs": false,
        "variants": [format!("https://img.test/cdn/{HASH}/{id}/public")],
        "meta": {"a": 1}, "creator": "me",
    });
    assert_eq!(shape(&uploaded), expected);
    let path = format!("/images/v1/{id}");
    assert_eq!(bench.get(&path), (200, envelope(&uploaded)));

    let change = json!({"metadata": {"b": 2}, "creator": null, "requireSignedURLs": true});
    let (status, changed) = bench.send("PATCH", &path, change);
    let changed = &changed["result"];
    assert_eq!(status, 200);
    assert_eq!((&changed["meta"], &changed["creator"]), (&json!({"b": 2}), &Value::Null));
    assert_eq!(changed["requireSignedURLs"], true);
    assert_ne!(changed["id"], uploaded["id"]);
    assert_eq!(bench.get(&path).0, 404);

    let path = format!("/images/v1/{}", changed["id"].as_str().unwrap());
    assert_eq!(bench.ask("DELETE", &path, "application/json", b""), (200, envelope(&json!({}))));
    assert_eq!(code(&bench.get(&path).1), 5404);
}

fn envelope(result: &Value) -> Value {
    json!({"success": true, "errors": [], "messages": [], "result": result})
}

#[test]
fn the_original_comes_back_as_it_was_sent() {
    let bench = Bench::open();
    bench.upload(&[("id", b"a/b c")]);
    for path in ["/images/v1/a%2Fb%20c/blob", "/images/v1/a/b%20c/blob"] {
        let bearer = format!("bearer {}", bench.reader);
        let headers = [("Authorization", bearer.as_str()), ("Accept", "image/*")];
        let target = full(path);
        let response =
            bench.request(&Request { headers: &headers, ..Request::new("GET", &target) });
        assert_eq!((response.status, &*response.body), (200, PICTURE));
        assert_eq!(response.header("content-type"), Some("image/png"));
        assert!(response.header("content-security-policy").unwrap().ends_with("sandbox"));
    }
}

#[test]
fn an_upload_by_address_is_fetched_and_named_after_it() {
    let bench = Bench::open();
    let (status, body) = bench.post("/images/v1", &[("url", b"https://web.test/a%20b.png?x")]);
    assert_eq!((status, &body["result"]["filename"]), (200, &json!("a b.png")));
    let (status, body) = bench.post("/images/v1", &[("url", b"https://web.test/none.png")]);
    assert_eq!((status, code(&body)), (400, 5450));
    let closed = Api { fetch: None, ..bench.api() };
    let arguments = json!({"url": "https://web.test/a%20b.png?x"});
    let refused = call(&closed, "images.upload", &arguments, b"", &job()).unwrap_err();
    assert_eq!(refused.kind(), Kind::Forbidden);
}

#[test]
fn lists_go_on_from_page_to_page_and_stop() {
    let bench = Bench::open();
    for number in 0..25 {
        let (id, meta) = (format!("n{number:02}"), format!("{{\"n\":{number}}}"));
        let creator: &[u8] = if number % 2 == 0 { b"even" } else { b"" };
        bench.upload(&[("id", id.as_bytes()), ("metadata", meta.as_bytes()), ("creator", creator)]);
    }
    let ids = |body: &Value| -> Vec<String> {
        let images = body["result"]["images"].as_array().unwrap().iter();
        images.map(|image| image["id"].as_str().unwrap().to_owned()).collect()
    };
    let (mut seen, mut token) = (Vec::new(), Value::Null);
    loop {
        let rest = token.as_str().map(|token| format!("&continuation_token={token}"));
        let path = format!("/images/v2?per_page=10&sort_order=asc{}", rest.unwrap_or_default());
        let (status, body) = bench.get(&path);
        assert_eq!(status, 200, "{body}");
        seen.extend(ids(&body));
        token = body["result"]["continuation_token"].clone();
        if token.is_null() {
            break;
        }
    }
    let all: Vec<String> = (0..25).map(|number| format!("n{number:02}")).collect();
    assert_eq!(seen, all);
    assert_eq!(ids(&bench.get("/images/v2?per_page=10").1)[0], "n24");
    assert_eq!(ids(&bench.get("/images/v2?creator=").1).len(), 12);
    assert_eq!(
        ids(&bench.get("/images/v2?creator=even&meta.n%5Blt%5D=5").1),
        ["n04", "n02", "n00"]
    );
    assert_eq!(
        ids(&bench.get("/images/v1?page=3&per_page=10").1),
        ["n04", "n03", "n02", "n01", "n00"]
    );
    assert_eq!(ids(&bench.get("/images/v1?page=4&per_page=10").1), [""; 0]);
    let (_, stats) = bench.get("/images/v1/stats");
    assert_eq!(stats["result"], json!({"count": {"allowed": 100_000, "current": 25}}));
}

#[test]
fn variants_are_a_map_and_show_up_in_every_image() {
    let bench = Bench::open();
    let hero = json!({
        "id": "hero", "neverRequireSignedURLs": true,
        "options": {"fit": "cover", "width": 300, "height": 200, "metadata": "none"},
    });
    let (status, made) = bench.send("POST", "/images/v1/variants", hero.clone());
    assert_eq!((status, &made["result"]["variant"]), (200, &hero));
    assert_eq!(bench.get("/images/v1/variants/hero").1, made);
    let (_, map) = bench.get("/images/v1/variants");
    assert_eq!(map["result"]["variants"]["hero"], hero);
    assert_eq!(bench.upload(&[])["variants"].as_array().unwrap().len(), 2);

    let options = json!({"options": {"width": 10, "browser_ttl": 3600}});
    let (_, edited) = bench.send("PATCH", "/images/v1/variants/hero", options);
    let expected = json!({
        "fit": "scale-down", "metadata": "copyright", "width": 10, "browser_ttl": 3600,
    });
    assert_eq!(edited["result"]["variant"]["options"], expected);
    assert_eq!(edited["result"]["variant"]["neverRequireSignedURLs"], true);
    assert_eq!(bench.ask("DELETE", "/images/v1/variants/hero", "", b"").0, 200);
    let (status, body) = bench.get("/images/v1/variants/hero");
    assert_eq!((status, code(&body)), (404, 5401));
}

#[test]
fn keys_are_made_listed_and_removed_and_never_run_out() {
    let bench = Bench::open();
    let names = |body: &Value| -> Vec<String> {
        let keys = body["result"]["keys"].as_array().unwrap().iter();
        keys.map(|key| key["name"].as_str().unwrap().to_owned()).collect()
    };
    let (status, body) = bench.ask("PUT", "/images/v1/keys/next", "application/json", b"");
    assert_eq!((status, names(&body)), (200, vec!["default".to_owned(), "next".to_owned()]));
    assert_eq!(bench.get("/images/v1/keys").1, body);
    let (_, body) = bench.ask("DELETE", "/images/v1/keys/default", "application/json", b"");
    assert_eq!(names(&body), ["next"]);
    let (_, body) = bench.ask("DELETE", "/images/v1/keys/next", "", b"");
    assert_eq!(names(&body), ["default"]);
}

#[test]
fn settings_change_one_by_one_and_bounds_only_by_the_service() {
    let bench = Bench::open();
    let change =
        json!({"flexible_variants": true, "webhook": {"url": "https://h.test", "secret": "s"}});
    let (status, body) = bench.send("PATCH", "/images/v1/config", change);
    assert_eq!((status, &body["result"]["flexible_variants"]), (200, &json!(true)));
    assert_eq!(body["result"]["webhook"], json!({"url": "https://h.test"}));
    let (_, body) = bench.send("PATCH", "/images/v1/config", json!({"browser_ttl": 3600}));
    assert_eq!(bench.get("/images/v1/config").1, body);
    assert_eq!(bench.hosted.settings(ACCOUNT).unwrap().webhook.as_ref().unwrap().secret, "s");
    let credentials = |on: bool| json!({"preserve_content_credentials": on});
    let (_, body) = bench.send("PATCH", "/images/v1/config", credentials(true));
    let note = body["messages"][0]["message"].as_str().unwrap();
    assert!(note.contains("has no effect"), "{note}");
    bench.send("PATCH", "/images/v1/config", credentials(false));
    let (_, body) = bench.send("PATCH", "/images/v1/config", json!({"webhook": null}));
    assert_eq!(
        (&body["result"]["webhook"], &body["result"]["browser_ttl"]),
        (&Value::Null, &json!(3600))
    );
    let (status, body) = bench.send("PATCH", "/images/v1/config", json!({"quota": 1}));
    assert_eq!((status, code(&body)), (403, 5403));
    bench.call("settings.edit", json!({"quota": 1}), b"").unwrap();
    bench.upload(&[]);
    let (status, body) = bench.post("/images/v1", &[("file", PICTURE)]);
    assert_eq!((status, code(&body)), (403, 5453));
}

#[test]
fn a_visitor_fills_a_draft_once_from_any_page() {
    let bench = Bench::open();
    let (status, made) = bench.post(
        "/images/v2/direct_upload",
        &[("id", b"a/%b"), ("metadata", br#"{"k":1}"#), ("creator", b"me")],
    );
    assert_eq!(status, 200, "{made}");
    let url = made["result"]["uploadURL"].as_str().unwrap();
    let target = url.strip_prefix("https://img.test/cdn").unwrap();
    assert!(target.starts_with(&format!("/upload/{HASH}/a/%25b?ticket=")), "{target}");
    assert_eq!(bench.get("/images/v1/a%2F%25b").1["result"]["draft"], true);

    let ask = |method, target: &str, headers: &[(&str, &str)], body: &[u8]| {
        let request = Request { method, target, headers, body };
        answer(&bench.api(), &request, &job()).unwrap()
    };
    let preflight = [("access-control-request-headers", "x-requested-with")];
    let response = ask("OPTIONS", target, &preflight, b"");
    assert_eq!(response.status, 204);
    assert_eq!(response.header("access-control-allow-headers"), Some("x-requested-with"));

    let headers = [("content-type", FORM)];
    let broken = ask("POST", target, &headers, &form(&[("file", b"text")]));
    assert_eq!(broken.status, 415);
    assert!(broken.body.starts_with(b"ERROR 5455: "), "{}", String::from_utf8_lossy(&broken.body));
    let other = ask("POST", &format!("{target}x"), &headers, &form(&[("file", PICTURE)]));
    assert_eq!(other.status, 404);
    let filled = ask("POST", target, &headers, &form(&[("file", PICTURE)]));
    assert_eq!(filled.status, 200);
    assert_eq!(filled.header("access-control-allow-origin"), Some("*"));
    let body: Value = serde_json::from_slice(&filled.body).unwrap();
    assert_eq!((&body["result"]["meta"], &body["result"]["creator"]), (&Value::Null, &Value::Null));
    assert_eq!(body["result"]["filename"], "a picture.png");
    assert_eq!(ask("POST", target, &headers, &form(&[("file", PICTURE)])).status, 404);
    assert_eq!(ask("GET", target, &[], b"").header("allow"), Some("OPTIONS, POST"));

    let (_, image) = bench.get("/images/v1/a%2F%25b");
    assert_eq!(
        (&image["result"]["draft"], &image["result"]["meta"]),
        (&Value::Null, &json!({"k": 1}))
    );
    for body in [&b""[..], b"{\"requireSignedURLs\":true}"] {
        let (status, made) =
            bench.ask("POST", "/images/v1/direct_upload", "application/json", body);
        assert_eq!(status, 200, "{made}");
    }
}

#[test]
fn a_batch_token_does_what_the_batch_host_offers_and_no_more() {
    let bench = Bench::open();
    let (_, made) = bench.get("/images/v1/batch_token");
    let bearer = format!("Bearer {}", made["result"]["token"].as_str().unwrap());
    assert!(made["result"]["expiresAt"].as_str().unwrap().ends_with('Z'));
    let ask = |method, target: &str, body: &[u8]| {
        let headers = [("authorization", bearer.as_str()), ("content-type", FORM)];
        let request = Request { method, target, headers: &headers, body };
        let response = answer(&bench.api(), &request, &job()).unwrap();
        (response.status, serde_json::from_slice::<Value>(&response.body).unwrap())
    };
    let upload = form(&[("file", PICTURE), ("id", b"batch/one")]);
    assert_eq!(ask("POST", "/images/v1", &upload).0, 200);
    assert_eq!(ask("GET", "/images/v1/batch%2Fone", b"").0, 200);
    assert_eq!(ask("GET", "/images/v2", b"").1["result"]["images"].as_array().unwrap().len(), 1);
    assert_eq!(ask("POST", "/images/v2/direct_upload", &form(&[])).0, 200);
    assert_eq!(ask("DELETE", "/images/v1/batch/one", b"").0, 200);
    for path in ["/images/v1/keys", "/images/v1/variants", "/images/v1/stats"] {
        assert_eq!(ask("GET", path, b"").0, 404, "{path}");
        assert_eq!(ask("GET", &full(path), b"").0, 403, "{path}");
    }
}

#[test]
fn tokens_are_made_with_scopes_and_end() {
    let bench = Bench::open();
    let path = format!("/client/v4/accounts/{ACCOUNT}/images/tokens");
    let order = json!({"name": "CI", "scopes": ["read"]});
    let (status, made) = bench.send("POST", &path, order);
    assert_eq!(status, 200, "{made}");
    let value = made["result"]["value"].as_str().unwrap();
    assert!(bench.hosted.authenticate(value).unwrap().scopes.read);
    let (_, list) = bench.get(&path);
    let tokens = list["result"]["tokens"].as_array().unwrap();
    assert!(tokens.iter().any(|token| token["id"] == made["result"]["id"]));
    assert!(!list.to_string().contains(value));
    let one = format!("{path}/{}", made["result"]["id"].as_str().unwrap());
    assert_eq!(bench.ask("DELETE", &one, "", b"").0, 200);
    assert!(bench.hosted.authenticate(value).is_err());
}

#[test]
fn domains_lead_to_the_account() {
    let bench = Bench::open();
    let path = format!("/client/v4/accounts/{ACCOUNT}/images/domains");
    let one = format!("{path}/img.example.com");
    assert_eq!(bench.ask("PUT", &one, "", b"").1["result"], json!({"host": "img.example.com"}));
    assert_eq!(bench.get(&path).1["result"], json!({"domains": ["img.example.com"]}));
    assert_eq!(bench.hosted.account_by_host("img.example.com").unwrap().id, ACCOUNT);
    assert_eq!(bench.ask("DELETE", &one, "", b"").0, 200);
    assert_eq!(bench.ask("DELETE", &one, "", b"").0, 404);
}

#[test]
fn vary_rules_are_replaced_and_removed() {
    let bench = Bench::open();
    let path = "/client/v4/zones/any/cache/variants";
    assert_eq!(bench.get(path).0, 404);
    let value = json!({"jpeg": ["image/webp", "image/avif"], "png": ["image/webp"]});
    let (status, body) = bench.send("PATCH", path, json!({"value": value}));
    assert_eq!((status, &body["result"]["value"]), (200, &value));
    assert_eq!(body["result"]["id"], "variants");
    assert_eq!(bench.get(path).1, body);
    assert_eq!(bench.ask("DELETE", path, "application/json", b"").1["result"]["editable"], true);
    assert_eq!(bench.get(path).0, 404);
}

#[test]
fn settings_of_a_zone_are_set_and_read() {
    let bench = Bench::open();
    let path = |name: &str| format!("/client/v4/zones/any/settings/{name}");
    for (name, id, values) in [
        ("polish", "polish", ["lossy", "off"]),
        ("webp", "webp", ["on", "off"]),
        ("mirage", "mirage", ["on", "off"]),
        ("image_resizing", "image_resizing", ["open", "on"]),
        ("transformations", "transformations", ["off", "on"]),
        (
            "transformations_allowed_origins",
            "image_resizing_allowed_origins",
            ["a.test,*.b.test/x", ""],
        ),
        ("transformations_c2pa", "image_resizing_c2pa", ["on", "off"]),
    ] {
        for value in values {
            let (status, body) = bench.send("PATCH", &path(name), json!({"value": value}));
            assert_eq!(status, 200, "{body}");
            assert_eq!(
                (&body["result"]["id"], &body["result"]["value"]),
                (&json!(id), &json!(value))
            );
            assert_eq!(bench.get(&path(name)).1, body);
            // What is on and followed by nothing here says so.
            let is_followed = name.starts_with("transformations") || name == "image_resizing";
            let is_followed = is_followed && name != "transformations_c2pa";
            let notes = usize::from(!is_followed && value != "off");
            assert_eq!(body["messages"].as_array().unwrap().len(), notes, "{body}");
        }
    }
    for (name, value) in
        [("polish", "shiny"), ("webp", "open"), ("transformations", "x"), ("none", "on")]
    {
        let (status, body) = bench.send("PATCH", &path(name), json!({"value": value}));
        assert_eq!((status, code(&body)), (400, 5400), "{name}");
    }
}

#[test]
fn a_purge_reaches_what_its_words_are_about() {
    let bench = Bench::open();
    bench.hosted.put_domain(ACCOUNT, "own.test").unwrap();
    bench.upload(&[("id", b"a/b c")]);
    let image = format!("/{HASH}/a/b c");
    let tag = format!("image:{ACCOUNT}/a/b c");
    let base = "https://img.test/cdn";
    let cases = [
        (json!({"files": [format!("{base}/{HASH}/a/b%20c/public")]}), image.as_str()),
        (
            json!({"files": [format!("http://own.test/cdn-cgi/imagedelivery/{HASH}/a/b%20c/w=1")]}),
            &image,
        ),
        (
            json!({"files": [{"url": format!("{base}/cdn-cgi/image/w=1/pics/x%20y.png")}]}),
            "/pics/x y.png",
        ),
        (
            json!({"files": [format!("{base}/cdn-cgi/image/w=1/https://O.test/x.png")]}),
            "o.test/x.png",
        ),
        (json!({"files": ["https://O.test/x.png"]}), "o.test/x.png"),
        (json!({"files": [format!("{base}/pics/x.png")]}), "/pics/x.png"),
        (json!({"prefixes": [format!("img.test/cdn/{HASH}/a/b%20c/pub")]}), &image),
        (json!({"prefixes": ["o.test/x"]}), "o.test/x.png"),
        (json!({"prefixes": ["https://own.test/pics"]}), "/pics/x.png"),
        (json!({"hosts": ["o.test"]}), "o.test/x.png"),
        (json!({"hosts": ["own.test"]}), &image),
        (json!({"tags": [tag]}), &image),
    ];
    for (body, address) in cases {
        let label = Label {
            tags: vec![tag.clone(), format!("account:{ACCOUNT}")],
            address: address.to_owned(),
            born: 0,
        };
        let other = Label { address: "other.test/z".to_owned(), ..Label::default() };
        let whole = |selector| match selector {
            Selector::All => Selector::Tag(format!("account:{ACCOUNT}")),
            other => other,
        };
        let purged: Vec<Selector> = bench.selectors(body.clone()).into_iter().map(whole).collect();
        assert!(purged.iter().any(|selector| selector.is_about(&label)), "{body} {purged:?}");
        assert!(!purged.iter().any(|selector| selector.is_about(&other)), "{body} {purged:?}");
    }
}

#[test]
fn purges_of_every_kind_are_acknowledged() {
    let bench = Bench::open();
    let image = bench.upload(&[("id", b"p")]);
    for body in [
        json!({"tags": ["a", "b"]}),
        json!({"hosts": ["img.test", "other.test"]}),
        json!({"prefixes": ["img.test/photos"]}),
        json!({"files": [image["variants"][0], {"url": "https://o.test/a.jpg", "headers": {}}]}),
        json!({"purge_everything": true}),
    ] {
        for path in ["/client/v4/zones/z/purge_cache", "/client/v4/zones/z/invalidate_cache"] {
            let (status, answer) = bench.send("POST", path, body.clone());
            assert_eq!((status, &answer["result"]["id"]), (200, &json!(ACCOUNT)), "{body}");
        }
    }
    for body in
        [json!({}), json!({"purge_everything": false}), json!({"tags": ["a"], "hosts": ["b"]})]
    {
        assert_eq!(bench.send("POST", "/client/v4/zones/z/purge_cache", body).0, 400);
    }
}
