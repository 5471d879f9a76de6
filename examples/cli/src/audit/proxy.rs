//! A page on two ports of this machine: as it is, and with the changes. Both answer from what was
//! fetched once, so that only the page differs.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use axum::Router;
use flate2::{write::GzEncoder, Compression};
use safelight::delivery::Hints;
use safelight::fetch::{Fetcher, Order, Rules};
use safelight::url::{SourceRef, Url, TRANSFORM_PREFIX};
use safelight::{audit, CancelToken, Engine, Input, Job, Limits};
use serde_json::Value;
use url::Url as Address;

/// Largest file that is fetched.
const MOST: u64 = 100_000_000;
/// What a client may take to say what it wants.
const HEAD_TIME: Duration = Duration::from_secs(120);

/// What one address has answered.
#[derive(Debug, Clone)]
pub(super) struct File {
    kind: String,
    pub(super) body: Vec<u8>,
}

/// What both ports share.
pub(super) struct Site {
    /// The page, as it is known to the world.
    pub(super) page: Address,
    engine: Engine,
    fetcher: Fetcher,
    /// Answers of the site by path and query, `None` for failures.
    known: Mutex<HashMap<String, Option<Arc<File>>>>,
    /// Pictures that the page loads, by their addresses in the world.
    pictures: RwLock<BTreeMap<String, Vec<u8>>>,
    /// Rendered pictures by what is asked for.
    rendered: Mutex<HashMap<String, Arc<File>>>,
    findings: RwLock<Option<Value>>,
}

impl Site {
    pub(super) fn new(page: Address, limits: &Limits) -> Self {
        Site {
            engine: Engine::new(limits.clone()),
            fetcher: Fetcher::new(rules(&page)),
            known: Mutex::default(),
            pictures: RwLock::default(),
            rendered: Mutex::default(),
            findings: RwLock::default(),
            page,
        }
    }

    /// Path and query of the page.
    pub(super) fn path(&self) -> String {
        self.page[url::Position::BeforePath..url::Position::AfterQuery].to_owned()
    }

    /// The page's own text.
    pub(super) fn html(&self) -> Result<String, String> {
        let page = self.get(&self.path()).ok_or_else(|| format!("{}: no page", self.page))?;
        String::from_utf8(page.body.clone()).map_err(|_| format!("{}: not UTF-8", self.page))
    }

    /// From here on the second port has the page with these findings.
    pub(super) fn change(&self, findings: Value, pictures: BTreeMap<String, Vec<u8>>) {
        *self.pictures.write().unwrap_or_else(|lock| lock.into_inner()) = pictures;
        *self.findings.write().unwrap_or_else(|lock| lock.into_inner()) = Some(findings);
    }

    /// What the site answers at `path`, fetched once.
    fn get(&self, path: &str) -> Option<Arc<File>> {
        let locked = || self.known.lock().unwrap_or_else(|lock| lock.into_inner());
        if let Some(known) = locked().get(path) {
            return known.clone();
        }
        let address = self.page.join(path).ok()?;
        let fetched = self.fetch(address.as_str()).map(Arc::new);
        locked().insert(path.to_owned(), fetched.clone());
        fetched
    }

    fn fetch(&self, address: &str) -> Option<File> {
        let headers = [("Accept".to_owned(), "*/*".to_owned()), ("User-Agent".to_owned(), agent())];
        let order = Order { headers: &headers, ..Order::new(address, MOST) };
        let job = Job::new(&Limits { time_ms: 60_000, ..Limits::default() }, CancelToken::new());
        let got = self.fetcher.fetch(&order, &job).ok()?;
        let kind = got.content_type.unwrap_or_else(|| "application/octet-stream".into());
        Some(File { kind, body: got.body })
    }

    /// A file of the page with the changes.
    fn changed(&self, path: &str, file: Arc<File>) -> Arc<File> {
        let findings = self.findings.read().unwrap_or_else(|lock| lock.into_inner());
        let Some(findings) = findings.as_ref() else { return file };
        let is_page = path == self.path();
        let address = self.page.join(path).ok().map(String::from);
        let document = address.filter(|_| !is_page);
        if !is_page && !file.kind.starts_with("text/css") {
            return file;
        }
        let text = std::str::from_utf8(&file.body).ok();
        let text = text.and_then(|text| audit::apply(text, findings, document.as_deref()).ok());
        match text {
            Some(text) => Arc::new(File { kind: file.kind.clone(), body: text.into_bytes() }),
            None => file,
        }
    }

