//! The files that are made from the option table. `UPDATE=1 cargo test` rewrites them.

mod generate;

use std::path::Path;

fn committed(path: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    if std::env::var_os("UPDATE").is_some_and(|update| update == "1") {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, made).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == made, "{} is stale: run UPDATE=1 cargo test", path.display());
}

#[test]
fn the_option_reference_follows_the_table() {
    committed("core/OPTIONS.md", &generate::markdown::file());
}

#[test]
fn the_json_schema_follows_the_table() {
    committed("core/options.schema.json", &generate::schema::file());
}

#[test]
fn the_python_keywords_follow_the_table() {
    committed("bindings/python/python/safelight/_options.pyi", &generate::python::file());
}

#[test]
fn the_typescript_interface_follows_the_table() {
    committed("bindings/node/options.d.ts", &generate::typescript::file());
}

#[test]
fn the_go_struct_follows_the_table() {
    committed("bindings/go/options.go", &generate::go::file());
}

#[test]
fn every_section_a_row_names_is_in_the_option_reference() {
    let reference = generate::markdown::file();
    for row in safelight::options::ROWS.iter().filter(|row| !row.section.is_empty()) {
        assert!(reference.contains(&format!("\n## {}\n", row.section)), "{}", row.section);
    }
}
