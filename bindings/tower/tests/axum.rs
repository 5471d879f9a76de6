//! A service inside an axum server, asked over a socket.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use axum::routing::{get, post};
use axum::Router;
use safelight::{AccountConfig, Config, Limits, Service, SourcesConfig};
use safelight_tower::SafelightLayer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";
/// Minutes of work when nobody stops it.
const SLOW: &str =
    "/cdn-cgi/image/width=10000,height=10000,fit=scale-up,blur=250,format=png/photo.jpg";

/// A server of the host, with a service in front.
struct Server {
    folder: PathBuf,
    address: String,
    service: Service,
}

impl Server {
    async fn start(name: &str) -> Server {
        let folder = std::env::temp_dir().join(format!("safelight-{}-{name}", std::process::id()));
        let pictures = folder.join("pictures");
        fs::create_dir_all(&pictures).unwrap();
        let photo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/images/photo.jpg");
        fs::copy(photo, pictures.join("photo.jpg")).unwrap();
        let limits = Limits {
            memory: 4_000_000_000,
            time_ms: 600_000,
            source_bytes: 1_000_000,
            ..Limits::default()
        };
        let service = Service::open(&Config {
            sources: SourcesConfig { folder: Some(pictures), ..SourcesConfig::default() },
            account: AccountConfig { id: Some(ACCOUNT.into()), hash: Some("album".into()) },
            admin_token: Some("token".into()),
            workers: 1,
            limits,
            ..Config::in_folder(folder.join("state"))
        })
        .unwrap();
        let app = Router::new()
            .route("/about", get(|| async { "about" }))
            .route("/echo", post(|body: String| async { body }))
            .layer(SafelightLayer::new(service.clone()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move { axum::serve(listener, app).await });
        Server { folder, address, service }
    }

    /// Status, head and body of one request.
    async fn ask(&self, line: &str, headers: &str, body: &[u8]) -> (u16, String, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let length = body.len();
        let head = format!(
            "{line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        // A server that refuses a long body need not read it all.
        let _ = stream.write_all(body).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(answer[..end].to_vec()).unwrap().to_lowercase();
        (head[9..12].parse().unwrap(), head, answer[end + 4..].to_vec())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.service.close();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_the_service_are_answered_and_others_handed_on() {
    let server = Server::start("requests").await;
    let target = "/cdn-cgi/image/width=64,format=png/photo.jpg";
    let (status, head, body) = server.ask(&format!("GET {target}"), "", b"").await;
    assert_eq!((status, &body[1..4]), (200, &b"PNG"[..]), "{head}");
    assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
    let (status, again, nothing) = server.ask(&format!("HEAD {target}"), "", b"").await;
    assert_eq!((status, nothing.len()), (200, 0));
    assert!(again.contains(&format!("content-length: {}", body.len())), "{again}");
    let (status, _, part) = server.ask(&format!("GET {target}"), "Range: bytes=1-3\r\n", b"").await;
    assert_eq!((status, part), (206, b"PNG".to_vec()));
    assert_eq!(server.ask("GET /about", "", b"").await.2, b"about");
    assert_eq!(server.ask("POST /echo", "", b"hello").await.2, b"hello");
    assert_eq!(server.ask("GET /nothing", "", b"").await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_uploads_a_picture_and_one_that_is_too_long_is_refused() {
    let server = Server::start("form").await;
    let line = format!("POST /client/v4/accounts/{ACCOUNT}/images/v1");
    let headers =
        "Authorization: Bearer token\r\nContent-Type: multipart/form-data; boundary=x\r\n";
    let form = |file: &[u8]| {
        let head =
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n";
        [head.as_bytes(), file, b"\r\n--x--\r\n"].concat()
    };
    let photo = fs::read(server.folder.join("pictures/photo.jpg")).unwrap();
    let (status, _, body) = server.ask(&line, headers, &form(&photo)).await;
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    assert_eq!(server.ask(&line, headers, &form(&[0; 2_000_000])).await.0, 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_ends_its_work() {
    let server = Server::start("gone").await;
    let mut gone = TcpStream::connect(&server.address).await.unwrap();
    gone.write_all(format!("GET {SLOW} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    drop(gone);
    // The one worker there is would be busy for minutes.
    let began = Instant::now();
    let answer = server.ask("GET /cdn-cgi/image/width=63/photo.jpg", "", b"").await;
    assert_eq!(answer.0, 200);
    assert!(began.elapsed() < Duration::from_secs(30));
}
