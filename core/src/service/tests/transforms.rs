//! Transforms of a folder's pictures.

use std::sync::atomic::Ordering;

use super::*;
use crate::hosted::Transformations;

const URL: &str = "/cdn-cgi/image/width=20,format=auto/rgb.png";
const WEBP: (&str, &str) = ("Accept", "image/webp");

fn service(folder: &Folder) -> Service {
    with_pictures(folder, &["rgb.png", "alpha.png"], |_| {})
}

fn made(service: &Service) -> u64 {
    service.0.transforms.load(Ordering::SeqCst)
}

#[test]
fn a_picture_is_transformed_once_and_then_kept() {
    let folder = Folder::new();
    let service = service(&folder);
    let first = ask(&service, URL, &[WEBP]);
    assert_eq!(first.status, 200, "{}", shown(&first));
    assert_eq!(first.header("content-type"), Some("image/webp"));
    assert_eq!(first.header("vary"), Some("Accept"));
    assert_eq!(first.header("access-control-allow-origin"), Some("*"));
    assert!(first.header("server-timing").is_some() && first.header("etag").is_some());
    let second = ask(&service, URL, &[WEBP]);
    assert_eq!((second.status, &second.body), (200, &first.body));
    assert!(second.header("cf-resized").unwrap().starts_with("internal=ram"));
    assert_eq!(made(&service), 1);
    // What differs only in its spelling is the same result.
    let other =
        ask(&service, "/cdn-cgi/image/f=auto,w=20/rgb.png", &[("accept", "image/webp, */*")]);
    assert_eq!((other.body == first.body, made(&service)), (true, 1));
    assert_eq!(ask(&service, URL, &[]).header("content-type"), Some("image/jpeg"));
    assert_eq!(made(&service), 2);
}

#[test]
fn results_survive_in_the_folder_of_state() {
    let folder = Folder::new();
    let first = ask(&service(&folder), URL, &[WEBP]);
    let again = service(&folder);
    assert_eq!(ask(&again, URL, &[WEBP]).body, first.body);
    assert_eq!(made(&again), 0);
}

#[test]
fn a_picture_that_changes_is_transformed_again() {
    let folder = Folder::new();
    let service = service(&folder);
    let first = ask(&service, URL, &[WEBP]);
    fs::write(folder.path("pictures/rgb.png"), picture("alpha.png")).unwrap();
    let second = ask(&service, URL, &[WEBP]);
    assert_ne!(first.body, second.body);
    assert_ne!(first.header("etag"), second.header("etag"));
}

#[test]
fn who_has_the_picture_gets_none_and_who_wants_a_part_gets_that() {
    let folder = Folder::new();
    let service = service(&folder);
    let whole = ask(&service, URL, &[WEBP]);
    let tag = whole.header("etag").unwrap();
    let same = ask(&service, URL, &[WEBP, ("If-None-Match", tag)]);
    assert_eq!((same.status, same.body.len()), (304, 0));
    assert_eq!((same.header("etag"), same.header("vary")), (Some(tag), Some("Accept")));
    // Another format is another picture.
    assert_eq!(ask(&service, URL, &[("If-None-Match", tag)]).status, 200);
    assert_eq!(ask(&service, URL, &[WEBP, ("If-Match", "\"x\"")]).status, 412);
    let part = ask(&service, URL, &[WEBP, ("Range", "bytes=4-11")]);
    assert_eq!((part.status, &*part.body), (206, &whole.body[4..12]));
    let place = format!("bytes 4-11/{}", whole.body.len());
    assert_eq!(part.header("content-range"), Some(place.as_str()));
    assert_eq!(ask(&service, URL, &[WEBP, ("Range", "bytes=999999-")]).status, 416);
    let head = send(&service, "HEAD", URL, &[WEBP, ("Range", "bytes=4-11")]);
    assert_eq!((head.status, head.body.len()), (200, 0));
    let length = whole.body.len().to_string();
    assert_eq!(head.header("content-length"), Some(length.as_str()));
}

#[test]
fn a_thousand_who_ask_at_once_cost_one_transform() {
    let folder = Folder::new();
    let service = service(&folder);
    let (gate, bodies) = (std::sync::Barrier::new(1000), std::sync::Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..1000 {
            scope.spawn(|| {
                gate.wait();
                let response = ask(&service, URL, &[WEBP]);
                bodies.lock().unwrap().push((response.status, response.body));
            });
        }
    });
    let bodies = bodies.into_inner().unwrap();
    assert_eq!(bodies.len(), 1000);
    assert!(bodies.iter().all(|answer| answer.0 == 200 && *answer == bodies[0]));
    assert_eq!(made(&service), 1);
}