    /// A picture that the changed page asks for.
    fn render(&self, path: &str, accept: &str) -> Option<Arc<File>> {
        let key = format!("{path} {}", safelight::delivery::normalize_accept(Some(accept)));
        let locked = || self.rendered.lock().unwrap_or_else(|lock| lock.into_inner());
        if let Some(known) = locked().get(&key) {
            return Some(known.clone());
        }
        let Ok(Url::Transform(transform)) = safelight::url::parse(path) else { return None };
        let address = match transform.source_ref().ok()? {
            SourceRef::Path(path) => self.page.join(&path).ok()?.to_string(),
            SourceRef::Remote { url, .. } => url,
        };
        let source = self.source(&address)?;
        let hints = Hints::from_headers([("accept", accept)]);
        let job = Job::new(self.engine.limits(), CancelToken::new());
        let input = Input::new(&source).with_hints(&hints);
        let done = self.engine.render(&input, &transform.options, &job).ok()?;
        let kind = done.info.format.mime().to_owned();
        let file = Arc::new(File { kind, body: done.data });
        locked().insert(key, file.clone());
        Some(file)
    }

    /// The bytes of a picture: one that the page loads, or another one of its own host. The rest of
    /// the network is not for a page's scripts to ask for.
    fn source(&self, address: &str) -> Option<Vec<u8>> {
        let pictures = self.pictures.read().unwrap_or_else(|lock| lock.into_inner());
        if let Some(bytes) = pictures.get(address) {
            return Some(bytes.clone());
        }
        drop(pictures);
        let own = Address::parse(address).is_ok_and(|it| it.origin() == self.page.origin());
        own.then(|| self.fetch(address))?.map(|file| file.body)
    }

    fn answer(&self, path: &str, headers: &HeaderMap, with_changes: bool) -> Response {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let accept = header("accept").unwrap_or_default();
        let file = match with_changes {
            true if path.starts_with(TRANSFORM_PREFIX) => self.render(path, accept),
            true => self.get(path).map(|file| self.changed(path, file)),
            false => self.get(path),
        };
        let Some(file) = file else { return missing() };
        let zipped = header("accept-encoding").is_some_and(|it| it.contains("gzip"));
        respond(&file, zipped)
    }
}

/// Any address and port of the web: who types a URL may go there.
fn rules(page: &Address) -> Rules {
    let everywhere = ["0.0.0.0/0", "::/0"].iter().filter_map(|network| network.parse().ok());
    let mut rules = Rules { http: true, networks: everywhere.collect(), ..Rules::default() };
    rules.ports.extend(page.port());
    rules.whole = Duration::from_secs(60);
    rules
}

fn agent() -> String {
    format!("safelight/{} (audit)", safelight::VERSION)
}

fn missing() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// Text goes packed, as any site would send it.
fn respond(file: &File, zipped: bool) -> Response {
    let words = ["text/", "javascript", "json", "svg", "xml"];
    let is_text = words.iter().any(|word| file.kind.contains(word));
    let packed = (zipped && is_text).then(|| pack(&file.body)).flatten();
    let is_packed = packed.is_some();
    let mut response = Response::new(Body::from(packed.unwrap_or_else(|| file.body.clone())));
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(&file.kind) {
        headers.insert("content-type", kind);
    }
    if is_packed {
        headers.insert("content-encoding", HeaderValue::from_static("gzip"));
    }
    headers.insert("cache-control", HeaderValue::from_static("public, max-age=600"));
    headers.insert("access-control-allow-origin", HeaderValue::from_static("*"));
    response
}

fn pack(body: &[u8]) -> Option<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(body).ok()?;
    packer.finish().ok()
}

/// The two ports, open as long as this value lives.
pub(super) struct Ports {
    pub(super) before: SocketAddr,
    pub(super) after: SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

impl Ports {
    pub(super) fn open(site: &Arc<Site>) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let before = listen(&runtime, site.clone(), false)?;
        let after = listen(&runtime, site.clone(), true)?;
        Ok(Ports { before, after, _runtime: runtime })
    }
}

fn listen(
    runtime: &tokio::runtime::Runtime,
    site: Arc<Site>,
    with_changes: bool,
) -> Result<SocketAddr, String> {
    let bound = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"));
    let listener = bound.map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let router = Router::new().fallback(move |request: Request| {
        let site = site.clone();
        async move {
            let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
            let headers = request.headers().clone();
            let work = move || site.answer(&path, &headers, with_changes);
            tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| missing())
        }
    });
    runtime.spawn(safelight_server::listen(listener, router, HEAD_TIME, std::future::pending()));
    Ok(address)
}
