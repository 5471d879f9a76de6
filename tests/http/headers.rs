//! What successful answers say about themselves.

use crate::client::{pictures, Server};

const PICTURE: &str = "/cdn-cgi/image/width=100,format=webp/photo.jpg";

#[test]
fn a_picture_answers_with_the_documented_headers() {
    let reply = Server::start().get(PICTURE);
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.header("content-type"), "image/webp");
    assert_eq!(reply.header("content-length"), reply.body.len().to_string());
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    assert_eq!(reply.header("cache-control"), "public, max-age=3600");
    assert!(reply.header("content-security-policy").starts_with("default-src 'none'"));
    assert!(reply.header("etag").starts_with("\"cf-"));
    assert!(reply.header("last-modified").ends_with("GMT"));
    let resized = reply.header("cf-resized");
    assert!(resized.starts_with("internal=ok/m "), "{resized}");
    assert!(resized.ends_with(&format!(" l={}", reply.body.len())), "{resized}");
    for stage in ["queue", "fetch", "plan", "decode", "transform", "encode"] {
        assert!(reply.header("server-timing").contains(&format!("{stage};dur=")));
    }
    assert_eq!(&reply.body[8..12], b"WEBP");
}

#[test]
fn head_answers_like_get_without_the_body() {
    let server = Server::start();
    let get = server.get(PICTURE);
    let head = server.ask("HEAD", PICTURE.as_bytes(), "");
    assert_eq!(head.status, 200);
    assert!(head.body.is_empty());
    for name in ["content-type", "content-length", "etag", "last-modified", "cache-control"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
}

#[test]
fn the_accept_header_chooses_the_format_and_the_answer_varies_by_it() {
    let server = Server::start();
    for (accept, format) in [
        ("image/avif,image/webp,*/*;q=0.8", "image/avif"),
        ("image/webp,*/*;q=0.8", "image/webp"),
        ("*/*", "image/jpeg"),
    ] {
        let path = "/cdn-cgi/image/width=64,format=auto/photo.jpg";
        let reply = server.get_with(path, &format!("Accept: {accept}\r\n"));
        assert_eq!((reply.status, reply.header("content-type")), (200, format), "{accept}");
        assert_eq!(reply.header("vary"), "Accept");
    }
}

#[test]
fn a_known_tag_or_date_is_answered_without_a_body() {
    let server = Server::start();
    let first = server.get(PICTURE);
    let (tag, date) = (first.header("etag"), first.header("last-modified"));
    for known in [
        format!("If-None-Match: {tag}\r\n"),
        format!("If-None-Match: \"x\", W/{tag}\r\n"),
        format!("If-Modified-Since: {date}\r\n"),
    ] {
        let again = server.get_with(PICTURE, &known);
        assert_eq!(again.status, 304, "{known}");
        assert!(again.body.is_empty());
    }
    for unknown in [
        "If-None-Match: \"x\"\r\n".to_owned(),
        "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n".to_owned(),
        // The tag decides when both are there.
        format!("If-None-Match: \"x\"\r\nIf-Modified-Since: {date}\r\n"),
    ] {
        assert_eq!(server.get_with(PICTURE, &unknown).status, 200, "{unknown}");
    }
    let other = server.get("/cdn-cgi/image/width=101,format=webp/photo.jpg");
    assert_ne!(other.header("etag"), tag);
}

#[test]
fn a_changed_source_changes_the_tag() {
    let server = Server::start();
    let before = server.get(PICTURE);
    std::fs::copy(pictures().join("gray.jpg"), server.folder.join("root/photo.jpg")).unwrap();
    let known = format!("If-None-Match: {}\r\n", before.header("etag"));
    let after = server.get_with(PICTURE, &known);
    assert_eq!(after.status, 200);
    assert_ne!(after.body, before.body);
}

#[test]
fn ignored_options_are_told_in_a_warning() {
    let reply = Server::start().get("/cdn-cgi/image/width=50,wat=1/photo.jpg");
    assert_eq!(reply.status, 200);
    let warning = reply.header("warning");
    assert!(warning.starts_with("cf-images 299 \"") && warning.contains("wat"), "{warning}");
}

#[test]
fn json_describes_the_result() {
    let reply = Server::start().get("/cdn-cgi/image/width=100,format=json/photo.jpg");
    assert_eq!(reply.header("content-type"), "application/json");
    let json = reply.json();
    assert_eq!((json["width"].as_u64(), json["height"].as_u64()), (Some(100), Some(67)));
    assert_eq!(json["original"]["format"], "image/jpeg");
}

#[test]
fn an_original_is_sent_as_it_is_with_its_own_type() {
    let server = Server::start();
    for (name, kind) in [
        ("photo.jpg", "image/jpeg"),
        ("alpha.png", "image/png"),
        ("anim.gif", "image/gif"),
        ("lossy.webp", "image/webp"),
        ("420.avif", "image/avif"),
    ] {
        let reply = server.get(&format!("/{name}"));
        assert_eq!((reply.status, reply.header("content-type")), (200, kind), "{name}");
        assert_eq!(reply.body, std::fs::read(pictures().join(name)).unwrap(), "{name}");
        let known = format!("If-None-Match: {}\r\n", reply.header("etag"));
        assert_eq!(server.get_with(&format!("/{name}"), &known).status, 304);
    }
}

#[test]
fn the_page_and_what_it_reads_are_there() {
    let server = Server::start();
    assert!(server.get("/").header("content-type").starts_with("text/html"));
    assert!(server.get("/").header("content-security-policy").contains("script-src 'self'"));
    assert!(server.get("/page/style.css").header("content-type").starts_with("text/css"));
    assert!(server.get("/page/app.js").header("content-type").starts_with("text/javascript"));
    assert_eq!(server.get("/api/version").json()["version"], safelight::VERSION);
    let samples = server.get("/api/samples").json();
    let names: Vec<&str> =
        samples.as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
    assert!(names.contains(&"photo.jpg") && !names.contains(&".hidden.jpg"), "{names:?}");
    assert!(!names.contains(&"page.html"));
    let plan = server.get("/api/explain/width=100/photo.jpg").json();
    assert_eq!(plan["key"], "width=100");
}