#[test]
fn nothing_outside_of_the_folder_is_read() {
    let folder = Folder::new();
    let service = service(&folder);
    fs::write(folder.path("secret.png"), picture("rgb.png")).unwrap();
    fs::write(folder.path("pictures/.hidden.png"), picture("rgb.png")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path("secret.png"), folder.path("pictures/link.png"))
        .unwrap();
    for path in [
        "../secret.png",
        "%2e%2e/secret.png",
        "..%2fsecret.png",
        "a/../../secret.png",
        ".hidden.png",
        "link.png",
        "%00",
        "rgb.png%00",
        "/etc/passwd",
        "..%5csecret.png",
        "%252e%252e/secret.png",
    ] {
        for url in [format!("/cdn-cgi/image/width=5/{path}"), format!("/{path}")] {
            let response = ask(&service, &url, &[]);
            assert!(matches!(response.status, 403 | 404), "{url}: {}", shown(&response));
            assert_eq!(response.header("cache-control"), Some("no-store"));
        }
    }
}

#[test]
fn failures_have_their_codes() {
    let folder = Folder::new();
    let service = service(&folder);
    fs::write(folder.path("pictures/text.png"), "no picture").unwrap();
    for (target, status, code) in [
        ("/cdn-cgi/image/width=0/rgb.png", 400, 9401),
        ("/cdn-cgi/image/width=5/missing.png", 404, 9404),
        ("/cdn-cgi/image/width=5/text.png", 415, 9412),
        ("/cdn-cgi/image/width=5/https://other.test/a.png", 403, 9401),
        ("/cdn-cgi/image/width=5/a//b.png", 403, 9419),
        ("/cdn-cgi/other", 404, 9431),
    ] {
        let response = ask(&service, target, &[]);
        assert_eq!(response.status, status, "{target}: {}", shown(&response));
        let expected = format!("ERROR {code}: ");
        assert!(response.body.starts_with(expected.as_bytes()), "{target}: {}", shown(&response));
    }
    assert_eq!(ask(&service, URL, &[("Via", "1.1 x (image-resizing)")]).status, 508);
    assert_eq!(send(&service, "POST", URL, &[]).status, 405);
    let long = format!("{URL}?{}", "a".repeat(9000));
    assert_eq!(ask(&service, &long, &[]).status, 414);
    assert_eq!(send(&service, "OPTIONS", URL, &[]).status, 204);
    let redirect = "/cdn-cgi/image/width=5,onerror=redirect/missing.png";
    let redirected = ask(&service, redirect, &[]);
    assert_eq!((redirected.status, redirected.header("location")), (307, Some("/missing.png")));
}

#[test]
fn requests_below_the_mount_point_are_answered_and_no_others() {
    let folder = Folder::new();
    let service = with_pictures(&folder, &["rgb.png"], |config| config.mount = "/pics".into());
    assert_eq!(ask(&service, &format!("/pics{URL}"), &[]).status, 200);
    assert_eq!(ask(&service, "/pics/rgb.png", &[]).status, 200);
    for target in [URL, "/pics", "/picsrgb.png", &format!("/picsx{URL}")] {
        assert_eq!(ask(&service, target, &[]).status, 404, "{target}");
    }
}

