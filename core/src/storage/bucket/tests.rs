//! Buckets against a server within the test that keeps objects in memory and fails when it is
//! told to, and against real ones: `SAFELIGHT_TEST_S3`, `SAFELIGHT_TEST_GCS` and
//! `SAFELIGHT_TEST_AZURE` hold the URL of an empty bucket or prefix. Without them these are not
//! tested, and say so.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use super::*;
use crate::storage::results::{BucketResults, Kept, Label, Selector};
use crate::storage::{contract, fresh_key, Originals, Results};
use crate::CancelToken;

/// What the server answers before it does what it is asked: one of these for each request, then
/// nothing special.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    Status(u16),
    /// Closes the connection without an answer.
    Cut,
    /// Does what it was asked, and closes the connection without an answer.
    DoneCut,
    /// Sends half of a body.
    Short,
    /// Says nothing.
    Silent,
}

#[derive(Default)]
struct State {
    objects: BTreeMap<String, Vec<u8>>,
    faults: Vec<Fault>,
    requests: usize,
}

/// Enough of S3 for our verbs, which is enough of Google's XML interface too. Signatures are not
/// checked here: a real server does that.
struct Server {
    state: Arc<Mutex<State>>,
    url: String,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let shared = shared.clone();
                std::thread::spawn(move || serve(&stream.unwrap(), &shared));
            }
        });
        let url = format!(
            "s3://pics/{{}}?endpoint=http://127.0.0.1:{port}&region=r&access_key_id=a\
             &secret_access_key=s"
        );
        Server { state, url }
    }

    fn at(&self, prefix: &str) -> String {
        self.url.replace("{}", prefix)
    }

    fn fail(&self, faults: &[Fault]) {
        self.state.lock().unwrap().faults = faults.iter().rev().copied().collect();
    }

    fn requests(&self) -> usize {
        std::mem::take(&mut self.state.lock().unwrap().requests)
    }
}

/// Serves one connection.
fn serve(stream: &TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream);
    while let Some((method, target, body)) = read(&mut reader) {
        let fault = {
            let mut state = state.lock().unwrap();
            state.requests += 1;
            state.faults.pop().unwrap_or(Fault::None)
        };
        let answer = match fault {
            Fault::Cut => return,
            Fault::Silent => return std::thread::sleep(Duration::from_secs(30)),
            Fault::Status(status) => (status, Vec::new()),
            _ => act(&mut state.lock().unwrap(), &method, &target, body),
        };
        let (status, body) = answer;
        let head = format!(
            "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nETag: \"e\"\r\n\
             Last-Modified: Sat, 01 Jan 2022 00:00:00 GMT\r\n\r\n",
            body.len()
        );
        let sent = match fault {
            Fault::DoneCut => return,
            Fault::Short => &body[..body.len() / 2],
            _ => &body[..],
        };
        let mut stream = stream;
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(sent));
        if fault == Fault::Short {
            return;
        }
    }
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<(String, String, Vec<u8>)> {
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|length| *length > 0)?;
    let mut words = first.split(' ').map(str::to_owned);
    let (method, target) = (words.next()?, words.next()?);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((method, target, body))
}

fn act(state: &mut State, method: &str, target: &str, body: Vec<u8>) -> (u16, Vec<u8>) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    // Google's client encodes the slashes of a path.
    let path = path.replace("%2F", "/");
    let key = path.trim_start_matches("/pics").trim_start_matches('/').to_owned();
    match method {
        "PUT" => {
            state.objects.insert(key, body);
            (200, Vec::new())
        }
        "GET" if key.is_empty() => (200, listing(state, query)),
        "GET" => match state.objects.get(&key) {
            Some(bytes) => (200, bytes.clone()),
            None => (404, Vec::new()),
        },
        "DELETE" => {
            state.objects.remove(&key);
            (204, Vec::new())
        }
        _ => (405, Vec::new()),
    }
}

/// Ten keys a page.
fn listing(state: &State, query: &str) -> Vec<u8> {
    let value = |name: &str| {
        let found = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        found.unwrap_or_default().replace("%2F", "/")
    };
    let (prefix, after) = (value("prefix"), value("continuation-token").max(value("start-after")));
    let meant = |key: &&String| key.starts_with(&prefix) && **key > after;
    let keys: Vec<_> = state.objects.keys().filter(meant).take(11).collect();
    let mut xml = String::from("<ListBucketResult>");
    for key in keys.iter().take(10) {
        let size = state.objects[*key].len();
        xml.push_str(&format!(
            "<Contents><Key>{key}</Key><LastModified>2022-01-01T00:00:00.000Z</LastModified>\
             <ETag>e</ETag><Size>{size}</Size></Contents>"
        ));
    }
    let more = keys.len() > 10;
    xml.push_str(&format!("<IsTruncated>{more}</IsTruncated>"));
    if more {
        xml.push_str(&format!("<NextContinuationToken>{}</NextContinuationToken>", keys[9]));
    }
    xml.push_str("</ListBucketResult>");
    xml.into_bytes()
}

