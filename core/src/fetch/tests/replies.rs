//! What servers say, and do not say.

use std::io::Write as _;
use std::net::TcpListener;
use std::time::Instant;

use super::*;
use crate::{CancelToken, Limits};

fn answered(reply: &[u8]) -> std::result::Result<Fetched, Situation> {
    let net = Net::new();
    net.name("a.test", &[&[PUBLIC]]);
    net.reply(reply);
    fetch(&net, "http://a.test/a.png")
}

fn with_body(head: &str, body: &[u8]) -> Vec<u8> {
    let mut reply = format!("HTTP/1.1 200 OK\r\n{head}Content-Length: {}\r\n\r\n", body.len());
    reply.push_str("");
    [reply.as_bytes(), body].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn the_facts_of_a_response_are_kept() {
    let fetched = answered(
        b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nETag: \"v1\"\r\nLast-Modified: then\r\n\
          Cache-Control: max-age=5\r\nCache-Control: public\r\nContent-Length: 3\r\n\r\nabc",
    );
    let expected = Fetched {
        status: 200,
        url: "http://a.test/a.png".into(),
        content_type: Some("image/png".into()),
        etag: Some("\"v1\"".into()),
        last_modified: Some("then".into()),
        cache_control: Some("max-age=5, public".into()),
        body: b"abc".to_vec(),
        ..Fetched::default()
    };
    assert_eq!(fetched.unwrap(), expected);
}

#[test]
fn statuses_are_the_situations_of_the_table() {
    for (status, expected) in [
        (400, Situation::OriginCalledWrong),
        (401, Situation::OriginRefused),
        (404, Situation::SourceMissing),
        (429, Situation::OriginRefused),
        (500, Situation::OriginFailed),
        (503, Situation::OriginFailed),
        (508, Situation::Loop),
        (204, Situation::DownloadUnusable),
        (206, Situation::DownloadUnusable),
        (304, Situation::DownloadUnusable),
    ] {
        let reply = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
        match answered(reply.as_bytes()) {
            Ok(fetched) => assert_eq!((status, fetched.status), (304, 304)),
            Err(situation) => assert_eq!(situation, expected, "{status}"),
        }
    }
    let own = b"HTTP/1.1 403 X\r\nCf-Resized: err=9403\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(answered(own).unwrap_err(), Situation::Loop);
}

#[test]
fn a_broken_reply_is_told_from_a_refusal() {
    for (reply, expected) in [
        (&b""[..], Situation::ConnectionRefused),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Situation::FetchFailed),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", Situation::DownloadBrokeOff),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
            Situation::DownloadBrokeOff,
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", Situation::SourceTooLarge),
    ] {
        let shown = String::from_utf8_lossy(reply).into_owned();
        assert_eq!(answered(reply).unwrap_err(), expected, "{shown}");
    }
    let endless = [b"HTTP/1.1 200 OK\r\nX: ".to_vec(), vec![b'a'; 1 << 20]].concat();
    assert_eq!(answered(&endless).unwrap_err(), Situation::FetchFailed);
    let refused = Net::new();
    refused.name("a.test", &[&[PUBLIC]]);
    assert_eq!(fetch(&refused, "http://a.test/").unwrap_err(), Situation::ConnectionRefused);
    assert_eq!(fetch(&refused, "http://none.test/").unwrap_err(), Situation::HostNotFound);
}

#[test]
fn bodies_are_decoded_and_their_size_is_counted_after_that() {
    let gzipped = with_body("Content-Encoding: gzip\r\n", &gzip(b"picture"));
    assert_eq!(answered(&gzipped).unwrap().body, b"picture");
    let bomb = with_body("Content-Encoding: gzip\r\n", &gzip(&vec![0; 64 << 20]));
    assert!((bomb.len() as u64) < MOST, "{}", bomb.len());
    assert_eq!(answered(&bomb).unwrap_err(), Situation::SourceTooLarge);
    let exact = with_body("", &vec![1; MOST as usize]);
    assert_eq!(answered(&exact).unwrap().body.len() as u64, MOST);
    let over = with_body("", &vec![1; MOST as usize + 1]);
    assert_eq!(answered(&over).unwrap_err(), Situation::SourceTooLarge);
    // Without a length as well.
    let open = [b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![1; 2 * MOST as usize]].concat();
    assert_eq!(answered(&open).unwrap_err(), Situation::SourceTooLarge);

    let whole = gzip(&[7; 1000]);
    let cut = with_body("Content-Encoding: gzip\r\n", &whole[..whole.len() / 2]);
    assert_eq!(answered(&cut).unwrap_err(), Situation::DownloadBrokeOff);
    let wrong = with_body("Content-Encoding: gzip\r\n", b"this is no gzip at all");
    assert_eq!(answered(&wrong).unwrap_err(), Situation::DownloadUnusable);
    for coding in ["br", "zstd", "gzip, gzip"] {
        let reply = with_body(&format!("Content-Encoding: {coding}\r\n"), b"x");
        assert_eq!(answered(&reply).unwrap_err(), Situation::DownloadUnusable, "{coding}");
    }
}

