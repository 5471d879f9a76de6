//! What a Worker's runtime asks: `cf.image` objects and forms of the Images binding.

use crate::client::{pictures, Reply, Server};

fn cf(server: &Server, path: &str, cf: &str) -> Reply {
    server.get_with(path, &format!("CF-Blob: {cf}\r\n"))
}

#[test]
fn a_cf_image_object_is_a_transform_of_the_url() {
    let server = Server::start();
    let path = "/sub%20folder/deep/a+b%20100%25.jpg";
    let reply =
        cf(&server, path, r#"{"image":{"width":50,"format":"png-force"},"polish":"lossy"}"#);
    assert_eq!((reply.status, reply.header("content-type")), (200, "image/png"));
    assert_eq!(reply.header("vary"), "CF-Blob");
    assert!(reply.header("cf-resized").starts_with("internal=ok/m"));
    let same = server.get(&format!("/cdn-cgi/image/width=50,format=png-force{path}"));
    assert_eq!(same.body, reply.body);
    let plain = cf(&server, "/photo.jpg", r#"{"cacheTags":["a"]}"#);
    assert_eq!(plain.body, std::fs::read(pictures().join("photo.jpg")).unwrap());
}

#[test]
fn a_cf_image_object_that_is_wrong_is_an_error_and_never_a_redirect() {
    let server = Server::start();
    for (object, status, code) in [
        (r#"{"image":{"width":0}}"#, 400, 9401),
        (r#"{"image":{"width":0,"onerror":"redirect"}}"#, 400, 9401),
        ("{", 400, 9424),
    ] {
        let reply = cf(&server, "/photo.jpg", object);
        assert_eq!((reply.status, reply.header("cf-resized")), (status, &*format!("err={code}")));
    }
    let broken = cf(&server, "/text.jpg", r#"{"image":{"width":5,"onerror":"redirect"}}"#);
    assert_eq!(broken.status, 415);
}

const BOUNDARY: &str = "\r\n--frontier";

fn form(server: &Server, path: &str, parts: &[(&str, &[u8])]) -> Reply {
    let mut body = Vec::new();
    for (name, data) in parts {
        let head = format!("{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend(head.as_bytes());
        body.extend(*data);
    }
    body.extend(format!("{BOUNDARY}--\r\n").as_bytes());
    server.post(path, "multipart/form-data; boundary=frontier", &body)
}

#[test]
fn info_describes_a_picture() {
    let server = Server::start();
    let photo = std::fs::read(pictures().join("orientation-6.jpg")).unwrap();
    let reply = form(&server, "/info", &[("image", &photo)]);
    let expected = serde_json::json!({
        "format": "image/jpeg", "file_size": photo.len(), "width": 320, "height": 213,
    });
    assert_eq!((reply.status, reply.json()), (200, expected));
    let reply = form(&server, "/info", &[("image", b"no picture")]);
    assert_eq!((reply.status, reply.header("cf-images-binding")), (415, "err=9412"));
}

#[test]
fn transform_runs_its_steps_in_order() {
    let server = Server::start();
    let rgb = std::fs::read(pictures().join("rgb.png")).unwrap();
    let steps = br#"[{"imageIndex":0,"trim":{"left":80}},{"imageIndex":0,"rotate":90}]"#;
    let parts: [(&str, &[u8]); 3] =
        [("image", &rgb), ("transforms", steps), ("output_format", b"rgb")];
    let reply = form(&server, "/transform", &parts);
    assert_eq!((reply.status, reply.header("content-type")), (200, "rgb"));
    let size = (reply.header("cf-images-output-width"), reply.header("cf-images-output-height"));
    assert_eq!((size, reply.body.len()), (("107", "80"), 107 * 80 * 3));
    assert_eq!(reply.header("cache-control"), "no-store");
}

#[test]
fn forms_that_are_wrong_have_numbers() {
    let server = Server::start();
    let photo = std::fs::read(pictures().join("photo.jpg")).unwrap();
    let large = vec![0; 20_000_001];
    type Parts<'a> = &'a [(&'a str, &'a [u8])];
    let table: [(&str, Parts, u16, u16); 6] = [
        ("/transform", &[("image", &photo), ("output_format", b"image/bmp")], 415, 9520),
        ("/transform", &[("image", b"text"), ("output_format", b"image/png")], 415, 9520),
        (
            "/transform",
            &[("image", &photo), ("transforms", b"{"), ("output_format", b"rgb")],
            400,
            9401,
        ),
        ("/transform", &[("image", &large), ("output_format", b"rgb")], 413, 9402),
        ("/info", &[("image", &large), ("x", &large)], 413, 9402),
        ("/info", &[("picture", &photo)], 400, 9424),
    ];
    for (path, parts, status, code) in table {
        let reply = form(&server, path, parts);
        let expected = (status, format!("err={code}"));
        let got = (reply.status, reply.header("cf-images-binding").to_owned());
        assert_eq!(got, expected, "{path}: {}", reply.text());
        assert!(reply.text().starts_with(&format!("ERROR {code}: ")));
    }
    let reply = server.post("/info", "text/plain", b"x");
    assert_eq!((reply.status, reply.header("cf-images-binding")), (400, "err=9424"));
}
