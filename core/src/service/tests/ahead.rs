//! What is made before, or after, somebody asks.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::*;
use crate::hosted::{Ahead, Upload};

const AVIF: (&str, &str) = ("Accept", "image/avif,image/webp,*/*");
const URL: &str = "/cdn-cgi/image/width=200,format=auto/photo.jpg";

/// Waits for what happens in the background.
fn until(what: impl Fn() -> bool) {
    let start = Instant::now();
    while !what() {
        assert!(start.elapsed() < Duration::from_secs(30), "it never came");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn made(service: &Service) -> u64 {
    service.0.transforms.load(Ordering::SeqCst)
}

#[test]
fn where_avif_would_take_too_long_webp_comes_first() {
    let folder = Folder::new();
    let service = with_pictures(&folder, &["photo.jpg"], |config| config.avif_budget_ms = 1);
    let first = ask(&service, URL, &[AVIF]);
    assert_eq!(first.header("content-type"), Some("image/webp"), "{}", shown(&first));
    assert_eq!(first.header("cache-control"), Some("public, max-age=10"));
    until(|| made(&service) == 2);
    until(|| ask(&service, URL, &[AVIF]).header("content-type") == Some("image/avif"));
    let second = ask(&service, URL, &[AVIF]);
    assert_eq!(second.header("cache-control"), Some("public, max-age=3600"));
    assert_ne!(second.header("etag"), first.header("etag"));
    // The interim answer is what a client without AVIF gets: nothing was made twice.
    let webp = ask(&service, URL, &[("Accept", "image/webp")]);
    assert_eq!((webp.body == first.body, webp.header("etag")), (true, first.header("etag")));
    assert_eq!(made(&service), 2);
    service.close();
}

#[test]
fn without_a_budget_avif_comes_at_once() {
    let folder = Folder::new();
    let service = with_pictures(&folder, &["photo.jpg"], |_| {});
    assert_eq!(ask(&service, URL, &[AVIF]).header("content-type"), Some("image/avif"));
    let roomy = Folder::new();
    let service = with_pictures(&roomy, &["photo.jpg"], |config| config.avif_budget_ms = 600_000);
    assert_eq!(ask(&service, URL, &[AVIF]).header("content-type"), Some("image/avif"));
}

#[test]
fn many_who_ask_for_what_takes_too_long_get_one_interim_picture() {
    let folder = Folder::new();
    let service = with_pictures(&folder, &["photo.jpg"], |config| config.avif_budget_ms = 1);
    std::thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| assert_eq!(ask(&service, URL, &[AVIF]).status, 200));
        }
    });
    until(|| ask(&service, URL, &[AVIF]).header("content-type") == Some("image/avif"));
    assert_eq!(made(&service), 2);
}

#[test]
fn what_an_upload_wishes_for_is_there_before_anybody_asks() {
    let folder = Folder::new();
    let service = Service::open(&Config::in_folder(folder.path("state"))).unwrap();
    let (account, hosted) = (service.account().clone(), &service.0.hosted);
    let bytes = picture("photo.jpg");
    let ahead = Ahead { variants: vec!["public".to_owned()], formats: Vec::new() };
    let upload = Upload { bytes: &bytes, ahead: Some(ahead), ..Upload::default() };
    let image = hosted.upload(&account.id, &upload, &Job::default()).unwrap();
    until(|| hosted.wishes().unwrap().is_empty());
    assert_eq!(made(&service), 3);
    let target = format!("/{}/{}/public", account.hash, image.id);
    for accept in [Some(AVIF), Some(("Accept", "image/webp")), None] {
        let response = ask(&service, &target, &accept.into_iter().collect::<Vec<_>>());
        assert_eq!(response.status, 200);
    }
    assert_eq!(made(&service), 3);
}

#[test]
fn a_wish_survives_a_restart_and_one_that_cannot_be_granted_goes() {
    let folder = Folder::new();
    let config = Config::in_folder(folder.path("state"));
    let service = Service::open(&config).unwrap();
    service.close();
    let (account, hosted) = (service.account().clone(), &service.0.hosted);
    let bytes = picture("photo.jpg");
    let wish = |name: &str| {
        let ahead = Ahead { variants: vec![name.to_owned()], formats: vec!["webp".to_owned()] };
        Upload { bytes: &bytes, ahead: Some(ahead), ..Upload::default() }
    };
    for name in ["public", "none"] {
        hosted.upload(&account.id, &wish(name), &Job::default()).unwrap();
    }
    assert_eq!(hosted.wishes().unwrap().len(), 2);
    drop(service);
    let service = Service::open(&config).unwrap();
    until(|| service.0.hosted.wishes().unwrap().is_empty());
    assert_eq!(made(&service), 1);
}

#[test]
fn closing_ends_the_threads_and_dropping_does_so_too() {
    for close in [true, false] {
        let folder = Folder::new();
        let service = with_pictures(&folder, &["photo.jpg"], |config| config.avif_budget_ms = 1);
        let background = service.0.background.clone();
        assert_eq!(ask(&service, URL, &[AVIF]).status, 200);
        match close {
            true => service.close(),
            false => drop(service.clone()),
        }
        drop(service);
        // Threads hold it as well.
        until(|| std::sync::Arc::strong_count(&background) == 1);
    }
}
