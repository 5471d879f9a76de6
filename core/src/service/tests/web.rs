//! Sources of the web, and messages to it, on a network of scripts.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;

use super::*;
use crate::fetch::{Connector, Fetcher, Resolver, Rules, Stream};
use crate::hooks::Hooks;
use crate::hosted::{Selector, TicketOrder, Webhook};

/// One server for all names. What it says is found by path; what it was asked is noted.
#[derive(Default)]
struct Net {
    replies: Mutex<HashMap<String, Vec<u8>>>,
    asked: Mutex<Vec<String>>,
    /// How long an answer takes.
    pause: Mutex<Duration>,
}

impl Net {
    fn reply(&self, path: &str, head: &str, body: &[u8]) {
        let head = head.trim_end();
        let head = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n", body.len());
        let reply = [head.into_bytes(), body.to_vec()].concat();
        self.replies.lock().unwrap().insert(path.to_owned(), reply);
    }

    fn picture(&self, path: &str, head: &str) {
        self.reply(path, &format!("200 OK\r\n{head}"), &picture("rgb.png"));
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    fn request(&self, at: usize) -> String {
        self.asked.lock().unwrap()[at].clone()
    }
}

impl Resolver for Net {
    fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let address = if name == "inside.test" { "10.0.0.1" } else { "93.184.215.14" };
        Ok(vec![address.parse().unwrap()])
    }
}

struct Shared(Arc<Net>);

impl Connector for Shared {
    fn connect(&self, _: SocketAddr, _: Duration) -> io::Result<Box<dyn Stream>> {
        Ok(Box::new(Line { net: self.0.clone(), sent: Vec::new(), reply: None, at: 0 }))
    }
}

struct Line {
    net: Arc<Net>,
    sent: Vec<u8>,
    reply: Option<Vec<u8>>,
    at: usize,
}

