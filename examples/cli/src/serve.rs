//! `serve`: the example server.

use safelight::import::SecretsKey;
use safelight_server::Config;

use crate::args::{ServeArgs, ServiceArgs};
use crate::report::{self, Failure};
use crate::version;

/// Where the environment may hold a token that may do everything.
const TOKEN: &str = "SAFELIGHT_ADMIN_TOKEN";
/// Where the environment may hold what credentials of imports are encrypted with.
const SECRETS_KEY: &str = "SAFELIGHT_SECRETS_KEY";

/// Serves until it is told to stop.
pub(crate) fn run(args: &ServeArgs) -> Result<(), Failure> {
    for name in version::slow_backends() {
        report::warn(format_args!("warning: {name} runs with NO SIMD: expect it to be slow"));
    }
    let state = args.root.join(".safelight");
    let mut config = Config::new(&args.root, &state, args.listen);
    config.samples = args.samples;
    config.quota = args.service.quota;
    if let Some(file) = &args.service.config {
        config.service = read(file, config.service)?;
    }
    args.service.apply(&mut config.service);
    if config.service.imports.secrets_key.is_none() {
        config.service.imports.secrets_key = secrets_key(&config.service, false)?;
    }
    if let Some(limits) = args.limits.given() {
        config.service.limits = limits;
    }
    safelight_server::serve(&config).map_err(Failure::Job)
}

/// The settings of a file, and the folders where it names none.
pub(crate) fn read(
    file: &std::path::Path,
    usual: safelight::Config,
) -> Result<safelight::Config, Failure> {
    let told = |error: &dyn std::fmt::Display| Failure::Job(format!("{}: {error}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| told(&error))?;
    let mut json: serde_json::Value = serde_json::from_str(&text).map_err(|error| told(&error))?;
    if let (Some(json), Some(folder)) = (json.as_object_mut(), usual.folder) {
        json.entry("folder").or_insert_with(|| folder.to_string_lossy().into());
    }
    let mut config =
        safelight::Config::from_json(&json.to_string()).map_err(|error| told(&error))?;
    config.sources.folder = config.sources.folder.or(usual.sources.folder);
    Ok(config)
}

/// What credentials are encrypted with: from the environment, or from the folder of state, where a
/// key is made if `make` says so.
pub(crate) fn secrets_key(
    config: &safelight::Config,
    make: bool,
) -> Result<Option<String>, Failure> {
    if let Ok(key) = std::env::var(SECRETS_KEY) {
        return Ok(Some(key).filter(|key| !key.is_empty()));
    }
    let Some(folder) = &config.folder else { return Ok(None) };
    let file = folder.join("secrets.key");
    match std::fs::read_to_string(&file) {
        Ok(key) => Ok(Some(key.trim().to_owned())),
        Err(_) if !make => Ok(None),
        Err(_) => {
            let key = SecretsKey::fresh().map_err(|error| Failure::Job(error.to_string()))?;
            write_private(&file, &key).map_err(|error| Failure::of(&file, error))?;
            Ok(Some(key))
        }
    }
}

/// Writes a file that only its owner may read.
fn write_private(file: &std::path::Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    std::io::Write::write_all(&mut options.open(file)?, text.as_bytes())
}

impl ServiceArgs {
    /// Puts what was given over what there is.
    pub(crate) fn apply(&self, config: &mut safelight::Config) {
        let set = |place: &mut Option<String>, given: &Option<String>| {
            if given.is_some() {
                place.clone_from(given);
            }
        };
        set(&mut config.catalog, &self.postgres);
        set(&mut config.originals, &self.bucket);
        set(&mut config.results.bucket, &self.results_bucket);
        set(&mut config.base_url, &self.base_url);
        set(&mut config.admin_token, &std::env::var(TOKEN).ok().filter(|token| !token.is_empty()));
        if let Some(state) = &self.state {
            config.folder = Some(state.clone());
        }
        config.results.memory = self.results_memory.unwrap_or(config.results.memory);
        config.results.disk = self.results_disk.unwrap_or(config.results.disk);
        config.sources.allowed_origins.extend(self.allow_origin.iter().cloned());
        config.sources.networks.extend(self.allow_network.iter().cloned());
        config.sources.ports.extend(&self.allow_port);
        config.sources.http |= self.allow_http;
        config.require_signature |= self.require_signature;
    }
}
