//! Many at once, and clients that go away.

use std::io::Read;
use std::net::TcpStream;

use crate::client::Server;

/// Work for a good while: every pixel of a large picture is blurred far.
const HEAVY: &[u8] =
    b"/cdn-cgi/image/width=6000,height=6000,fit=squeeze,blur=250,format=png-force/photo.jpg";

#[test]
fn many_at_once_get_the_same_bytes() {
    let server = Server::start();
    let path = "/cdn-cgi/image/width=120,height=80,fit=cover,format=webp/photo.jpg";
    let first = server.get(path);
    assert_eq!(first.status, 200);
    std::thread::scope(|scope| {
        let asked: Vec<_> = (0..40).map(|_| scope.spawn(|| server.get(path))).collect();
        for reply in asked {
            let reply = reply.join().unwrap();
            assert_eq!(reply.status, 200, "{}", reply.text());
            assert_eq!(reply.body, first.body);
        }
    });
}

#[test]
fn a_result_that_was_just_made_is_not_made_again() {
    let server = Server::start();
    let path = "/cdn-cgi/image/width=90/photo.jpg";
    let first = server.get(path);
    let again = server.get(path);
    assert!(first.header("cf-resized").starts_with("internal=ok/m "));
    assert!(again.header("cf-resized").starts_with("internal=ram "));
    assert_eq!((again.body == first.body, again.header("etag")), (true, first.header("etag")));
    let none = Server::with(|config| {
        (config.service.results.memory, config.service.results.disk) = (0, 0)
    });
    none.get(path);
    assert!(none.get(path).header("cf-resized").starts_with("internal=ok/m "));
}

#[test]
fn a_client_that_does_not_say_what_it_wants_is_let_go() {
    let server = Server::with(|config| config.head_time = std::time::Duration::from_millis(50));
    let mut silent = server.begin(b"GET / HTTP/1.1\r\nHost: local.test\r\nX-Slow");
    let mut data = Vec::new();
    // The connection ends, whatever stands on it.
    let _ = silent.read_to_end(&mut data);
    assert!(!data.starts_with(b"HTTP/1.1 200"));
    assert_eq!(server.get("/photo.jpg").status, 200);
}

/// Asks for the jobs' numbers until `wanted` is pleased with them.
fn wait_for(server: &Server, wanted: impl Fn(u64, u64, u64) -> bool) -> [u64; 3] {
    for _ in 0..3000 {
        let jobs = &server.get("/api/version").json()["jobs"];
        let [running, waiting, cancelled] =
            ["running", "waiting", "cancelled"].map(|name| jobs[name].as_u64().unwrap());
        if wanted(running, waiting, cancelled) {
            return [running, waiting, cancelled];
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("the server never got there");
}

fn one_worker() -> Server {
    Server::with(|config| {
        config.service.workers = 1;
        config.service.queue = 1;
        config.service.limits.memory = 2 << 30;
    })
}

#[test]
fn a_client_that_hangs_up_cancels_its_job_and_frees_the_place() {
    let server = one_worker();
    let heavy = server.send("GET", HEAVY, "");
    wait_for(&server, |running, _, _| running == 1);
    drop(heavy);
    let [_, _, cancelled] = wait_for(&server, |running, _, _| running == 0);
    assert_eq!(cancelled, 1, "the job ran to its end for nobody");
    assert_eq!(server.get("/cdn-cgi/image/width=10/photo.jpg").status, 200);
}

#[test]
fn one_more_than_the_queue_holds_is_refused_as_busy() {
    let server = one_worker();
    let held: Vec<TcpStream> = (0..2)
        .map(|index| {
            // Equal requests would be one job.
            let own = String::from_utf8_lossy(HEAVY).replace("250", &(250 - index).to_string());
            let stream = server.send("GET", own.as_bytes(), "");
            wait_for(&server, |running, waiting, _| running + waiting > index);
            stream
        })
        .collect();
    let reply = server.get("/cdn-cgi/image/width=10/photo.jpg");
    assert_eq!((reply.status, reply.header("cf-resized")), (503, "err=9522"));
    assert_eq!(reply.header("retry-after"), "1");
    drop(held);
    wait_for(&server, |running, waiting, _| running + waiting == 0);
    assert_eq!(server.get("/cdn-cgi/image/width=10/photo.jpg").status, 200);
}

#[test]
fn a_deadline_ends_a_job() {
    let server = Server::with(|config| {
        config.service.limits.time_ms = 1;
        config.service.limits.memory = 2 << 30;
    });
    let mut data = Vec::new();
    server.send("GET", HEAVY, "").read_to_end(&mut data).unwrap();
    let text = String::from_utf8_lossy(&data);
    assert!(text.starts_with("HTTP/1.1 504"), "{}", &text[..40]);
    assert!(text.contains("err=9529"), "{text}");
}
