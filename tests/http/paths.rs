//! Nothing outside of the root is ever read, whatever the path says.

use crate::client::{pictures, Server};

/// Ways to say "one folder up", or to confuse whoever checks for it. `{}` is the secret's name.
const ESCAPES: &[&str] = &[
    "../{}",
    "../../{}",
    "../../../../../../../../{}",
    "./../{}",
    ".././{}",
    "sub folder/../../{}",
    "sub%20folder/../../{}",
    "sub%20folder/%2e%2e/%2e%2e/{}",
    "%2e%2e/{}",
    "%2E%2E/{}",
    ".%2e/{}",
    "%2e./{}",
    "%2e%2e%2f{}",
    "..%2f{}",
    "..%2F{}",
    "%2e%2e%5c{}",
    "..%5c{}",
    "..\\{}",
    "..\\..\\{}",
    "%252e%252e/{}",
    "%252e%252e%252f{}",
    "..%252f{}",
    "..%c0%af{}",
    "%c0%ae%c0%ae/{}",
    "%e0%80%ae%e0%80%ae/{}",
    "..%ef%bc%8f{}",
    "%ef%bc%8e%ef%bc%8e/{}",
    "%e2%80%a5/{}",
    "..%e2%88%95{}",
    "%uff0e%uff0e/{}",
    "..;/{}",
    "..;a=b/{}",
    "..%00/{}",
    "..%20/{}",
    "..%09/{}",
    "..%0a/{}",
    "..%0d/{}",
    ".. /{}",
    "..../{}",
    "....//{}",
    "..././{}",
    ".../{}",
    "/../{}",
    "//../{}",
    "///../{}",
    "/%2e%2e/{}",
    "%2f../{}",
    "%2f%2e%2e%2f{}",
    "photo.jpg/../../{}",
    "photo.jpg/%2e%2e/%2e%2e/{}",
    "photo.jpg%00/../../{}",
    "../{}%00.jpg",
    "../{}%20",
    "../{}.",
    "../root/../{}",
    "../root-evil/{}",
    "%2e%2e/root-evil/{}",
    "-evil/{}",
    "..-evil/{}",
    "~/{}",
    "..%u2215{}",
    "C:/../{}",
    "c%3a%2f..%2f{}",
    "file:///{}",
    "file:/../{}",
    "\\\\localhost\\{}",
    "%5c%5c..%5c{}",
    "%2e%2e//{}",
    "..//{}",
    "?/../{}",
    "#/../{}",
    "%3f/../{}",
    "%23/../{}",
    ".hidden.jpg/../../{}",
    "link-out/{}",
    "link-file.jpg",
    "./link-file.jpg",
    "link-up/../{}",
    "link-up/{}",
    "sub%20folder/link-deep/{}",
    "sub%20folder/link-deep/root-evil/{}",
];

/// Links that lead out of the root, as somebody who may only add files could make them.
#[cfg(unix)]
fn plant_links(server: &Server) {
    use std::os::unix::fs::symlink;
    let root = server.folder.join("root");
    symlink(server.folder.join("root-evil"), root.join("link-out")).unwrap();
    symlink(server.folder.join("secret.jpg"), root.join("link-file.jpg")).unwrap();
    symlink("..", root.join("link-up")).unwrap();
    symlink("../..", root.join("sub folder/link-deep")).unwrap();
    symlink("photo.jpg", root.join("link-inside.jpg")).unwrap();
}

#[test]
#[cfg(unix)]
fn no_path_and_no_link_leaves_the_root() {
    let server = Server::start();
    plant_links(&server);
    let secret = std::fs::read(pictures().join("cmyk.jpg")).unwrap();
    assert!(ESCAPES.len() > 60);
    let absolute = server.folder.join("secret.jpg").display().to_string();
    let mut tried = 0;
    for prefix in ["/", "/cdn-cgi/image/format=json/", "/api/explain/width=10/"] {
        let escapes = ESCAPES.iter().map(|path| path.replace("{}", "secret.jpg"));
        for path in
            escapes.chain([absolute.clone(), format!("/{absolute}"), absolute.replace('/', "%2f")])
        {
            let reply = server.ask("GET", format!("{prefix}{path}").as_bytes(), "");
            tried += 1;
            // A fragment or a query ends the path early: then the page itself may answer.
            let page = reply.header("content-type").starts_with("text/html");
            assert!(reply.status >= 400 || page, "{prefix}{path}: {}", reply.status);
            assert_ne!(reply.body, secret, "{prefix}{path}");
        }
    }
    assert!(tried > 200);
}

#[test]
#[cfg(unix)]
fn a_link_that_stays_inside_is_followed() {
    let server = Server::start();
    plant_links(&server);
    let reply = server.get("/link-inside.jpg");
    assert_eq!(reply.status, 200);
    assert_eq!(reply.body, std::fs::read(pictures().join("photo.jpg")).unwrap());
}

#[test]
fn bytes_that_no_url_has_are_refused() {
    let server = Server::start();
    for path in [
        &b"/\xff\xfe.jpg"[..],
        b"/cdn-cgi/image/width=10/\xc3\x28.jpg",
        b"/a\x01b.jpg",
        b"/a\x7fb.jpg",
    ] {
        let reply = server.ask("GET", path, "");
        assert!((400..500).contains(&reply.status), "{path:?}: {}", reply.status);
    }
}

#[test]
fn a_path_is_decoded_exactly_once() {
    let server = Server::start();
    let name = "sub%20folder/deep/a+b%20100%25.jpg";
    for path in [format!("/{name}"), format!("/cdn-cgi/image/width=20/{name}")] {
        assert_eq!(server.get(&path).status, 200, "{path}");
    }
    let twice = "sub%2520folder/deep/a+b%2520100%2525.jpg";
    assert_eq!(server.get(&format!("/{twice}")).status, 404);
    assert_eq!(server.get("/photo.jpg?v=2").status, 200);
    assert_eq!(server.get("/cdn-cgi/image/width=20/photo.jpg?v=2").status, 200);
}
