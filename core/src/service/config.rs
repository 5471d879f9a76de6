//! What a service is opened with.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::fetch::Rules;
use crate::import::SecretsKey;
use crate::{Error, Limits, Result};

/// Where a service keeps its state, what it may read, and what one request may cost.
///
/// `folder` alone is enough: catalog, originals and results then live in it. Every other field
/// has a default. As JSON the names are the same ones, and an unknown name is refused.
///
/// ```
/// let text = r#"{"folder": "data", "sources": {"folder": "pictures"}, "queue": 32}"#;
/// let config = safelight::Config::from_json(text)?;
/// assert_eq!(config.queue, 32);
/// # Ok::<(), safelight::Error>(())
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Folder of state: whatever has no place of its own below lies in it.
    pub folder: Option<PathBuf>,
    /// Catalog: `sqlite:PATH`, for one process at a time, or `postgres://…`.
    pub catalog: Option<String>,
    /// Originals: `file:PATH`, `s3://bucket/prefix?endpoint=…&region=…`, `gs://…` or `az://…`.
    pub originals: Option<String>,
    /// Where finished results are kept.
    pub results: ResultsConfig,
    /// The account that exists from the start.
    pub account: AccountConfig,
    /// A token that may do everything over the REST API.
    pub admin_token: Option<String>,
    /// Scheme and host that links are built with, such as `https://img.example`.
    pub base_url: Option<String>,
    /// Path that all requests begin with, such as `/images`; empty for none.
    pub mount: String,
    /// Which sources may be transformed by URL.
    pub sources: SourcesConfig,
    /// What bulk imports may do.
    pub imports: ImportsConfig,
    /// What one picture may cost.
    pub limits: Limits,
    /// Whether every delivery and transform has to be signed. Opening fails without a key.
    pub require_signature: bool,
    /// Pictures that are worked on at once.
    pub workers: usize,
    /// Pictures that may wait for a worker; one more is refused as busy.
    pub queue: usize,
    /// Milliseconds that a first request may wait for AVIF. Where it would take longer, WebP or
    /// JPEG is sent now and AVIF is made for the next request. 0 always waits.
    pub avif_budget_ms: u64,
    /// Milliseconds for which a node of a cluster may answer from its own copy.
    pub lease_ms: u64,
}

/// Where finished results are kept.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ResultsConfig {
    /// Bytes in memory.
    pub memory: u64,
    /// Bytes on disk, below `folder`; 0 keeps nothing there.
    pub disk: u64,
    /// A bucket in place of the disk, as for `originals`; nodes may share it.
    pub bucket: Option<String>,
}

/// What bulk imports may do. Which servers they may ask follows from [`SourcesConfig`]: its
/// networks, its ports, and whether it allows `http`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImportsConfig {
    /// What the credentials of sources are encrypted with: 64 hex digits. Without it sources with
    /// credentials are refused. Nodes of a cluster need the same one.
    pub secrets_key: Option<String>,
    /// Folders of this machine that may be imported from, with all below them.
    pub folders: Vec<PathBuf>,
    /// Objects of one job that this node works on at once, at most; 0 leaves the work to others.
    pub workers: usize,
}

/// The account that exists from the start.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountConfig {
    /// Its id in REST paths: 32 hex digits. Made up where it is missing.
    pub id: Option<String>,
    /// Its hash in delivery paths. Made up where it is missing.
    pub hash: Option<String>,
}

/// Which sources may be transformed by URL.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SourcesConfig {
    /// Folder of pictures that paths without a host lead to.
    pub folder: Option<PathBuf>,
    /// Hosts that are fetched from: `b.com`, `*.b.com` for it and all below it, each with an
    /// optional path in front of what is allowed.
    pub allowed_origins: Vec<String>,
    /// Whether `http://` is fetched as well as `https://`.
    pub http: bool,
    /// Whether every public host is allowed.
    pub any: bool,
    /// Addresses that are fetched from although they are not public: `10.0.0.0/8`, `::1`.
    pub networks: Vec<String>,
    /// Ports that are fetched from, besides 80, 443, 8080, 8443 and those of allowed origins.
    pub ports: Vec<u16>,
}

