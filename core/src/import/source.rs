//! Sources: where pictures lie, under a name, with sealed credentials.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::stores::{self, Store};
use super::{Imports, Shared};
use crate::storage::catalog::{Change, Document, Outcome};
use crate::storage::fresh_key;
use crate::{Error, Job, Kind, Result};

/// The kind of these documents.
const DOCUMENT: &str = "import-source";
/// Sources of one account.
const MOST: u64 = 100;
/// Longest text of a field, in bytes.
const LONGEST: usize = 2048;
/// How often a change is tried again after somebody else's.
const TRIES: usize = 16;
/// Statuses of a job that may go on.
pub(super) const OPEN: [&str; 2] = ["running", "paused"];

/// Kinds of sources.
pub const KINDS: [&str; 6] = ["s3", "gcs", "azure", "http", "folder", "images"];

/// Where pictures lie. Which fields a kind has:
///
/// | kind | fields | credentials |
/// |---|---|---|
/// | `s3` | `bucket`, `endpoint`, `region` | `access_key_id`, `secret_access_key`, `session_token` |
/// | `gcs` | `bucket`, `endpoint` | `service_account`: its JSON key file |
/// | `azure` | `bucket`: the container, `account`, `endpoint` | `account_key`, or `sas_token` |
/// | `http` | `url` of a list or sitemap | `authorization`: the header for the list's own host |
/// | `folder` | `folder` | none |
/// | `images` | `url` such as `https://host/client/v4/accounts/ID` | `token` |
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SourceFields {
    /// Its name, unique in the account.
    pub name: String,
    /// One of [`KINDS`].
    pub kind: String,
    /// Bucket or container.
    pub bucket: Option<String>,
    /// Scheme, host and port of the server, with a path where it has one; by default the vendor's.
    pub endpoint: Option<String>,
    /// Region of the bucket; `us-east-1` by default.
    pub region: Option<String>,
    /// The storage account.
    pub account: Option<String>,
    /// The list, or the API.
    pub url: Option<String>,
    /// The folder.
    pub folder: Option<String>,
}

/// What opens a source; never shown.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Credentials {
    /// S3.
    pub access_key_id: Option<String>,
    /// S3.
    pub secret_access_key: Option<String>,
    /// S3: of a role that was taken for a time.
    pub session_token: Option<String>,
    /// GCS: the JSON of a service account's key file.
    pub service_account: Option<serde_json::Value>,
    /// Azure: base64.
    pub account_key: Option<String>,
    /// Azure: the query of a shared access signature.
    pub sas_token: Option<String>,
    /// A list: the header `Authorization`.
    pub authorization: Option<String>,
    /// Another service's API: a token.
    pub token: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials")
    }
}

/// A source as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceInfo {
    /// Its id.
    pub id: String,
    /// What it is.
    pub fields: SourceFields,
    /// Whether it has credentials.
    pub sealed: bool,
    /// When it was made, in Unix milliseconds.
    pub created: u64,
}

/// A source as it is kept.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    fields: SourceFields,
    #[serde(default)]
    sealed: Option<String>,
    created: u64,
}

impl Credentials {
    fn is_empty(&self) -> bool {
        *self == Credentials::default()
    }

    /// Refuses what the kind has no use for, so that a slip is not kept for ever.
    fn check(&self, kind: &str) -> Result<()> {
        let given = [
            ("access_key_id", self.access_key_id.is_some(), "s3"),
            ("secret_access_key", self.secret_access_key.is_some(), "s3"),
            ("session_token", self.session_token.is_some(), "s3"),
            ("service_account", self.service_account.is_some(), "gcs"),
            ("account_key", self.account_key.is_some(), "azure"),
            ("sas_token", self.sas_token.is_some(), "azure"),
            ("authorization", self.authorization.is_some(), "http"),
            ("token", self.token.is_some(), "images"),
        ];
        if let Some((name, ..)) = given.iter().find(|(_, given, of)| *given && *of != kind) {
            return Err(Error::invalid("credentials", &format!("those of {kind}"), name));
        }
        match self.access_key_id.is_some() == self.secret_access_key.is_some() {
            true => Ok(()),
            false => {
                let expected = "access_key_id and secret_access_key together";
                Err(Error::invalid("credentials", expected, "one of them"))
            }
        }
    }
}

impl SourceFields {
    fn check(&self) -> Result<()> {
        let needed: &[&str] = match self.kind.as_str() {
            "s3" | "gcs" => &["bucket"],
            "azure" => &["bucket", "account"],
            "http" | "images" => &["url"],
            "folder" => &["folder"],
            _ => return Err(Error::invalid("kind", &KINDS.join(", "), &self.kind)),
        };
        let fits: &[&str] = match self.kind.as_str() {
            "s3" => &["bucket", "endpoint", "region"],
            "gcs" => &["bucket", "endpoint"],
            "azure" => &["bucket", "endpoint", "account"],
            _ => needed,
        };
        let letters = self.name.chars().count();
        if !(1..=100).contains(&letters) || self.name.chars().any(char::is_control) {
            return Err(Error::invalid("name", "1 to 100 characters", &self.name));
        }
        for (name, value) in self.texts() {
            match value.as_deref() {
                None if needed.contains(&name) => {
                    return Err(Error::invalid(name, "a value", "nothing"));
                }
                Some(_) if !fits.contains(&name) => {
                    let expected = format!("nothing in a source of kind {}", self.kind);
                    return Err(Error::invalid(name, &expected, "a value"));
                }
                Some(text) => check_text(name, text)?,
                None => {}
            }
        }
        Ok(())
    }

