//! Where pictures come from: what was typed as a source of the service.

use std::net::ToSocketAddrs;

use serde_json::{json, Map, Value};

use crate::args::ImportArgs;
use crate::report::Failure;

/// A source, and the root path in it.
pub(super) struct Place {
    pub fields: Map<String, Value>,
    pub credentials: Map<String, Value>,
    pub path: String,
}

impl Place {
    pub(super) fn read(args: &ImportArgs) -> Result<Self, Failure> {
        let (scheme, rest) = args.source.split_once("://").unwrap_or(("", &args.source));
        let (first, path) = rest.split_once('/').unwrap_or((rest, ""));
        let mut place =
            Place { fields: Map::new(), credentials: Map::new(), path: path.to_owned() };
        match scheme {
            "s3" => {
                place.set("s3", &[("bucket", first)]);
                place.secret("access_key_id", "AWS_ACCESS_KEY_ID");
                place.secret("secret_access_key", "AWS_SECRET_ACCESS_KEY");
                place.secret("session_token", "AWS_SESSION_TOKEN");
                let region = std::env::var("AWS_REGION").ok();
                place.option("region", &args.region.clone().or(region));
            }
            "gs" => {
                place.set("gcs", &[("bucket", first)]);
                place.service_account()?;
            }
            "az" => {
                place.set("azure", &[("bucket", first)]);
                place.secret("account_key", "AZURE_STORAGE_KEY");
                place.secret("sas_token", "AZURE_STORAGE_SAS_TOKEN");
                let account = std::env::var("AZURE_STORAGE_ACCOUNT").ok();
                place.option("storage_account", &args.account.clone().or(account));
            }
            "http" | "https" if rest.contains("/client/v4/accounts/") => {
                place.set("images", &[("url", &args.source)]);
                place.path.clear();
                place.secret("token", "SAFELIGHT_SOURCE_TOKEN");
                if let Some(token) = &args.token {
                    place.credentials.insert("token".into(), token.clone().into());
                }
            }
            "http" | "https" => {
                place.set("http", &[("url", &args.source)]);
                place.path.clear();
            }
            "" => {
                let told = |error| Failure::Job(format!("{}: {error}", args.source));
                let folder = std::fs::canonicalize(&args.source).map_err(told)?;
                place.set("folder", &[("folder", &folder.to_string_lossy())]);
                place.path.clear();
            }
            other => return Err(Failure::Usage(format!("SOURCE: there is no {other}://"))),
        }
        place.option("endpoint", &args.endpoint);
        place.name();
        Ok(place)
    }

    fn set(&mut self, kind: &str, fields: &[(&str, &str)]) {
        self.fields.insert("kind".into(), kind.into());
        for (name, value) in fields {
            self.fields.insert((*name).into(), (*value).into());
        }
    }

    fn option(&mut self, name: &str, value: &Option<String>) {
        if let Some(value) = value {
            self.fields.insert(name.into(), value.clone().into());
        }
    }

    fn secret(&mut self, name: &str, variable: &str) {
        if let Some(value) = std::env::var(variable).ok().filter(|value| !value.is_empty()) {
            self.credentials.insert(name.into(), value.into());
        }
    }

    fn service_account(&mut self) -> Result<(), Failure> {
        let Ok(file) = std::env::var("GOOGLE_APPLICATION_CREDENTIALS") else { return Ok(()) };
        let text = std::fs::read_to_string(&file)
            .map_err(|error| Failure::Job(format!("{file}: {error}")))?;
        self.credentials.insert("service_account".into(), text.into());
        Ok(())
    }

    /// One place has one name, so that the next import from it knows this one.
    fn name(&mut self) {
        let word = |name: &str| self.fields.get(name).and_then(Value::as_str).unwrap_or("");
        let parts = ["kind", "endpoint", "storage_account", "bucket", "url", "folder"].map(word);
        let name = parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>();
        let name: String = name.join(" ").chars().take(100).collect();
        self.fields.insert("name".into(), name.into());
    }

    /// Lets `config` ask the server that was typed: whoever types it may.
    pub(super) fn allow(&self, config: &mut safelight::Config) {
        if let Some(folder) = self.fields.get("folder").and_then(Value::as_str) {
            config.imports.folders.push(folder.into());
        }
        let url = ["endpoint", "url"].iter().find_map(|name| self.fields.get(*name));
        let Some(url) = url.and_then(Value::as_str) else { return };
        allow_server(url, config);
    }

    /// The source without its secrets, for messages.
    pub(super) fn body(&self) -> Value {
        let mut body = self.fields.clone();
        if !self.credentials.is_empty() {
            body.insert("credentials".into(), json!(self.credentials));
        }
        Value::Object(body)
    }
}

/// Lets `config` ask the server of `url`.
pub(super) fn allow_server(url: &str, config: &mut safelight::Config) {
    let Some((scheme, rest)) = url.split_once("://") else { return };
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    let usual = if scheme == "https" { 443 } else { 80 };
    config.sources.http |= scheme == "http";
    let port = host.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
    config.sources.ports.push(port.unwrap_or(usual));
    let named = if port.is_some() { host.to_owned() } else { format!("{host}:{usual}") };
    // A name that leads nowhere is told when it is asked.
    for address in named.to_socket_addrs().into_iter().flatten() {
        config.sources.networks.push(address.ip().to_string());
    }
}