impl SourcesConfig {
    /// What may be fetched.
    pub(super) fn rules(&self) -> Result<Rules> {
        let mut rules = Rules { http: self.http, ..Rules::default() };
        rules.networks =
            self.networks.iter().map(|network| network.parse()).collect::<Result<_>>()?;
        rules.ports.extend(&self.ports);
        Ok(rules)
    }
}

impl Default for Config {
    fn default() -> Self {
        Config {
            folder: None,
            catalog: None,
            originals: None,
            results: ResultsConfig::default(),
            account: AccountConfig::default(),
            admin_token: None,
            base_url: None,
            mount: String::new(),
            sources: SourcesConfig::default(),
            imports: ImportsConfig::default(),
            limits: Limits::default(),
            require_signature: false,
            workers: std::thread::available_parallelism().map_or(1, Into::into),
            queue: 64,
            avif_budget_ms: 0,
            lease_ms: 1000,
        }
    }
}

impl Default for ImportsConfig {
    fn default() -> Self {
        ImportsConfig { secrets_key: None, folders: Vec::new(), workers: 32 }
    }
}

impl Default for ResultsConfig {
    fn default() -> Self {
        ResultsConfig { memory: 64 << 20, disk: 1 << 30, bucket: None }
    }
}

impl Config {
    /// All state in one folder, everything else at its default.
    pub fn in_folder(folder: impl AsRef<Path>) -> Self {
        Config { folder: Some(folder.as_ref().to_owned()), ..Config::default() }
    }

    /// Reads a JSON object; what is absent keeps its default, an unknown name is `Invalid`.
    pub fn from_json(text: &str) -> Result<Self> {
        // What serde says may quote a value, and a value may be a secret: only the place is told.
        let config: Config = serde_json::from_str(text).map_err(|error| {
            let place = format!("line {} column {}", error.line(), error.column());
            let told = told(&error.to_string()).unwrap_or(place);
            Error::invalid("config", "a JSON object as documented", told)
        })?;
        config.check()?;
        Ok(config)
    }

    /// Refuses what no service can be opened with.
    pub(crate) fn check(&self) -> Result<()> {
        if self.folder.is_none() && (self.catalog.is_none() || self.originals.is_none()) {
            return Err(Error::invalid("config", "folder, or catalog and originals", "neither"));
        }
        let mount = &self.mount;
        let plain =
            mount.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte));
        if !mount.is_empty() && (!plain || !mount.starts_with('/') || mount.ends_with('/')) {
            return Err(Error::invalid("mount", "a path such as /images", mount));
        }
        if let Some(base) = &self.base_url {
            let rest = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://"));
            let host =
                rest.filter(|host| !host.is_empty() && !host.contains(['/', '?', '#', ' ', '@']));
            host.ok_or_else(|| Error::invalid("base_url", "scheme and host, no path", base))?;
        }
        if self.workers == 0 {
            return Err(Error::invalid("workers", "at least 1", 0));
        }
        if self.lease_ms < 100 {
            return Err(Error::invalid("lease_ms", "at least 100", self.lease_ms));
        }
        if let Some(key) = &self.imports.secrets_key {
            SecretsKey::read(key)?;
        }
        self.sources.rules().map(drop)
    }

    /// A place below the folder of state.
    pub(super) fn below(&self, name: &str) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(name))
    }
}

/// The unknown name, where that is what was wrong: names are no secrets.
fn told(message: &str) -> Option<String> {
    let name = message.strip_prefix("unknown field `")?.split('`').next()?;
    Some(format!("the unknown name {name}"))
}

/// Secrets are left out, in locations too.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = |text: &Option<String>| text.as_deref().map(without_secrets);
        f.debug_struct("Config")
            .field("folder", &self.folder)
            .field("catalog", &place(&self.catalog))
            .field("originals", &place(&self.originals))
            .field("results", &self.results)
            .field("account", &self.account)
            .field("admin_token", &self.admin_token.as_ref().map(|_| "…"))
            .field("base_url", &self.base_url)
            .field("mount", &self.mount)
            .field("sources", &self.sources)
            .field("imports", &self.imports)
            .field("limits", &self.limits)
            .field("require_signature", &self.require_signature)
            .field("workers", &self.workers)
            .field("queue", &self.queue)
            .field("avif_budget_ms", &self.avif_budget_ms)
            .field("lease_ms", &self.lease_ms)
            .finish()
    }
}