    fn texts(&self) -> [(&'static str, &Option<String>); 6] {
        [
            ("bucket", &self.bucket),
            ("endpoint", &self.endpoint),
            ("region", &self.region),
            ("account", &self.account),
            ("url", &self.url),
            ("folder", &self.folder),
        ]
    }

    /// Whether it is the same place as another one.
    fn is_place_of(&self, other: &SourceFields) -> bool {
        self.kind == other.kind && self.texts() == other.texts()
    }
}

fn check_text(name: &str, text: &str) -> Result<()> {
    if text.is_empty() || text.len() > LONGEST || text.chars().any(char::is_control) {
        return Err(Error::invalid(name, "1 to 2048 bytes without control characters", "another"));
    }
    let plain = |text: &str| {
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        text.bytes().all(letter) && text != "." && text != ".."
    };
    match name {
        "bucket" | "region" | "account" if !plain(text) => {
            Err(Error::invalid(name, "letters, digits, -, _ and .", text))
        }
        "endpoint" | "url" => {
            let target = crate::fetch::Target::read(text);
            let fine = target.is_ok_and(|target| target.credentials.is_none())
                && (name == "url" || !text.contains('?'));
            match fine {
                true => Ok(()),
                // It may hold a password.
                false => Err(Error::invalid(name, "an http or https url without user", "another")),
            }
        }
        _ => Ok(()),
    }
}

impl Imports {
    /// Makes a source. `Conflict` when the name is taken, `Forbidden` for credentials without a
    /// `secrets_key` and for a folder that is not allowed.
    pub fn create_source(
        &self,
        account: &str,
        fields: &SourceFields,
        credentials: &Credentials,
    ) -> Result<SourceInfo> {
        self.shared.hosted.account(account)?;
        self.shared.check(fields, credentials)?;
        let id = fresh_key()?;
        self.shared.check_name(account, &fields.name, None)?;
        let kept = Kept {
            fields: fields.clone(),
            sealed: self.shared.seal(account, &id, credentials)?,
            created: self.shared.hosted.now(),
        };
        let add = Change::AddDocument { document: kept.document(account, &id)?, most: MOST };
        match self.shared.hosted.catalog().commit(&[add])? {
            Outcome::Done(_) => Ok(kept.info(&id)),
            Outcome::Full => Err(Error::too_large("sources", MOST, "one more")),
            _ => Err(Error::new(Kind::Conflict, "there is such a source already")),
        }
    }

    /// One source.
    pub fn source(&self, account: &str, id: &str) -> Result<SourceInfo> {
        Ok(self.shared.kept(account, id)?.0.info(id))
    }

    /// Every source of an account, by name.
    pub fn sources(&self, account: &str) -> Result<Vec<SourceInfo>> {
        self.shared.hosted.account(account)?;
        let mut sources = self.shared.all_sources(account)?;
        sources.sort_by(|a, b| a.fields.name.cmp(&b.fields.name));
        Ok(sources)
    }

    /// Replaces a source's fields, and its credentials where some are given. `Conflict` while a
    /// job of it runs; while one is paused, the place it leads to stays.
    pub fn edit_source(
        &self,
        account: &str,
        id: &str,
        fields: &SourceFields,
        credentials: Option<&Credentials>,
    ) -> Result<SourceInfo> {
        let none = Credentials::default();
        self.shared.check(fields, credentials.unwrap_or(&none))?;
        self.shared.check_name(account, &fields.name, Some(id))?;
        for _ in 0..TRIES {
            let (old, document) = self.shared.kept(account, id)?;
            if old.fields.kind != fields.kind {
                return Err(Error::invalid("kind", &old.fields.kind, &fields.kind));
            }
            let moved = !old.fields.is_place_of(fields);
            self.shared.check_idle(account, id, if moved { &OPEN } else { &OPEN[..1] })?;
            let sealed = match credentials {
                Some(credentials) => self.shared.seal(account, id, credentials)?,
                None => old.sealed,
            };
            let kept = Kept { fields: fields.clone(), sealed, created: old.created };
            let new = Document { version: document.version, ..kept.document(account, id)? };
            let set = Change::SetDocument(new);
            if let Outcome::Done(_) = self.shared.hosted.catalog().commit(&[set])? {
                return Ok(kept.info(id));
            }
        }
        Err(busy())
    }

