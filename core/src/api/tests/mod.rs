//! The API on a real catalog. Whatever it answers is held against its own OpenAPI description.

mod dialects;
mod refusals;
mod schema;
mod table;
mod tour;

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use serde_json::{json, Value};

use super::operation::Call;
use super::{answer, call, Api, Called};
use crate::hosted::{Hosted, Scopes, Selector, Setup, Stores};
use crate::storage::{MemoryOriginals, SqliteCatalog};
use crate::{CancelToken, Engine, Error, Job, Kind, Limits, Request, Response, Result};

pub(super) const ACCOUNT: &str = "023e105f4ecef8ad9ca31a8372d0c353";
pub(super) const HASH: &str = "ZWd9g1K7eljCn_KDTu_MWA";
const ADMIN: &str = "the service's own";
pub(super) const PICTURE: &[u8] = include_bytes!("../../../../tests/images/alpha.png");

/// A service with one account, and tokens of it.
pub(super) struct Bench {
    pub hosted: Hosted,
    pub writer: String,
    pub reader: String,
    pub uploader: String,
    folder: PathBuf,
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Bench {
    pub fn open() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("safelight-api-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let stores = Stores {
            catalog: Arc::new(SqliteCatalog::open(&folder.join("catalog.db")).unwrap()),
            originals: Arc::new(MemoryOriginals::default()),
        };
        let setup = Setup {
            account: Some(ACCOUNT.into()),
            hash: Some(HASH.into()),
            admin_token: Some(ADMIN.into()),
            ..Setup::default()
        };
        let hosted = Hosted::open(stores, Engine::new(Limits::default()), setup).unwrap();
        let token = |read, write, upload| {
            hosted.create_token(ACCOUNT, "token", Scopes { read, write, upload }).unwrap()
        };
        let (writer, reader) = (token(false, true, false), token(true, false, false));
        let uploader = token(false, false, true);
        Bench { hosted, writer, reader, uploader, folder }
    }

    pub fn api(&self) -> Api<'_> {
        Api {
            hosted: &self.hosted,
            base_url: "https://img.test",
            mount: "/cdn",
            fetch: Some(&fetch),
            imports: None,
        }
    }

    /// Any request, answered and held against the description.
    pub fn request(&self, request: &Request<'_>) -> Response {
        let response = answer(&self.api(), request, &job()).expect("a path of the API");
        schema::check(request, &response);
        response
    }

    /// A request of the writer; `path` may be short, within the account.
    pub fn ask(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> (u16, Value) {
        let bearer = format!("Bearer {}", self.writer);
        let target = full(path);
        let headers = [("authorization", bearer.as_str()), ("content-type", kind)];
        let request = Request { method, target: &target, headers: &headers, body };
        let response = self.request(&request);
        (response.status, serde_json::from_slice(&response.body).unwrap_or_default())
    }

    pub fn get(&self, path: &str) -> (u16, Value) {
        self.ask("GET", path, "", b"")
    }

    pub fn send(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.ask(method, path, "application/json", body.to_string().as_bytes())
    }

    pub fn post(&self, path: &str, fields: &[(&str, &[u8])]) -> (u16, Value) {
        self.ask("POST", path, FORM, &form(fields))
    }

    /// Uploads the picture with more fields; gives the image.
    pub fn upload(&self, fields: &[(&str, &[u8])]) -> Value {
        let fields = [&[("file", PICTURE)], fields].concat();
        let (status, body) = self.post("/images/v1", &fields);
        assert_eq!(status, 200, "{body}");
        body["result"].clone()
    }

    /// What a purge is handed on as.
    pub fn selectors(&self, arguments: Value) -> Vec<Selector> {
        let (api, job) = (self.api(), job());
        let arguments = arguments.as_object().unwrap().clone();
        let call = Call {
            api: &api,
            account: ACCOUNT,
            trusted: true,
            arguments,
            file: None,
            fetching: Cell::new(false),
            job: &job,
        };
        super::purges::selectors(&call).unwrap()
    }

    pub fn call(&self, verb: &str, arguments: Value, body: &[u8]) -> Result<Called> {
        call(&self.api(), verb, &arguments, body, &job())
    }
}

pub(super) const FORM: &str = "multipart/form-data; boundary=7a4f";

/// A form; the field `file` has a file name.
pub(super) fn form(fields: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let filename = if *name == "file" { "; filename=\"a picture.png\"" } else { "" };
        let head = format!("--7a4f\r\nContent-Disposition: form-data; name=\"{name}\"{filename}");
        body.extend(head.as_bytes());
        body.extend(b"\r\n\r\n");
        body.extend(*value);
        body.extend(b"\r\n");
    }
    body.extend(b"--7a4f--\r\n");
    body
}

/// A path within the account, unless it is a whole one.
pub(super) fn full(path: &str) -> String {
    match path.starts_with("/images/v1") || path.starts_with("/images/v2") {
        true => format!("/client/v4/accounts/{ACCOUNT}{path}"),
        false => path.to_owned(),
    }
}

pub(super) fn job() -> Job {
    Job::new(&Limits::default(), CancelToken::new())
}

/// A web with one picture.
fn fetch(url: &str, most: u64, _: &Job) -> Result<Vec<u8>> {
    match url {
        "https://web.test/a%20b.png?x" if PICTURE.len() as u64 <= most => Ok(PICTURE.to_vec()),
        _ => Err(Error::new(Kind::NotFound, "the source does not exist")),
    }
}

pub(super) fn code(body: &Value) -> u64 {
    body["errors"][0]["code"].as_u64().unwrap_or_else(|| panic!("no code in {body}"))
}

/// What an image looks like, but for what differs each time.
pub(super) fn shape(image: &Value) -> Value {
    let mut image = image.clone();
    for name in ["id", "uploaded"] {
        image[name] = json!("…");
    }
    image
}
