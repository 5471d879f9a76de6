//! Parts of results and originals.

use crate::client::Server;

const PATHS: [&str; 2] = ["/cdn-cgi/image/width=100,format=png-force/photo.jpg", "/photo.jpg"];

#[test]
fn a_part_is_sent_with_its_place_and_the_parts_make_the_whole() {
    let server = Server::start();
    for path in PATHS {
        let whole = server.get(path);
        assert_eq!((whole.status, whole.header("accept-ranges")), (200, "bytes"));
        let length = whole.body.len();
        let half = length / 2;
        let first = server.get_with(path, &format!("Range: bytes=0-{}\r\n", half - 1));
        let rest = server.get_with(path, &format!("Range: bytes={half}-\r\n"));
        assert_eq!((first.status, rest.status), (206, 206), "{path}");
        assert_eq!(first.header("content-range"), format!("bytes 0-{}/{length}", half - 1));
        assert_eq!(rest.header("content-range"), format!("bytes {half}-{}/{length}", length - 1));
        assert_eq!(first.headers_without_lengths(), whole.headers_without_lengths(), "{path}");
        assert_eq!([first.body, rest.body].concat(), whole.body);
        let end = server.get_with(path, "Range: bytes=-10\r\n");
        assert_eq!(end.body, whole.body[length - 10..]);
    }
}

#[test]
fn up_to_four_parts_come_in_one_body_and_more_give_the_whole() {
    let server = Server::start();
    for path in PATHS {
        let whole = server.get(path);
        let four = server.get_with(path, "Range: bytes=0-1,4-5,8-9,-2\r\n");
        assert_eq!(four.status, 206, "{path}");
        let kind = four.header("content-type");
        let boundary = kind.strip_prefix("multipart/byteranges; boundary=").unwrap();
        let text = String::from_utf8_lossy(&four.body).into_owned();
        assert_eq!(text.matches(&format!("--{boundary}")).count(), 5, "{text}");
        assert_eq!(text.matches("Content-Range: bytes ").count(), 4);
        assert!(text.contains(whole.header("content-type")));
        let five = server.get_with(path, "Range: bytes=0-1,2-3,4-5,6-7,8-9\r\n");
        assert_eq!((five.status, five.body == whole.body), (200, true));
    }
}

#[test]
fn a_part_behind_the_end_is_refused_with_the_length() {
    let server = Server::start();
    for path in PATHS {
        let length = server.get(path).body.len();
        let none = server.get_with(path, "Range: bytes=99999999-\r\n");
        assert_eq!(none.status, 416, "{path}");
        assert_eq!(none.header("content-range"), format!("bytes */{length}"));
        assert_eq!(none.header("cf-resized"), "err=9424");
    }
}

#[test]
fn a_part_of_something_else_is_never_sent() {
    let server = Server::start();
    for path in PATHS {
        let whole = server.get(path);
        let tag = whole.header("etag");
        let asked = |known: &str| {
            let lines = format!("Range: bytes=0-9\r\nIf-Range: {known}\r\n");
            server.get_with(path, &lines).status
        };
        assert_eq!(asked(tag), 206, "{path}");
        assert_eq!(asked(whole.header("last-modified")), 206, "{path}");
        assert_eq!(asked("\"x\""), 200);
        assert_eq!(asked(&format!("W/{tag}")), 200);
        assert_eq!(asked("Thu, 01 Jan 1970 00:00:00 GMT"), 200);
    }
}

#[test]
fn a_client_that_goes_on_with_something_else_is_told() {
    let server = Server::start();
    for path in PATHS {
        let tag = server.get(path).header("etag").to_owned();
        assert_eq!(server.get_with(path, "If-Match: \"x\"\r\n").status, 412, "{path}");
        assert_eq!(server.get_with(path, &format!("If-Match: {tag}\r\n")).status, 200);
        let long_ago = "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n";
        assert_eq!(server.get_with(path, long_ago).status, 412);
    }
}

#[test]
fn head_knows_no_parts() {
    let server = Server::start();
    for path in PATHS {
        let head = server.ask("HEAD", path.as_bytes(), "Range: bytes=0-1\r\n");
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        assert_eq!(head.header("content-range"), "");
    }
}