impl fmt::Debug for ImportsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportsConfig")
            .field("secrets_key", &self.secrets_key.as_ref().map(|_| "…"))
            .field("folders", &self.folders)
            .field("workers", &self.workers)
            .finish()
    }
}

impl fmt::Debug for ResultsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResultsConfig")
            .field("memory", &self.memory)
            .field("disk", &self.disk)
            .field("bucket", &self.bucket.as_deref().map(without_secrets))
            .finish()
    }
}

/// A location up to what may hold a password or a key: its user part and its query.
fn without_secrets(location: &str) -> String {
    let (place, query) =
        location.split_once('?').map_or((location, ""), |(place, _)| (place, "?…"));
    let bare = match place.split_once("://") {
        Some((scheme, rest)) => match rest.rsplit_once('@') {
            Some((_, host)) => format!("{scheme}://…@{host}"),
            None => place.to_owned(),
        },
        None => place.to_owned(),
    };
    format!("{bare}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::may_connect;

    fn error(text: &str) -> String {
        Config::from_json(text).unwrap_err().to_string()
    }

    #[test]
    fn what_is_absent_keeps_its_default_and_an_unknown_name_is_refused() {
        let config = Config::from_json(r#"{"folder":"a","sources":{"http":true}}"#).unwrap();
        let sources = SourcesConfig { http: true, ..SourcesConfig::default() };
        assert_eq!(config, Config { sources, ..Config::in_folder("a") });
        assert!(error(r#"{"folder":"a","port":1}"#).contains("the unknown name port"));
        assert!(error(r#"{"folder":"a","results":{"ram":1}}"#).contains("the unknown name ram"));
    }

    #[test]
    fn networks_and_ports_are_added_to_those_that_are_fetched_from() {
        let text = r#"{"folder":"a","sources":{"networks":["10.0.0.0/8"],"ports":[9000]}}"#;
        let rules = Config::from_json(text).unwrap().sources.rules().unwrap();
        assert!(may_connect("10.1.2.3".parse().unwrap(), &rules.networks));
        assert!(!may_connect("127.0.0.1".parse().unwrap(), &rules.networks));
        assert!([443, 9000].iter().all(|port| rules.ports.contains(port)));
    }

    #[test]
    fn what_cannot_be_opened_is_refused() {
        for text in [
            "{}",
            "[]",
            "",
            r#"{"catalog":"sqlite:a"}"#,
            r#"{"originals":"file:a"}"#,
            r#"{"folder":"a","mount":"images"}"#,
            r#"{"folder":"a","mount":"/images/"}"#,
            r#"{"folder":"a","mount":"/a?b"}"#,
            r#"{"folder":"a","base_url":"img.example"}"#,
            r#"{"folder":"a","base_url":"https://img.example/path"}"#,
            r#"{"folder":"a","base_url":"https://"}"#,
            r#"{"folder":"a","workers":0}"#,
            r#"{"folder":"a","lease_ms":5}"#,
            r#"{"folder":"a","imports":{"secrets_key":"ab"}}"#,
            r#"{"folder":"a","sources":{"networks":["10.0.0.0/33"]}}"#,
        ] {
            assert!(Config::from_json(text).is_err(), "{text}");
        }
        assert!(Config::from_json(r#"{"catalog":"sqlite:a","originals":"file:b"}"#).is_ok());
    }

    #[test]
    fn secrets_are_shown_nowhere() {
        let text = r#"{"catalog":"postgres://me:hush@host/db?sslkey=hush","admin_token":"hush",
            "originals":"s3://bucket/a?secret_access_key=hush","results":{"bucket":"s3://hush@b?key=hush"},
            "imports":{"secrets_key":"a0b1a0b1a0b1a0b1a0b1a0b1a0b1a0b1a0b1a0b1a0b1a0b1a0b1a0b1a0b1a0b1"}}"#;
        let shown = format!("{:?}", Config::from_json(text).unwrap());
        assert!(!shown.contains("a0b1"));
        assert!(!shown.contains("hush") && shown.contains("postgres://…@host/db?…"), "{shown}");
        let wrong = error(r#"{"folder":"a","admin_token":["hush"]}"#);
        assert!(!wrong.contains("hush"), "{wrong}");
        let wrong = error(r#"{"folder":"a","workers":"hush"}"#);
        assert!(!wrong.contains("hush"), "{wrong}");
    }
}