impl Read for Line {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.reply.is_none() {
            let request = String::from_utf8_lossy(&self.sent).into_owned();
            let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
            self.net.asked.lock().unwrap().push(request);
            std::thread::sleep(*self.net.pause.lock().unwrap());
            let none = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec();
            self.reply = Some(self.net.replies.lock().unwrap().get(&path).cloned().unwrap_or(none));
        }
        let rest = &self.reply.as_ref().unwrap()[self.at..];
        let count = rest.len().min(bytes.len());
        bytes[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        Ok(count)
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sent.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream for Line {
    fn set_timeout(&mut self, _: Duration) -> io::Result<()> {
        Ok(())
    }
}

fn service(folder: &Folder, net: &Arc<Net>, change: impl FnOnce(&mut Config)) -> Service {
    let mut config = Config::in_folder(folder.path("state"));
    config.sources.http = true;
    config.sources.allowed_origins = vec!["a.test".to_owned(), "*.wide.test".to_owned()];
    change(&mut config);
    let rules = Rules { http: config.sources.http, ..Rules::default() };
    let fetcher = Fetcher::on(rules, net.clone(), Arc::new(Shared(net.clone())));
    Service::open_on(&config, Hooks::NONE, fetcher).unwrap()
}

fn url(options: &str, source: &str) -> String {
    format!("/cdn-cgi/image/{options}/{source}")
}

#[test]
fn a_source_is_fetched_once_for_all_its_sizes() {
    let (folder, net) = (Folder::new(), Arc::new(Net::default()));
    let service = service(&folder, &net, |_| {});
    net.picture("/x.png", "ETag: \"v1\"\r\nCache-Control: max-age=60\r\nCache-Tag: shop,cats\r\n");
    for width in 10..15 {
        let response = ask(&service, &url(&format!("width={width}"), "http://a.test/x.png"), &[]);
        assert_eq!(response.status, 200, "{}", shown(&response));
        assert_eq!(response.header("cache-control"), Some("max-age=3600"));
        assert!(response.header("etag").unwrap().ends_with(":v1\""));
        assert!(response.header("cache-tag").unwrap().starts_with("shop,cats,account:"));
    }
    assert_eq!(net.asked(), 1);
    let request = net.request(0).to_ascii_lowercase();
    assert!(request.contains("image-resizing") && !request.contains("cookie"), "{request}");
}

#[test]
fn a_thousand_who_ask_at_once_cost_one_fetch_and_one_transform() {
    let (folder, net) = (Folder::new(), Arc::new(Net::default()));
    let service = service(&folder, &net, |_| {});
    net.picture("/x.png", "");
    *net.pause.lock().unwrap() = Duration::from_millis(300);
    let gate = std::sync::Barrier::new(1000);
    std::thread::scope(|scope| {
        for _ in 0..1000 {
            scope.spawn(|| {
                gate.wait();
                assert_eq!(ask(&service, &url("width=9", "http://a.test/x.png"), &[]).status, 200);
            });
        }
    });
    let made = service.0.transforms.load(std::sync::atomic::Ordering::SeqCst);
    assert_eq!((net.asked(), made), (1, 1));
}

#[test]
fn a_source_whose_time_is_up_is_asked_about_by_its_tag() {
    let (folder, net) = (Folder::new(), Arc::new(Net::default()));
    let service = service(&folder, &net, |_| {});
    let strict = "ETag: \"v1\"\r\nCache-Control: max-age=0, must-revalidate\r\n";
    net.picture("/x.png", strict);
    let target = url("width=9", "http://a.test/x.png");
    let first = ask(&service, &target, &[]);
    assert_eq!(first.header("cache-control"), Some("max-age=0, must-revalidate"));
    net.reply("/x.png", "304 Not Modified", b"");
    let second = ask(&service, &target, &[]);
    assert_eq!(second.body, first.body, "{}", shown(&second));
    assert_eq!(net.asked(), 2);
    assert!(net.request(1).to_ascii_lowercase().contains("if-none-match: \"v1\""));
    assert!(second.header("cf-resized").unwrap().contains("internal=ram"));
    net.reply("/x.png", "200 OK\r\nETag: \"v2\"", &picture("alpha.png"));
    let third = ask(&service, &target, &[]);
    assert_ne!(third.body, first.body);
    assert!(third.header("etag").unwrap().ends_with(":v2\""));
}

#[test]
fn what_is_for_one_client_is_fetched_and_made_each_time() {
    let (folder, net) = (Folder::new(), Arc::new(Net::default()));
    let service = service(&folder, &net, |_| {});
    for (at, head) in ["Cache-Control: private\r\n", "Set-Cookie: a=b\r\n", "Vary: Cookie\r\n"]
        .into_iter()
        .enumerate()
    {
        net.picture(&format!("/{at}.png"), head);
        let target = url("width=9", &format!("http://a.test/{at}.png"));
        let before = net.asked();
        for _ in 0..2 {
            assert_eq!(ask(&service, &target, &[]).status, 200, "{head}");
        }
        assert_eq!(net.asked(), before + 2, "{head}");
    }
}

#[test]
fn only_allowed_places_are_fetched_from() {
    let (folder, net) = (Folder::new(), Arc::new(Net::default()));
    let service = service(&folder, &net, |config| {
        config.sources.allowed_origins.push("inside.test".to_owned());
    });
    net.picture("/x.png", "");
    for (source, status, code) in [
        ("http://b.test/x.png", 403, 9401),
        ("http://x.a.test/x.png", 403, 9401),
        ("http://a.test.evil.test/x.png", 403, 9401),
        ("http://a.test@evil.test/x.png", 403, 9419),
        ("http://inside.test/x.png", 403, 9419),
        ("http://127.0.0.1/x.png", 403, 9401),
        ("http://a.test/missing.png", 404, 9404),
    ] {
        let response = ask(&service, &url("width=5", source), &[]);
        assert_eq!(response.status, status, "{source}: {}", shown(&response));
        assert!(shown(&response).contains(&format!("ERROR {code}")), "{}", shown(&response));
    }
    assert_eq!(net.asked(), 1);
    assert_eq!(ask(&service, &url("width=5", "http://deep.wide.test/x.png"), &[]).status, 200);
    let account = service.account().id.clone();
    let hosted = &service.0.hosted;
    let allow = |hosts: &[&str]| {
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        hosted.edit_settings(&account, &mut |settings| {
            settings.allowed_origins.clone_from(&hosts);
            Ok(())
        })
    };
    allow(&["b.test"]).unwrap();
    assert_eq!(ask(&service, &url("width=5", "http://b.test/x.png"), &[]).status, 200);
    // What was kept meanwhile is no longer shown when its host is not allowed any more.
    allow(&[]).unwrap();
    assert_eq!(ask(&service, &url("width=5", "http://b.test/x.png"), &[]).status, 403);
    // Open takes every host.
    let open = |settings: &mut crate::hosted::Settings| {
        settings.transformations = crate::hosted::Transformations::Open;
        Ok(())
    };
    hosted.edit_settings(&account, &mut |settings| open(settings)).unwrap();
    assert_eq!(ask(&service, &url("width=5", "http://b.test/x.png"), &[]).status, 200);
}

#[test]
fn without_the_switch_nothing_comes_in_the_clear() {
    let (folder, net) = (Folder::new(), Arc::new(Net::default()));
    let service = service(&folder, &net, |config| config.sources.http = false);
    let response = ask(&service, &url("width=5", "http://a.test/x.png"), &[]);
    assert!(shown(&response).starts_with("403 ERROR 9406"), "{}", shown(&response));
    assert_eq!(net.asked(), 0);
}

#[test]
fn credentials_go_to_the_source_when_the_options_say_so() {
    let (folder, net) = (Folder::new(), Arc::new(Net::default()));
    let service = service(&folder, &net, |_| {});
    net.picture("/x.png", "");
    let headers = [("Cookie", "a=b"), ("Authorization", "Bearer c")];
    assert_eq!(ask(&service, &url("width=5", "http://a.test/x.png"), &headers).status, 200);
    assert!(!net.request(0).contains("Bearer"));
}

#[test]
fn a_purge_of_the_source_forgets_it_and_all_its_sizes() {
    let (folder, net) = (Folder::new(), Arc::new(Net::default()));
    let service = service(&folder, &net, |_| {});
    net.picture("/x.png", "Cache-Tag: shop\r\n");
    let target = url("width=9", "http://a.test/x.png");
    let account = service.account().id.clone();
    let selectors = [
        Selector::Address("a.test/x.png".to_owned()),
        Selector::Prefix("a.test/".to_owned()),
        Selector::Tag("shop".to_owned()),
    ];
    for (at, selector) in selectors.into_iter().enumerate() {
        for _ in 0..2 {
            assert_eq!(ask(&service, &target, &[]).status, 200);
            assert_eq!(net.asked(), at + 1);
        }
        service.0.hosted.purge(&account, &[selector]).unwrap();
    }
}

#[test]
fn a_purge_of_everything_forgets_sources_too() {
    let (folder, net) = (Folder::new(), Arc::new(Net::default()));
    let service = service(&folder, &net, |_| {});
    net.picture("/x.png", "");
    for asked in 1..3 {
        for _ in 0..2 {
            assert_eq!(ask(&service, &url("width=9", "http://a.test/x.png"), &[]).status, 200);
            assert_eq!(net.asked(), asked);
        }
        let everything = serde_json::json!({"purge_everything": true});
        service.call("purge", &everything, b"", &crate::Job::default()).unwrap();
    }
}

#[test]
fn a_source_that_failed_is_asked_for_again() {
    let (folder, net) = (Folder::new(), Arc::new(Net::default()));
    let service = service(&folder, &net, |_| {});
    let target = url("width=9", "http://a.test/x.png");
    net.reply("/x.png", "503 Busy", b"");
    let failed = ask(&service, &target, &[]);
    assert_eq!((failed.status, failed.header("cache-control")), (502, Some("no-store")));
    net.picture("/x.png", "");
    assert_eq!(ask(&service, &target, &[]).status, 200);
}

#[test]
fn an_image_is_uploaded_by_its_url() {
    let (folder, net) = (Folder::new(), Arc::new(Net::default()));
    let service = service(&folder, &net, |_| {});
    net.picture("/x.png", "");
    let arguments = json!({ "url": "http://anywhere.test/x.png", "id": "copied" });
    service.call("images.upload", &arguments, &[], &Job::default()).unwrap();
    let target = format!("/{}/copied/public", service.account().hash);
    assert_eq!(ask(&service, &target, &[]).status, 200);
    let inside = json!({ "url": "http://inside.test/x.png" });
    assert!(service.call("images.upload", &inside, &[], &Job::default()).is_err());
    assert_eq!(net.asked(), 1);
}

/// Waits for what happens in the background.
fn until(what: impl Fn() -> bool) {
    let start = Instant::now();
    while !what() {
        assert!(start.elapsed() < Duration::from_secs(20), "it never came");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_webhook_is_told_of_a_direct_upload_and_asked_again_when_it_fails() {
    let (folder, net) = (Folder::new(), Arc::new(Net::default()));
    let service = service(&folder, &net, |_| {});
    let (account, hosted) = (service.account().id.clone(), &service.0.hosted);
    hosted
        .edit_settings(&account, &mut |settings| {
            let (url, secret) = ("http://hook.test/told".to_owned(), "hush".to_owned());
            settings.webhook = Some(Webhook { url, secret });
            Ok(())
        })
        .unwrap();
    net.reply("/told", "500 No", b"");
    let ticket = hosted.create_ticket(&account, &TicketOrder::default()).unwrap();
    let bytes = picture("rgb.png");
    hosted.fill_ticket(&account, &ticket.id, &ticket.secret, &bytes, None).unwrap();
    until(|| net.asked() == 1);
    net.reply("/told", "204 Fine", b"");
    until(|| net.asked() == 2);
    let told = net.request(1);
    assert!(told.starts_with("POST /told "), "{told}");
    assert!(told.to_ascii_lowercase().contains("cf-webhook-auth: hush"), "{told}");
    assert!(told.contains(&ticket.id), "{told}");
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(net.asked(), 2);
}

#[test]
fn a_letter_that_a_killed_service_did_not_send_arrives_after_the_next_opening() {
    let (folder, net) = (Folder::new(), Arc::new(Net::default()));
    let first = service(&folder, &net, |_| {});
    let (account, hosted) = (first.account().id.clone(), &first.0.hosted);
    let mut set = |settings: &mut crate::hosted::Settings| {
        let (url, secret) = ("http://hook.test/told".to_owned(), "hush".to_owned());
        settings.webhook = Some(Webhook { url, secret });
        Ok(())
    };
    hosted.edit_settings(&account, &mut set).unwrap();
    let ticket = hosted.create_ticket(&account, &TicketOrder::default()).unwrap();
    // Nothing is sent any more, as between a commit and the end of a process.
    first.close();
    let bytes = picture("rgb.png");
    hosted.fill_ticket(&account, &ticket.id, &ticket.secret, &bytes, None).unwrap();
    drop(first);
    assert_eq!(net.asked(), 0);
    net.reply("/told", "204 Fine", b"");
    let second = service(&folder, &net, |_| {});
    until(|| second.0.hosted.letters().unwrap().is_empty());
    assert_eq!(net.asked(), 1);
    assert!(net.request(0).contains("image.uploaded") && net.request(0).contains(&ticket.id));
}
