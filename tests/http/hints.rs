//! Answers that follow the client's hints.

use crate::client::Server;

#[test]
fn the_width_follows_the_viewport_and_the_answer_says_so() {
    let server = Server::start();
    let path = "/cdn-cgi/image/width=auto,wbreakpoints=40;80,wmobile=20,wdesktop=30,format=png-force/photo.jpg";
    let width = |headers: &str| {
        let reply = server.get_with(path, headers);
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(reply.header("accept-ch"), "Sec-CH-Width, Sec-CH-Viewport-Width, Sec-CH-DPR");
        let width = u32::from_be_bytes(reply.body[16..20].try_into().unwrap());
        (width, reply.header("vary").to_owned())
    };
    let shown = width("Sec-CH-Width: 33\r\n");
    assert_eq!(shown, (40, "Sec-CH-Width".to_owned()));
    let dense = width("Sec-CH-Viewport-Width: 33\r\nSec-CH-DPR: 2\r\n");
    assert_eq!(dense.0, 80);
    assert!(dense.1.ends_with("Sec-CH-Viewport-Width, Sec-CH-DPR"), "{}", dense.1);
    let phone = width("User-Agent: Mozilla/5.0 (iPhone)\r\n");
    assert!(phone.0 == 20 && phone.1.ends_with("User-Agent"), "{phone:?}");
    assert_eq!(width("Sec-CH-Viewport-Width: -5\r\n").0, 30);
}

#[test]
fn a_slow_connection_gets_its_own_quality_and_tag() {
    let server = Server::start();
    let path = "/cdn-cgi/image/quality=90,scq=20,format=jpeg/photo.jpg";
    let fast = server.get(path);
    let slow = server.get_with(path, "Save-Data: on\r\n");
    assert!(slow.body.len() * 2 < fast.body.len());
    assert_eq!(
        (fast.header("vary"), slow.header("vary")),
        ("Save-Data, ECT, RTT, Downlink", "Save-Data")
    );
    assert_eq!(fast.header("accept-ch"), "Save-Data, ECT, RTT, Downlink");
    assert_ne!(fast.header("etag"), slow.header("etag"));
    let known = format!("If-None-Match: {}\r\n", fast.header("etag"));
    let unchanged = server.get_with(path, &known);
    assert_eq!((unchanged.status, unchanged.header("vary")), (304, fast.header("vary")));
    assert_eq!(server.get_with(path, &format!("{known}Save-Data: on\r\n")).status, 200);
}
