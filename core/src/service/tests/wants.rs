//! What a host asks before it reads a body.

use super::{with_pictures, Folder};
use crate::{Job, Request, Service};

const IMAGE: &str = "/client/v4/accounts/a/images/v1/b";

fn service(folder: &Folder, mount: &str) -> Service {
    with_pictures(folder, &["photo.jpg"], |config| mount.clone_into(&mut config.mount))
}

#[test]
fn without_a_mount_only_paths_with_a_meaning_are_for_the_service() {
    let folder = Folder::new();
    let service = service(&folder, "");
    let hash = service.account().hash.clone();
    assert_eq!(service.wants("GET", "/cdn-cgi/image/width=1/a.jpg?b"), Some(0));
    assert_eq!(service.wants("HEAD", "/cdn-cgi/imagedelivery/a/b/c"), Some(0));
    assert_eq!(service.wants("GET", &format!("/{hash}/image/public")), Some(0));
    assert!(service.wants("POST", &format!("/upload/{hash}/image?ticket=a")) > Some(1 << 20));
    for path in [
        "/",
        "",
        "/about",
        "/photo.jpg",
        "/cdn-cgi/trace",
        "/clients",
        "/images/v10",
        "/a/b/c",
        "/upload/a/b",
        "image",
    ] {
        assert_eq!(service.wants("GET", path), None, "{path}");
    }
}

#[test]
fn only_where_a_picture_can_be_uploaded_a_body_may_be_large() {
    let folder = Folder::new();
    let service = service(&folder, "");
    let images = |account: &str| format!("/client/v4/accounts/{account}/images/v1");
    let own = images(&service.account().id);
    assert!(service.wants("POST", &own) > Some(1 << 20));
    assert!(service.wants("POST", "/images/v1") > Some(1 << 20));
    assert!(service.wants("PATCH", &format!("{own}/a")) < Some(1 << 20));
    assert!(service.wants("POST", &images("a")) < Some(1 << 20));
    assert!(service.wants("POST", "/cdn-cgi/image/width=1/a.jpg") < Some(1 << 20));
}

#[test]
fn below_a_mount_everything_is_for_the_service() {
    let folder = Folder::new();
    let service = service(&folder, "/img");
    assert_eq!(service.wants("GET", "/img/photo.jpg"), Some(0));
    assert_eq!(service.wants("GET", "/cdn-cgi/image/width=1/photo.jpg"), None);
    assert_eq!(service.wants("GET", "/image/photo.jpg"), None);
    assert!(service.wants("POST", "/img/transform") > Some(1 << 20));
}

#[test]
fn a_body_of_one_byte_too_many_is_refused() {
    let folder = Folder::new();
    let service = service(&folder, "");
    let limit = service.wants("PATCH", IMAGE).unwrap() as usize;
    let status = |length: usize| {
        let body = vec![b' '; length];
        let request = Request { body: &body, ..Request::new("PATCH", IMAGE) };
        service.handle(&request, &Job::default()).status
    };
    assert_eq!(status(limit + 1), 400);
    // Short enough to be looked at: then it lacks a token.
    assert_eq!(status(limit), 401);
}