#[test]
fn a_workers_options_are_taken_from_its_header() {
    let folder = Folder::new();
    let service = service(&folder);
    let blob = ("cf-blob", r#"{"image":{"width":7,"format":"webp"}}"#);
    let response = ask(&service, "/rgb.png", &[blob]);
    assert_eq!(response.header("content-type"), Some("image/webp"), "{}", shown(&response));
    assert_eq!(response.header("vary"), Some("CF-Blob"));
    assert_eq!(ask(&service, "/rgb.png", &[("cf-blob", "{")]).status, 400);
    let plain = ask(&service, "/rgb.png", &[("cf-blob", "{}")]);
    assert_eq!(&*plain.body, &picture("rgb.png")[..]);
}

#[test]
fn overlays_come_from_the_folder() {
    let folder = Folder::new();
    let service = service(&folder);
    let blob = |name: &str| {
        format!(r#"{{"image":{{"format":"png","width":30,"draw":[{{"url":"{name}"}}]}}}}"#)
    };
    let plain = ask(&service, "/cdn-cgi/image/width=30,format=png/rgb.png", &[]);
    let drawn = ask(&service, "/rgb.png", &[("cf-blob", &blob("/alpha.png"))]);
    assert_eq!(drawn.status, 200, "{}", shown(&drawn));
    assert_ne!(drawn.body, plain.body);
    let missing = ask(&service, "/rgb.png", &[("cf-blob", &blob("/none.png"))]);
    assert_eq!(missing.status, 404, "{}", shown(&missing));
}

#[test]
fn who_asks_too_much_is_told_to_come_back() {
    let folder = Folder::new();
    let service = with_pictures(&folder, &["rgb.png"], |config| {
        (config.workers, config.queue) = (1, 0);
    });
    let place = service.0.pool.enter(&Job::default()).unwrap();
    let busy = ask(&service, URL, &[]);
    assert_eq!((busy.status, busy.header("retry-after")), (503, Some("1")), "{}", shown(&busy));
    assert!(busy.body.starts_with(b"ERROR 9522"));
    drop(place);
    assert_eq!(ask(&service, URL, &[]).status, 200);
}

#[test]
fn where_all_must_be_signed_transforms_and_originals_must_be_too() {
    let folder = Folder::new();
    let change = |config: &mut Config| config.require_signature = true;
    let service = with_pictures(&folder, &["rgb.png"], change);
    let keys = service.0.hosted.keys(&service.account().id).unwrap();
    let sign = |path: &str, expires| crate::sign::sign(path, &keys[0].value, expires).unwrap();
    for path in [URL, "/rgb.png", "/cdn-cgi/image/width=20/rgb.png?v=1"] {
        assert_eq!(ask(&service, path, &[]).status, 403, "{path}");
        let late = Some(crate::sign::now());
        assert_eq!(ask(&service, &sign(path, late), &[]).status, 403, "{path}");
        let soon = Some(crate::sign::now() + 60);
        for expires in [None, soon] {
            let response = ask(&service, &sign(path, expires), &[]);
            assert_eq!(response.status, 200, "{path}: {}", shown(&response));
        }
    }
    // However often it was signed, the source is the same one.
    assert_eq!(made(&service), 2);
}

/// A form as a Worker's runtime sends it.
fn form(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, data) in parts {
        let head = format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(data);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--x--\r\n");
    body
}

fn post(service: &Service, target: &str, body: &[u8]) -> Response {
    let headers = [("Content-Type", "multipart/form-data; boundary=x")];
    let request = Request { headers: &headers, body, ..Request::new("POST", target) };
    service.handle(&request, &Job::default())
}

#[test]
fn a_workers_binding_gets_facts_and_steps() {
    let folder = Folder::new();
    let service = service(&folder);
    let (image, drawn) = (picture("rgb.png"), picture("alpha.png"));
    let info = post(&service, "/info", &form(&[("image", &image)]));
    let facts: serde_json::Value = serde_json::from_slice(&info.body).unwrap();
    assert_eq!((&facts["format"], &facts["file_size"]), (&"image/png".into(), &image.len().into()));
    let steps = br#"[{"imageIndex":0,"width":12},{"drawImageIndex":1,"targetImageIndex":0}]"#;
    let call = [
        ("image", &image[..]),
        ("draw_image", &drawn[..]),
        ("transforms", steps),
        ("output_format", b"image/webp"),
    ];
    let done = post(&service, "/transform", &form(&call));
    assert_eq!(done.status, 200, "{}", shown(&done));
    assert_eq!(done.header("content-type"), Some("image/webp"));
    assert_eq!(done.header("cf-images-output-width"), Some("12"));
    for (target, parts, status) in [
        ("/info", vec![("image", &b"text"[..])], 415),
        ("/info", vec![("other", &image[..])], 400),
        ("/transform", vec![("image", &image[..])], 400),
        ("/transform", vec![("image", &image[..]), ("output_format", b"image/tiff")], 415),
    ] {
        let refused = post(&service, target, &form(&parts));
        assert_eq!(refused.status, status, "{target}: {}", shown(&refused));
        assert!(refused.header("cf-images-binding").unwrap().starts_with("err="));
    }
}

#[test]
fn those_who_wait_take_over_from_one_whose_client_went_away() {
    use crate::{CancelToken, Limits};
    let folder = Folder::new();
    let service = with_pictures(&folder, &["rgb.png"], |config| config.workers = 1);
    let place = service.0.pool.enter(&Job::default()).unwrap();
    let cancel = CancelToken::new();
    let gone = Job::new(&Limits::default(), cancel.clone());
    std::thread::scope(|scope| {
        let first = scope.spawn(|| service.handle(&Request::new("GET", URL), &gone));
        while service.load().waiting == 0 {
            std::thread::yield_now();
        }
        let others: Vec<_> = (0..10).map(|_| scope.spawn(|| ask(&service, URL, &[]))).collect();
        cancel.cancel();
        let first = first.join().unwrap();
        assert!(first.body.starts_with(b"ERROR 9528"), "{}", shown(&first));
        drop(place);
        for other in others {
            assert_eq!(other.join().unwrap().status, 200);
        }
    });
    assert_eq!(made(&service), 1);
}

#[test]
fn a_service_is_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + 'static>() {}
    shared::<Service>();
}

#[test]
fn an_account_that_switches_transforms_off_has_none() {
    let folder = Folder::new();
    let service = service(&folder);
    let account = service.account().id.clone();
    let set = |to| {
        let hosted = &service.0.hosted;
        hosted.edit_settings(&account, &mut |settings| {
            settings.transformations = to;
            Ok(())
        })
    };
    assert_eq!(ask(&service, URL, &[WEBP]).status, 200);
    set(Transformations::Off).unwrap();
    // What was kept is no longer shown either.
    let refused = ask(&service, URL, &[WEBP]);
    assert!(shown(&refused).starts_with("500 ERROR 9524"), "{}", shown(&refused));
    set(Transformations::On).unwrap();
    assert_eq!(ask(&service, URL, &[WEBP]).status, 200);
}
