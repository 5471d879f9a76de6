//! From a configuration to an open service, and what whoever starts it is told.

use std::net::SocketAddr;
use std::path::Path;

use safelight::{Job, Service};
use serde_json::{json, Value};

use crate::{make_samples, Config};

/// A service that is open.
#[derive(Debug)]
pub struct Opened {
    /// The service.
    pub service: Service,
    /// Id of the account that exists from the start.
    pub account: String,
    /// Its hash in delivery links.
    pub hash: String,
    /// A token that may do everything for that account; only where this start has made it.
    pub token: Option<String>,
}

/// Opens the service that `config` describes.
pub fn open(config: &Config) -> Result<Opened, String> {
    if config.samples {
        if let Some(folder) = &config.service.sources.folder {
            fill(folder)?;
        }
    }
    let service = Service::open(&config.service).map_err(|error| match error.context() {
        Some(context) => format!("{error} ({context})"),
        None => error.to_string(),
    })?;
    if let Some(quota) = config.quota {
        set_quota(&service, quota).map_err(|error| error.to_string())?;
    }
    let token = match config.service.admin_token {
        None => first_token(&service).map_err(|error| error.to_string())?,
        Some(_) => None,
    };
    let (account, hash) = (service.account().id.clone(), service.account().hash.clone());
    Ok(Opened { service, account, hash, token })
}

/// Lets the account have so many images.
pub fn set_quota(service: &Service, images: u64) -> safelight::Result<()> {
    let job = Job::new(service.limits(), Default::default());
    service.call("settings.edit", &json!({ "quota": images }), &[], &job).map(drop)
}

/// Makes the token of a new account. It is stored as a hash, so this is the only time to see it.
fn first_token(service: &Service) -> safelight::Result<Option<String>> {
    let call = |verb: &str, arguments: Value| {
        let job = Job::new(service.limits(), Default::default());
        service.call(verb, &arguments, &[], &job).map(|called| called.result)
    };
    let known = call("tokens.list", json!({}))?;
    if known["tokens"].as_array().is_some_and(|tokens| !tokens.is_empty()) {
        return Ok(None);
    }
    let order = json!({ "name": "admin", "scopes": ["read", "write", "upload"] });
    let made = call("tokens.create", order)?;
    Ok(made["value"].as_str().map(str::to_owned))
}

impl Opened {
    /// Says what is served, and where.
    pub(crate) fn tell(&self, config: &Config, address: SocketAddr) {
        let service = &config.service;
        let folder = service.sources.folder.as_deref().unwrap_or(Path::new("no folder"));
        println!("safelight {} serves {}", safelight::VERSION, folder.display());
        println!("account {} hash {}", self.account, self.hash);
        if let Some(token) = &self.token {
            println!("admin token {token}");
            println!("  keep it: it is stored as a hash and not shown again");
        }
        println!("open http://{address}/");
    }
}

/// Makes the sample pictures unless the folder has something in it.
fn fill(root: &Path) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}: {error}", root.display());
    std::fs::create_dir_all(root).map_err(told)?;
    let hidden = |entry: &std::fs::DirEntry| entry.file_name().to_string_lossy().starts_with('.');
    if std::fs::read_dir(root).map_err(told)?.flatten().any(|entry| !hidden(&entry)) {
        return Ok(());
    }
    println!("making sample pictures in {}", root.display());
    make_samples(root).map_err(|error| format!("{}: {error}", root.display()))
}