#[test]
fn only_https_unless_the_rules_say_otherwise() {
    let net = Net::new();
    net.name("a.test", &[&[PUBLIC]]);
    let order = Order::new("http://a.test/", MOST);
    let failed = ordered(&net, Rules::default(), &order).unwrap_err();
    assert_eq!((failed, net.connects()), (Situation::UrlNotFetchable, 0));
    for url in ["ftp://a.test/", "file:///etc/passwd", "a.test/x", "", "http://a.test/a b"] {
        assert_eq!(fetch(&net, url).unwrap_err(), Situation::UrlNotFetchable, "{url}");
    }
    for port in ["22", "25", "6379", "0", "65536", "080", "+80", ""] {
        let url = format!("http://a.test:{port}/");
        assert_eq!(fetch(&net, &url).unwrap_err(), Situation::UrlNotAllowed, "{url}");
    }
}

#[test]
fn an_error_shows_the_client_no_host() {
    let net = Net::new();
    let order = Order { credentials: true, ..Order::new("https://me:secret@no.test/x", MOST) };
    let failure = fetcher(&net, plain()).fetch(&order, &Job::default()).unwrap_err();
    assert_eq!(failure.error.message(), failure.situation.code().meaning);
    let context = failure.error.context().unwrap();
    assert!(context.contains("https://no.test/x") && !context.contains("secret"), "{context}");
}

/// A server on this machine that says `pieces` with `pause` between them, then is silent.
fn slow(pieces: Vec<Vec<u8>>, pause: Duration) -> (String, Rules) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        for piece in pieces {
            if stream.write_all(&piece).is_err() {
                return;
            }
            std::thread::sleep(pause);
        }
        std::thread::sleep(Duration::from_secs(20));
    });
    let networks = vec!["127.0.0.0/8".parse().unwrap()];
    let (head, whole) = (Duration::from_millis(200), Duration::from_millis(600));
    let rules = Rules { networks, ports: vec![port], head, whole, ..plain() };
    (format!("http://127.0.0.1:{port}/"), rules)
}

fn timed(rules: Rules, url: &str, job: &Job) -> (Situation, u128) {
    let start = Instant::now();
    let failed = Fetcher::new(rules).fetch(&Order::new(url, MOST), job).unwrap_err();
    (failed.situation, start.elapsed().as_millis())
}

#[test]
fn slow_servers_are_left_in_time() {
    let drip = |text: &str| text.bytes().map(|byte| vec![byte]).collect::<Vec<_>>();
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n";
    let job = Job::default();
    let (url, rules) = slow(vec![], Duration::ZERO);
    let (failed, time) = timed(rules, &url, &job);
    assert!(failed == Situation::OriginSilent && (200..550).contains(&time), "{failed:?} {time}");
    let (url, rules) = slow(drip(head), Duration::from_millis(30));
    let (failed, time) = timed(rules, &url, &job);
    assert!(failed == Situation::OriginSilent && (200..550).contains(&time), "{failed:?} {time}");
    let mut pieces = vec![head.as_bytes().to_vec()];
    pieces.extend(drip(&"x".repeat(999)));
    let (url, rules) = slow(pieces, Duration::from_millis(30));
    let (failed, time) = timed(rules, &url, &job);
    assert!(
        failed == Situation::DownloadTooSlow && (600..1500).contains(&time),
        "{failed:?} {time}"
    );
}

#[test]
fn a_job_that_ends_takes_its_fetch_along() {
    let hour = Duration::from_secs(3600);
    let (url, rules) = slow(vec![], Duration::ZERO);
    let rules = Rules { head: hour, whole: hour, ..rules };
    let job = Job::default().within(Duration::from_millis(100));
    let (failed, time) = timed(rules.clone(), &url, &job);
    assert!(failed == Situation::DownloadTooSlow && time < 600, "{failed:?} {time}");
    let cancel = CancelToken::new();
    let job = Job::new(&Limits::default(), cancel.clone());
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        cancel.cancel();
    });
    let (url, rules) = slow(vec![], Duration::ZERO);
    let rules = Rules { head: hour, whole: hour, ..rules };
    let (failed, time) = timed(rules, &url, &job);
    assert!(failed == Situation::Aborted && time < 600, "{failed:?} {time}");
}

#[test]
fn a_real_connection_brings_the_picture() {
    let (url, rules) = slow(vec![IMAGE.to_vec()], Duration::ZERO);
    let fetched = Fetcher::new(rules).fetch(&Order::new(&url, MOST), &Job::default()).unwrap();
    assert_eq!((fetched.status, &fetched.body[..]), (200, &b"img"[..]));
}
