//! `openapi.json` is made from the table of operations. `UPDATE=1 cargo test` rewrites it.

#![cfg(feature = "service")]

use std::path::Path;

#[test]
fn the_openapi_file_follows_the_operations() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let made = format!("{:#}\n", safelight::api::openapi());
    if std::env::var_os("UPDATE").is_some_and(|update| update == "1") {
        std::fs::write(&path, &made).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == made, "{} is stale: run UPDATE=1 cargo test", path.display());
}
