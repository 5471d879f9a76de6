//! What a service answers, from the outside.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Config, Service};
use crate::storage::fresh_key;
use crate::{Job, Request, Response};

mod ahead;
mod delivery;
mod folder;
mod imports;
mod transforms;
mod wants;
mod web;

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("safelight-{}", fresh_key().unwrap()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A picture of the tests.
fn picture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/images");
    fs::read(folder.join(name)).unwrap()
}

/// A service with a folder of pictures.
fn with_pictures(folder: &Folder, names: &[&str], change: impl FnOnce(&mut Config)) -> Service {
    let pictures = folder.path("pictures");
    fs::create_dir_all(&pictures).unwrap();
    for name in names {
        let place = pictures.join(name);
        if !place.exists() {
            fs::write(place, picture(name)).unwrap();
        }
    }
    let mut config = Config::in_folder(folder.path("state"));
    config.sources.folder = Some(pictures);
    change(&mut config);
    Service::open(&config).unwrap()
}

fn ask(service: &Service, target: &str, headers: &[(&str, &str)]) -> Response {
    send(service, "GET", target, headers)
}

fn send(service: &Service, method: &str, target: &str, headers: &[(&str, &str)]) -> Response {
    service.handle(&Request { headers, ..Request::new(method, target) }, &Job::default())
}

/// Status and the start of the body, for messages of tests.
fn shown(response: &Response) -> String {
    let text = String::from_utf8_lossy(&response.body).chars().take(120).collect::<String>();
    format!("{} {text}", response.status)
}
