//! Folders are layers: which may use which is a table here, checked against every `use`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Folder or file of `core/src`, and what it may use besides `error`, `limits`, `job` and `guard`.
const MAY_USE: &[(&str, &[&str])] = &[
    ("options", &[]),
    ("sign", &[]),
    ("image", &[]),
    ("url", &["options", "sign"]),
    ("kernel", &["image"]),
    ("plan", &["options", "image", "hooks"]),
    ("color", &["image"]),
    ("decode", &["hooks", "image", "color", "kernel", "plan", "backends", "text"]),
    ("insight", &["options", "image", "kernel", "plan", "decode", "transform", "encode"]),
    ("transform", &["image", "color", "kernel", "plan", "options", "backends"]),
    ("encode", &["image", "color", "kernel", "plan", "backends"]),
    ("original", &["plan", "image"]),
    ("quality", &["plan", "decode", "encode", "insight", "image"]),
    (
        "polish",
        &[
            "delivery",
            "image",
            "kernel",
            "plan",
            "decode",
            "transform",
            "encode",
            "original",
            "quality",
        ],
    ),
    ("overlays", &["options", "image", "plan", "decode", "insight", "assets", "text"]),
    ("text", &["options", "image", "plan", "assets"]),
    (
        "pipeline",
        &[
            "hooks",
            "original",
            "plan",
            "decode",
            "transform",
            "encode",
            "quality",
            "image",
            "assets",
            "input",
            "overlays",
        ],
    ),
    ("delivery", &["options", "url", "image"]),
    ("markup", &["options", "sign", "url"]),
    ("audit", &["options", "url", "markup", "image", "delivery", "assets", "input", "engine"]),
    ("message", &[]),
    ("storage", &["sign", "tls"]),
    ("fetch", &["delivery", "sign", "tls"]),
    ("hosted", &["options", "sign", "storage", "image", "plan", "engine", "delivery"]),
    ("import", &["date", "delivery", "fetch", "hosted", "options", "sign", "storage"]),
    (
        "api",
        &["date", "hosted", "delivery", "import", "message", "sign", "storage", "url", "options"],
    ),
    ("date", &[]),
    ("backends", &["decode", "transform", "encode"]),
    ("assets", &[]),
    ("input", &["assets", "delivery"]),
    ("hooks", &["image"]),
    ("tls", &[]),
    ("error", &[]),
    ("limits", &[]),
    ("job", &[]),
    ("guard", &[]),
];
const ALWAYS: &[&str] = &["error", "limits", "job", "guard"];
/// Files that see everything.
const TOP: &[&str] = &["lib", "engine", "chain", "service"];

#[test]
fn every_folder_uses_only_what_its_layer_may() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let modules: BTreeSet<String> =
        fs::read_dir(&source).unwrap().map(|entry| stem(&entry.unwrap().path())).collect();
    let mut wrong = Vec::new();
    let layers = modules.iter().filter(|module| !TOP.contains(&module.as_str()));
    for module in layers.filter(|module| !module.ends_with("_tests")) {
        let allowed = MAY_USE.iter().find(|(name, _)| name == module);
        let (_, allowed) = allowed.unwrap_or_else(|| panic!("{module} has no row in MAY_USE"));
        for file in files(&source, module) {
            let text = without_tests(&fs::read_to_string(&file).unwrap());
            for used in used_modules(&text, &modules) {
                let fine = used == *module
                    || ALWAYS.contains(&used.as_str())
                    || allowed.contains(&used.as_str());
                if !fine {
                    wrong.push(format!("{} uses {used}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

/// The files of one module: `name.rs`, or all of `name/`.
fn files(source: &Path, module: &str) -> Vec<PathBuf> {
    let file = source.join(format!("{module}.rs"));
    if file.exists() {
        return vec![file];
    }
    let mut found = Vec::new();
    let mut folders = vec![source.join(module)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && stem(&path) != "tests"
            {
                found.push(path);
            }
        }
    }
    found
}

/// Tests may look across layers; they stand at the end of a file.
fn without_tests(text: &str) -> String {
    text.split("#[cfg(test)]\nmod ").next().unwrap_or(text).to_owned()
}

/// Modules named after `crate::`, one by one or in a brace list.
fn used_modules(text: &str, modules: &BTreeSet<String>) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let names = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or(list).to_owned(),
            None => rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect(),
        };
        let names =
            names.split(',').map(|name| name.trim().split("::").next().unwrap_or("").to_owned());
        used.extend(names.filter(|name| modules.contains(name)));
    }
    used
}