fn real(name: &str) -> Option<String> {
    let url = std::env::var(name).ok();
    if url.is_none() {
        println!("not run: {name} names no bucket");
    }
    url
}

/// A prefix of its own within the bucket of `url`.
fn below(url: &str) -> String {
    let (place, query) = url.split_once('?').unwrap_or((url, ""));
    let prefix = fresh_key().unwrap();
    format!("{}/{prefix}?{query}", place.trim_end_matches('/'))
}

fn keeps_both_contracts(url: &str) {
    contract::originals(&BucketOriginals::open(&below(url)).unwrap());
    let many = BucketOriginals::open(&below(url)).unwrap();
    let mut keys: Vec<_> = (0..25).map(|_| fresh_key().unwrap()).collect();
    keys.iter().for_each(|key| many.put(key, key.as_bytes()).unwrap());
    keys.sort_unstable();
    let mut found = many.keys().unwrap();
    found.sort_unstable();
    assert_eq!(found, keys);
    keys.iter().for_each(|key| many.delete(key).unwrap());

    contract::results(&BucketResults::open(&below(url), 40_000, 1 << 20).unwrap());
    nodes_share_results(&below(url));
}

fn kept(tag: &str, born: u64) -> Arc<Kept> {
    let label = Label { tags: vec![tag.into()], address: "a".into(), born };
    Arc::new(Kept { head: "{}".into(), body: Arc::new(vec![7; 5000]), label })
}

fn nodes_share_results(url: &str) {
    // Nothing fits in memory, so everything comes from the bucket.
    let open = || BucketResults::open(url, 0, 1 << 20).unwrap();
    let (a, b) = (open(), open());
    a.put("k", kept("t", 5));
    assert_eq!(a.get("k"), Some(kept("t", 5)));
    a.settle("k");
    assert_eq!(b.get("k"), Some(kept("t", 5)));
    b.purge(&Selector::Tag("t".into()), 6);
    assert_eq!(b.get("k"), None);
    // Made before the purge and written after it, by a node that has not heard of it.
    a.put("k", kept("t", 5));
    a.settle("k");
    assert_eq!(b.get("k"), None);
    b.put("k", kept("t", 6));
    b.settle("k");
    assert_eq!(b.get("k"), Some(kept("t", 6)));
    a.purge(&Selector::Tag("t".into()), 6);
    assert_eq!(a.get("k"), Some(kept("t", 6)));
    // A node that starts later learns of the purges before it answers.
    let c = open();
    c.forget_before(7);
    assert_eq!(c.get("k"), None);
}

#[test]
fn a_bucket_keeps_the_contracts_of_originals_and_results() {
    let server = Server::start();
    keeps_both_contracts(&server.at("x"));
    keeps_both_contracts(&server.at(""));
    let endpoint = server.url.split("endpoint=").nth(1).unwrap().split('&').next().unwrap();
    // Writing asks for a token even where signatures are to be skipped, so there is one.
    keeps_both_contracts(&format!("gs://pics/g?endpoint={endpoint}&bearer_token=t"));
}

