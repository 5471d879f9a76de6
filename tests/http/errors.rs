//! What failing requests get: number, status, plain text.

use crate::client::Server;

/// Path, status, code.
#[rustfmt::skip]
const TABLE: &[(&str, u16, u16)] = &[
    ("/cdn-cgi/image/width=0/photo.jpg",              400, 9401),
    ("/cdn-cgi/image/width=abc/photo.jpg",            400, 9401),
    ("/cdn-cgi/image/format=jpeg2000/photo.jpg",      400, 9401),
    ("/cdn-cgi/image/segment=foreground/photo.jpg",    400, 9401),
    ("/cdn-cgi/image//photo.jpg",                     400, 9401),
    ("/cdn-cgi/image/width=10/https://a.test/a.jpg",  403, 9401),
    ("/cdn-cgi/image/width=10/http://a.test/a.jpg",   403, 9406),
    ("/cdn-cgi/image/width=10/none.jpg",              404, 9404),
    ("/cdn-cgi/image/width=10/sub%20folder",          404, 9404),
    ("/cdn-cgi/image/width=10/.hidden.jpg",           404, 9404),
    ("/cdn-cgi/image/width=10/",                      403, 9419),
    ("/cdn-cgi/image/width=10/../secret.jpg",         403, 9419),
    ("/cdn-cgi/image/width=10/page.html",             415, 9412),
    ("/cdn-cgi/image/width=10/text.jpg",              415, 9412),
    ("/cdn-cgi/image/width=10/bomb.jpg",              403, 9413),
    ("/cdn-cgi/image/width=10/bomb.png",              403, 9413),
    ("/cdn-cgi/imagedelivery/account/image/public",   403, 9427),
    ("/page.html",                                    415, 9412),
    ("/none.jpg",                                     404, 9404),
    ("/.hidden.jpg",                                  404, 9404),
    ("/sub%20folder",                                 404, 9404),
];

#[test]
fn every_failure_has_its_number_status_and_text() {
    let server = Server::start();
    for (path, status, code) in TABLE {
        let reply = server.get(path);
        assert_eq!(reply.status, *status, "{path}");
        let text = reply.text();
        assert!(text.starts_with(&format!("ERROR {code}: ")), "{path}: {text}");
        assert_eq!(reply.header("cf-resized"), format!("err={code}"), "{path}");
        assert!(reply.header("content-type").starts_with("text/plain"), "{path}");
        assert_eq!(reply.header("cache-control"), "no-store", "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert!(!text.contains("safelight-http-"), "{path} tells a path: {text}");
    }
}

#[test]
fn broken_pictures_are_refused_or_rendered_within_the_limits() {
    let server = Server::start();
    for entry in std::fs::read_dir(crate::client::pictures().join("bad")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let reply = server.get(&format!("/cdn-cgi/image/width=64,format=jpeg/{name}"));
        let known = [200, 403, 413, 415, 422];
        assert!(known.contains(&reply.status), "{name}: {} {}", reply.status, reply.text());
    }
}

#[test]
fn onerror_redirect_leads_to_the_source_on_this_host_only() {
    let server = Server::start();
    let reply = server.get("/cdn-cgi/image/width=10,onerror=redirect/text.jpg");
    assert_eq!((reply.status, reply.header("location")), (307, "/text.jpg"));
    let reply = server.get("/cdn-cgi/image/width=10,onerror=redirect/sub%20folder/none.jpg?v=1");
    assert_eq!((reply.status, reply.header("location")), (307, "/sub%20folder/none.jpg?v=1"));
    for path in [
        "/cdn-cgi/image/width=0,onerror=redirect/text.jpg",
        "/cdn-cgi/image/width=10,onerror=redirect//evil.test/a.jpg",
        "/cdn-cgi/image/width=10,onerror=redirect///evil.test/a.jpg",
        "/cdn-cgi/image/width=10,onerror=redirect/https://evil.test/a.jpg",
        "/cdn-cgi/image/width=10,onerror=redirect/%5Cevil.test/a.jpg",
    ] {
        let reply = server.get(path);
        let place = reply.header("location");
        assert!(
            place.is_empty() || place == "/evil.test/a.jpg",
            "{path}: {} {place}",
            reply.status
        );
    }
}

#[test]
fn a_request_that_a_transform_made_is_refused_as_a_loop() {
    let server = Server::start();
    let path = "/cdn-cgi/image/width=10/photo.jpg";
    let reply = server.get_with(path, "Via: 1.1 cache\r\nVia: 1.1 x (image-resizing/1)\r\n");
    assert_eq!((reply.status, reply.header("cf-resized")), (508, "err=9403"));
    assert_eq!(server.get_with(path, "Via: 1.1 varnish\r\n").status, 200);
}

#[test]
fn other_methods_and_endless_urls_are_refused() {
    let server = Server::start();
    for method in ["POST", "PUT", "DELETE"] {
        let reply =
            server.ask(method, b"/cdn-cgi/image/width=10/photo.jpg", "Content-Length: 0\r\n");
        assert_eq!((reply.status, reply.header("allow")), (405, "GET, HEAD"), "{method}");
    }
    let reply = server.get(&format!("/cdn-cgi/image/width=10/{}", "a".repeat(9000)));
    assert_eq!(reply.status, 414);
}

#[test]
fn limits_of_the_server_are_kept() {
    let server = Server::with(|config| config.service.limits.source_bytes = 1000);
    let reply = server.get("/cdn-cgi/image/width=10/photo.jpg");
    assert_eq!((reply.status, reply.header("cf-resized")), (413, "err=9402"));
    let server = Server::with(|config| config.service.limits.source_pixels = 1000);
    let reply = server.get("/cdn-cgi/image/width=10/photo.jpg");
    assert_eq!((reply.status, reply.header("cf-resized")), (403, "err=9413"));
}