    /// Removes a source, and what is known of earlier imports from it. `Conflict` while a job of
    /// it runs or is paused.
    pub fn delete_source(&self, account: &str, id: &str) -> Result<()> {
        for _ in 0..TRIES {
            let (_, document) = self.shared.kept(account, id)?;
            self.shared.check_idle(account, id, &OPEN)?;
            let Document { kind, account, name, version, .. } = document;
            let forget = crate::storage::catalog::ImportChange::Forget {
                account: account.clone(),
                source: name.clone(),
            };
            let drop = Change::DropDocument { kind, account, name, version };
            let changes = [drop, Change::Import(forget)];
            if let Outcome::Done(_) = self.shared.hosted.catalog().commit(&changes)? {
                return Ok(());
            }
        }
        Err(busy())
    }

    /// Asks a source for the first page of its objects; gives how many that has.
    pub fn check_source(&self, account: &str, id: &str, job: &Job) -> Result<usize> {
        let store = self.shared.store(account, id, "")?;
        let listed = store.list("", job).map_err(stores::Trouble::error)?;
        Ok(listed.objects.len())
    }
}

fn busy() -> Error {
    Error::new(Kind::Busy, "too many changes of the same thing at once")
}

impl Shared {
    fn check(&self, fields: &SourceFields, credentials: &Credentials) -> Result<()> {
        fields.check()?;
        credentials.check(&fields.kind)?;
        if !credentials.is_empty() && self.setup.secrets_key.is_none() {
            let message = "credentials: the service was opened without imports.secrets_key";
            return Err(Error::new(Kind::Forbidden, message));
        }
        match &fields.folder {
            Some(folder) => stores::folder::allowed(folder, &self.setup.folders).map(drop),
            None => Ok(()),
        }
    }

    /// A name tells a source from the others of its account.
    fn check_name(&self, account: &str, name: &str, own: Option<&str>) -> Result<()> {
        let sources = self.all_sources(account)?;
        let other = |source: &SourceInfo| source.fields.name == name && Some(&*source.id) != own;
        match sources.iter().any(other) {
            true => Err(Error::new(Kind::Conflict, "name: another source has it")),
            false => Ok(()),
        }
    }

    fn check_idle(&self, account: &str, source: &str, statuses: &[&str]) -> Result<()> {
        for status in statuses {
            let jobs = self.hosted.catalog().journal().jobs(Some(account), Some(status))?;
            if jobs.iter().any(|job| job.source == source) {
                let message = format!("a job of the source is {status}");
                return Err(Error::new(Kind::Conflict, message));
            }
        }
        Ok(())
    }

    fn all_sources(&self, account: &str) -> Result<Vec<SourceInfo>> {
        let documents = self.hosted.catalog().documents(DOCUMENT, Some(account))?;
        documents.iter().map(|it| Ok(Kept::read(&it.body)?.info(&it.name))).collect()
    }

    fn kept(&self, account: &str, id: &str) -> Result<(Kept, Document)> {
        let found = self.hosted.catalog().document(DOCUMENT, account, id)?;
        let document =
            found.ok_or_else(|| Error::new(Kind::NotFound, "there is no such source"))?;
        Ok((Kept::read(&document.body)?, document))
    }

    fn seal(&self, account: &str, id: &str, credentials: &Credentials) -> Result<Option<String>> {
        let Some(key) = self.setup.secrets_key.as_ref().filter(|_| !credentials.is_empty()) else {
            return Ok(None);
        };
        let text = serde_json::to_string(credentials)
            .map_err(|_| Error::internal("credentials could not be written"))?;
        key.seal(&format!("{account}/{id}"), &text).map(Some)
    }

    /// The adapter of a source, for objects whose keys begin with `path`.
    pub(super) fn store(&self, account: &str, id: &str, path: &str) -> Result<Arc<dyn Store>> {
        let (kept, _) = self.kept(account, id)?;
        let credentials = match &kept.sealed {
            None => Credentials::default(),
            Some(sealed) => {
                let missing = || {
                    let message = "the service was opened without imports.secrets_key";
                    Error::new(Kind::Forbidden, message)
                };
                let key = self.setup.secrets_key.as_ref().ok_or_else(missing)?;
                let text = key.open(&format!("{account}/{id}"), sealed)?;
                serde_json::from_str(&text)
                    .map_err(|_| Error::internal("credentials cannot be read"))?
            }
        };
        stores::open(&kept.fields, credentials, path, self)
    }

    /// The change that says that a job of a source begins: whoever edits or removes the source at
    /// the same time is refused, or refuses this.
    pub(super) fn touch_source(&self, account: &str, id: &str) -> Result<Change> {
        Ok(Change::SetDocument(self.kept(account, id)?.1))
    }
}

impl Kept {
    fn read(body: &str) -> Result<Self> {
        serde_json::from_str(body)
            .map_err(|_| Error::new(Kind::Storage, "a source cannot be read from the catalog"))
    }

    fn document(&self, account: &str, id: &str) -> Result<Document> {
        let body = serde_json::to_string(self)
            .map_err(|_| Error::internal("a source could not be written"))?;
        let (kind, account, name) = (DOCUMENT.to_owned(), account.to_owned(), id.to_owned());
        Ok(Document { kind, account, name, version: 0, body })
    }

    fn info(&self, id: &str) -> SourceInfo {
        SourceInfo {
            id: id.to_owned(),
            fields: self.fields.clone(),
            sealed: self.sealed.is_some(),
            created: self.created,
        }
    }
}
