//! Tables, and how older ones become newer ones.
//!
//! Statements stay within what SQLite and PostgreSQL both read: `TEXT` and `BIGINT`, `$1` as
//! placeholders in ascending order, partial indexes, `ON CONFLICT`.

/// Each step is run once, in order, within one transaction; the table `counters` remembers the
/// last one under `schema`.
pub(super) const STEPS: &[&str] = &[
    "
CREATE TABLE images (
    account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
    filename TEXT NOT NULL, creator TEXT NOT NULL, meta TEXT NOT NULL, private BIGINT NOT NULL,
    uploaded BIGINT NOT NULL, expires BIGINT, ticket TEXT NOT NULL,
    blob TEXT, hash TEXT NOT NULL, bytes BIGINT NOT NULL,
    mime TEXT NOT NULL, width BIGINT NOT NULL, height BIGINT NOT NULL,
    PRIMARY KEY (account, id)
);
CREATE INDEX images_by_time ON images (account, uploaded, id) WHERE expires IS NULL;
CREATE INDEX images_by_creator ON images (account, creator, uploaded, id) WHERE expires IS NULL;
CREATE INDEX images_drafts ON images (expires) WHERE expires IS NOT NULL;
CREATE TABLE terms (
    account TEXT NOT NULL, term BIGINT NOT NULL, uploaded BIGINT NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY (account, term, uploaded, id)
);
CREATE TABLE documents (
    kind TEXT NOT NULL, account TEXT NOT NULL, name TEXT NOT NULL, version BIGINT NOT NULL,
    body TEXT NOT NULL, PRIMARY KEY (kind, account, name)
);
CREATE TABLE notes (blob TEXT PRIMARY KEY, since BIGINT NOT NULL);
CREATE INDEX notes_by_time ON notes (since);
CREATE TABLE log (
    seq BIGINT PRIMARY KEY, kind TEXT NOT NULL, account TEXT NOT NULL, subject TEXT NOT NULL,
    at BIGINT NOT NULL
);
",
    "
CREATE TABLE nodes (node TEXT PRIMARY KEY, seen BIGINT NOT NULL, until BIGINT NOT NULL);
",
    "
CREATE TABLE imports (
    account TEXT NOT NULL, id TEXT NOT NULL, source TEXT NOT NULL, status TEXT NOT NULL,
    reason TEXT NOT NULL, spec TEXT NOT NULL, cursor TEXT NOT NULL, listed BIGINT NOT NULL,
    created BIGINT NOT NULL, started BIGINT NOT NULL, ended BIGINT NOT NULL,
    base BIGINT NOT NULL, base_bytes BIGINT NOT NULL,
    found BIGINT NOT NULL, imported BIGINT NOT NULL, skipped BIGINT NOT NULL,
    failed BIGINT NOT NULL, excluded BIGINT NOT NULL, bytes BIGINT NOT NULL,
    PRIMARY KEY (account, id)
);
CREATE INDEX imports_running ON imports (created) WHERE status = 'running';
CREATE TABLE import_items (
    job TEXT NOT NULL, key TEXT NOT NULL, bytes BIGINT NOT NULL, etag TEXT NOT NULL,
    extra TEXT NOT NULL, state BIGINT NOT NULL, claim TEXT NOT NULL, reason TEXT NOT NULL,
    image TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (job, key)
);
CREATE INDEX import_items_free ON import_items (job, key) WHERE state = 0 AND claim = '';
CREATE INDEX import_items_claimed ON import_items (job, claim, key) WHERE state = 0 AND claim <> '';
CREATE TABLE imported (
    account TEXT NOT NULL, source TEXT NOT NULL, image TEXT NOT NULL, bytes BIGINT NOT NULL,
    etag TEXT NOT NULL, PRIMARY KEY (account, source, image)
);
",
];

/// Read before anything else, so it is made on its own.
pub(super) const COUNTERS: &str =
    "CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL)";

pub(super) const COLUMNS: &str =
    "account, id, version, filename, creator, meta, private, uploaded, \
     expires, ticket, blob, hash, bytes, mime, width, height";

pub(super) const INSERT_IMAGE: &str =
    "INSERT INTO images (account, id, version, filename, creator, \
     meta, private, uploaded, expires, ticket, blob, hash, bytes, mime, width, height) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
     ON CONFLICT DO NOTHING";

/// The old version comes last.
pub(super) const UPDATE_IMAGE: &str = "UPDATE images SET account = $1, id = $2, version = $3, \
     filename = $4, creator = $5, meta = $6, private = $7, uploaded = $8, expires = $9, \
     ticket = $10, blob = $11, hash = $12, bytes = $13, mime = $14, width = $15, height = $16 \
     WHERE account = $1 AND id = $2 AND version = $17";

pub(super) const COUNT_UP: &str = "INSERT INTO counters (name, value) VALUES ($1, $2) \
     ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value RETURNING value";

/// The counter of the log.
pub(super) const LOG: &str = "log";
