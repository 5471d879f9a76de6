//! Requests as clients were seen to send them.

use serde_json::{json, Value};

use super::*;

#[test]
fn metadata_of_every_client_is_the_same_object() {
    let bench = Bench::open();
    let forms: [&[(&str, &[u8])]; 3] = [
        &[("metadata", br#"{"a":{"b":1},"c":"x"}"#)],
        &[("metadata[a][b]", b"1"), ("metadata[c]", b"x")],
        &[("metadata.a.b", b"1"), ("metadata.c", b"x")],
    ];
    for fields in forms {
        assert_eq!(bench.upload(fields)["meta"], json!({"a": {"b": 1}, "c": "x"}));
    }
    assert_eq!(bench.upload(&[])["meta"], json!({}));
}

#[test]
fn fields_come_in_any_order_and_as_text() {
    let bench = Bench::open();
    let fields: [(&str, &[u8]); 3] = [("id", b"first"), ("creator", b"c"), ("file", PICTURE)];
    let (status, body) = bench.post("/images/v1", &fields);
    assert_eq!((status, &body["result"]["id"]), (200, &json!("first")));
    assert_eq!(bench.upload(&[("requireSignedURLs", b"true")])["requireSignedURLs"], true);
    assert_eq!(bench.upload(&[("requireSignedURLs", b"false")])["requireSignedURLs"], false);
}

#[test]
fn an_id_with_slashes_comes_encoded_or_raw() {
    let bench = Bench::open();
    bench.upload(&[("id", "my/path é".as_bytes())]);
    for path in ["my%2Fpath%20%C3%A9", "my/path%20%C3%A9"] {
        let (status, body) = bench.get(&format!("/images/v1/{path}"));
        assert_eq!((status, &body["result"]["id"]), (200, &json!("my/path é")));
        let url = body["result"]["variants"][0].as_str().unwrap();
        assert_eq!(url, format!("https://img.test/cdn/{HASH}/my/path%20%C3%A9/public"));
        let change = json!({"metadata": {"seen": path}});
        assert_eq!(bench.send("PATCH", &format!("/images/v1/{path}"), change).0, 200);
    }
    bench.upload(&[("id", b"variants/x")]);
    let id = |path: &str| bench.get(path).1["result"]["id"].clone();
    assert_eq!(id("/images/v1/variants%2Fx"), "variants/x");
    assert_eq!(id("/images/v1/variants/x"), Value::Null);
    bench.upload(&[("id", b"x/blob")]);
    assert_eq!(id("/images/v1/x%2Fblob"), "x/blob");
}

#[test]
fn every_header_that_carries_a_token_is_read() {
    let bench = Bench::open();
    let bearer = format!("Bearer {}", bench.reader);
    let token = bench.reader.as_str();
    let sets: [(&[(&str, &str)], u16); 7] = [
        (&[("Authorization", &bearer)], 200),
        (&[("X-Auth-Email", "me@test"), ("X-Auth-Key", token)], 200),
        (&[("X-Auth-User-Service-Key", token)], 200),
        (&[("X-Auth-Key", token)], 401),
        (&[("Authorization", token)], 401),
        (&[("Authorization", "Bearer nobody")], 401),
        (&[], 401),
    ];
    for (headers, expected) in sets {
        let target = full("/images/v1/stats");
        let response = bench.request(&Request { headers, ..Request::new("GET", &target) });
        assert_eq!(response.status, expected, "{headers:?}");
        let challenged = response.header("www-authenticate").is_some();
        assert_eq!(challenged, expected == 401);
    }
}

#[test]
fn verbs_take_and_give_the_shapes_of_the_api() {
    let bench = Bench::open();
    let arguments = json!({
        "id": "v", "filename": "v.png", "metadata": {"n": 1}, "requireSignedURLs": false,
    });
    let made = bench.call("images.upload", arguments, PICTURE).unwrap().result;
    assert_eq!(made, bench.get("/images/v1/v").1["result"]);
    let list = json!({"meta.n[eq:number]": 1, "per_page": 10});
    let listed = bench.call("images.list", list, b"").unwrap().result;
    assert_eq!(listed["images"], json!([made]));
    let original = bench.call("images.original", json!({"id": "v"}), b"").unwrap();
    assert_eq!((original.bytes.as_deref(), original.result), (Some(PICTURE), Value::Null));
    let options = json!({"id": "thumb", "options": {"width": 10}});
    bench.call("variants.create", options, b"").unwrap();
    assert_eq!(bench.call("images.stats", Value::Null, b"").unwrap().result["count"]["current"], 1);
    let purged = bench.call("purge", json!({"tags": ["a"]}), b"").unwrap().result;
    assert_eq!(purged["id"], ACCOUNT);
    bench.call("images.delete", json!({"id": "v", "account": ACCOUNT}), b"").unwrap();

    for (verb, arguments, kind) in [
        ("images.shred", json!({}), Kind::Invalid),
        ("images.get", json!([]), Kind::Invalid),
        ("images.get", json!({}), Kind::Invalid),
        ("images.get", json!({"id": "v", "idd": "v"}), Kind::Invalid),
        ("images.get", json!({"id": 5}), Kind::Invalid),
        ("images.get", json!({"id": "v"}), Kind::NotFound),
        ("images.stats", json!({"account": "nobody"}), Kind::NotFound),
        ("images.upload", json!({"id": "w"}), Kind::Invalid),
    ] {
        let error = bench.call(verb, arguments.clone(), b"").unwrap_err();
        assert_eq!(error.kind(), kind, "{verb} {arguments}: {error}");
    }
}
