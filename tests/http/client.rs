//! A server on a free port with a folder of its own, and a client that sends what it is told.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use safelight_server::{listen, open, router, Config, Opened};

/// A running server; it stops and its folder goes when this is dropped.
pub struct Server {
    address: SocketAddr,
    pub folder: PathBuf,
    pub opened: Opened,
    runtime: Option<tokio::runtime::Runtime>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// The project's own test pictures.
pub fn pictures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/images")
}

impl Server {
    pub fn start() -> Self {
        Self::with(|_| {})
    }

    /// `<folder>/root` is served and holds the test pictures; what lies beside it is a secret.
    pub fn with(change: impl FnOnce(&mut Config)) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "safelight-http-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let folder = std::env::temp_dir().join(name);
        let root = folder.join("root");
        fs::create_dir_all(root.join("sub folder/deep")).unwrap();
        fs::create_dir_all(folder.join("root-evil")).unwrap();
        copy_pictures(&pictures(), &root);
        copy_pictures(&pictures().join("bad"), &root);
        for (from, to) in [
            ("photo.jpg", "root/sub folder/deep/a+b 100%.jpg"),
            ("photo.jpg", "root/.hidden.jpg"),
            ("cmyk.jpg", "secret.jpg"),
            ("cmyk.jpg", "root-evil/secret.jpg"),
        ] {
            fs::copy(pictures().join(from), folder.join(to)).unwrap();
        }
        let mut config = Config::new(&root, folder.join("state"), ([127, 0, 0, 1], 0).into());
        change(&mut config);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind(config.listen)).unwrap();
        let address = listener.local_addr().unwrap();
        let opened = open(&config).unwrap();
        let router = router(opened.service.clone(), Some(root));
        let forever = std::future::pending();
        runtime.spawn(listen(listener, router, config.head_time, forever));
        Server { address, folder, opened, runtime: Some(runtime) }
    }

    /// A connection on which a request was sent.
    pub fn send(&self, method: &str, path: &[u8], headers: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let mut text = format!("{method} ").into_bytes();
        text.extend(path);
        text.extend(
            format!(" HTTP/1.1\r\nHost: local.test\r\nConnection: close\r\n{headers}\r\n").bytes(),
        );
        stream.write_all(&text).unwrap();
        stream
    }

    /// A connection on which something was sent.
    pub fn begin(&self, text: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(text).unwrap();
        stream
    }

    pub fn ask(&self, method: &str, path: &[u8], headers: &str) -> Reply {
        let mut data = Vec::new();
        self.send(method, path, headers).read_to_end(&mut data).unwrap();
        Reply::read(&data)
    }

    /// Sends a form or the like.
    pub fn post(&self, path: &str, kind: &str, body: &[u8]) -> Reply {
        self.send_body("POST", path, &format!("Content-Type: {kind}\r\n"), body)
    }

    /// Sends a body. The answer may come before all of it was taken.
    pub fn send_body(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Reply {
        let headers = format!("{headers}Content-Length: {}\r\n", body.len());
        let mut stream = self.send(method, path.as_bytes(), &headers);
        let _ = stream.write_all(body);
        let mut data = Vec::new();
        let read = stream.read_to_end(&mut data);
        assert!(read.is_ok() || !data.is_empty());
        Reply::read(&data)
    }

    pub fn get(&self, path: &str) -> Reply {
        self.ask("GET", path.as_bytes(), "")
    }

    pub fn get_with(&self, path: &str, headers: &str) -> Reply {
        self.ask("GET", path.as_bytes(), headers)
    }
}

fn copy_pictures(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        self.opened.service.close();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Reply {
    fn read(data: &[u8]) -> Reply {
        let end = data.windows(4).position(|four| four == b"\r\n\r\n").expect("a response head");
        let head = std::str::from_utf8(&data[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Reply { status, headers, body: data[end + 4..].to_vec() }
    }

    /// The value of a header, empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// All headers but those that speak of the body's length or of the time it took.
    pub fn headers_without_lengths(&self) -> Vec<&(String, String)> {
        let varying = ["content-length", "content-range", "cf-resized", "server-timing", "date"];
        self.headers.iter().filter(|(name, _)| !varying.contains(&name.as_str())).collect()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}