#[test]
fn s3_keeps_the_contracts_of_originals_and_results() {
    let Some(url) = real("SAFELIGHT_TEST_S3") else { return };
    keeps_both_contracts(&url);
    // Who has another secret is refused, at once and for good.
    let wrong = format!("{}&secret_access_key=wrong", below(&url));
    let start = Instant::now();
    let key = fresh_key().unwrap();
    let stranger = BucketOriginals::open(&wrong).unwrap();
    assert_eq!(stranger.put(&key, b"x").unwrap_err().kind(), Kind::Storage);
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn azure_keeps_the_contracts_of_originals_and_results() {
    if let Some(url) = real("SAFELIGHT_TEST_AZURE") {
        keeps_both_contracts(&url);
    }
}

#[test]
fn gcs_keeps_the_contracts_of_originals_and_results() {
    if let Some(url) = real("SAFELIGHT_TEST_GCS") {
        keeps_both_contracts(&url);
    }
}

#[test]
fn whatever_goes_wrong_once_is_tried_again() {
    let server = Server::start();
    let store = BucketOriginals::open(&server.at("x")).unwrap();
    let key = fresh_key().unwrap();
    let faults = [500, 502, 503, 504, 429, 408]
        .map(Fault::Status)
        .into_iter()
        .chain([Fault::Cut, Fault::DoneCut]);
    for fault in faults {
        server.fail(&[fault]);
        store.put(&key, b"picture").unwrap();
        server.fail(&[fault, Fault::Short]);
        assert_eq!(store.get(&key, 100).unwrap(), b"picture");
        server.fail(&[fault]);
        assert_eq!(store.keys().unwrap(), std::slice::from_ref(&key));
        server.fail(&[fault]);
        store.delete(&key).unwrap();
    }
}

#[test]
fn a_long_listing_goes_on_where_it_broke_off() {
    let server = Server::start();
    let store = BucketOriginals::open(&server.at("x")).unwrap();
    let keys: Vec<_> = (0..400).map(|_| fresh_key().unwrap()).collect();
    for key in &keys {
        server.state.lock().unwrap().objects.insert(format!("x/{key}"), vec![1]);
    }
    // More of the pages fail than a verb has tries.
    let faults = [Fault::None, Fault::Status(503), Fault::None, Fault::Cut];
    server.fail(&faults.repeat(20));
    let found = store.keys().unwrap();
    let known: std::collections::BTreeSet<_> = found.iter().collect();
    assert_eq!((found.len(), known), (400, keys.iter().collect()));
}

#[test]
fn a_store_that_fails_every_third_time_loses_nothing_and_is_asked_little() {
    let server = Server::start();
    let store = BucketOriginals::open(&server.at("x")).unwrap();
    let kinds = [Fault::Status(503), Fault::Cut, Fault::Short, Fault::DoneCut];
    let faults: Vec<_> =
        (0..2000_usize)
            .map(|at| {
                if at.wrapping_mul(2_654_435_761) >> 3 & 7 < 3 {
                    kinds[at % 4]
                } else {
                    Fault::None
                }
            })
            .collect();
    server.fail(&faults);
    server.requests();
    for _ in 0..100 {
        let key = fresh_key().unwrap();
        store.put(&key, key.as_bytes()).unwrap();
        assert_eq!(store.get(&key, 100).unwrap(), key.as_bytes());
    }
    let requests = server.requests();
    assert!((200..600).contains(&requests), "{requests} for 200 verbs");
}

#[test]
fn tries_end_with_the_job() {
    let server = Server::start();
    let store = BucketOriginals::open(&server.at("x")).unwrap();
    let key = fresh_key().unwrap();
    for fault in [Fault::Silent, Fault::Status(503), Fault::Cut] {
        server.fail(&[fault; 100]);
        let job = Job::default().within(Duration::from_millis(300));
        let start = Instant::now();
        let error = store.get_within(&key, 100, &job).unwrap_err();
        assert_eq!(error.kind(), Kind::Timeout);
        assert!(start.elapsed() < Duration::from_millis(900), "{:?}", start.elapsed());
    }
    server.fail(&[Fault::Status(503); 100]);
    let cancel = CancelToken::new();
    let job = Job::new(&crate::Limits::default(), cancel.clone());
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        cancel.cancel();
    });
    let error = store.put_within(&key, b"x", &job).unwrap_err();
    assert_eq!(error.kind(), Kind::Cancelled);
}

#[test]
fn a_refusal_is_not_tried_again() {
    let server = Server::start();
    let store = BucketOriginals::open(&server.at("x")).unwrap();
    for status in [400, 401, 403, 405] {
        server.fail(&[Fault::Status(status); 9]);
        server.requests();
        let error = store.put(&fresh_key().unwrap(), b"x").unwrap_err();
        assert_eq!((error.kind(), server.requests()), (Kind::Storage, 1), "{status}");
    }
}

#[test]
fn results_are_made_anew_where_the_bucket_does_not_answer() {
    let server = Server::start();
    let results = BucketResults::open(&server.at("r"), 0, 1 << 20).unwrap();
    server.fail(&[Fault::Status(500); 1000]);
    assert_eq!(results.get("k"), None);
    results.put("k", kept("t", 1));
    assert_eq!(results.get("k"), Some(kept("t", 1)));
}

#[test]
fn results_that_were_changed_in_the_bucket_are_never_given() {
    let server = Server::start();
    let results = BucketResults::open(&server.at("r"), 0, 1 << 20).unwrap();
    results.put("k", kept("t", 1));
    results.settle("k");
    assert!(results.get("k").is_some());
    let change = |at: usize| {
        let mut state = server.state.lock().unwrap();
        let object = state.objects.values_mut().next().unwrap();
        let length = object.len();
        object[at % length] ^= 4;
    };
    change(3000);
    assert_eq!(results.get("k"), None);
    // It is removed, as nobody will want it.
    let start = Instant::now();
    while !server.state.lock().unwrap().objects.is_empty() {
        assert!(start.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn what_is_old_or_too_much_goes_when_the_bucket_is_tidied() {
    let server = Server::start();
    let results = BucketResults::open(&server.at("r"), 0, 1 << 20).unwrap();
    (0..12).for_each(|number| results.put(&format!("k{number}"), kept("t", 1)));
    (0..12).for_each(|number| results.settle(&format!("k{number}")));
    server.state.lock().unwrap().objects.insert("other/object".into(), vec![1]);
    // The server says of everything that it is from long ago.
    assert_eq!(results.tidy().unwrap(), 12);
    let left: Vec<_> = server.state.lock().unwrap().objects.keys().cloned().collect();
    assert_eq!(left, ["other/object"]);
}
