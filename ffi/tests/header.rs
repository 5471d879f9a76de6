//! `include/safelight.h` is generated from the border's source; `UPDATE=1` rewrites it.

use std::fs;
use std::path::{Path, PathBuf};

use cbindgen::{Builder, Config, DocumentationStyle, Language, Style};
use safelight_core::{Kind, KindNames, Limits, KINDS, VERSION};

/// Source files in the order in which the header is read.
const SOURCES: [(&str, &str); 12] = [
    ("version.rs", "The library itself"),
    ("error.rs", "Errors"),
    ("engine.rs", "Engines, and the verbs on images"),
    ("audit.rs", "The verb on pages"),
    ("hooks.rs", "Hooks of the host"),
    ("image.rs", "Rendered results"),
    ("job.rs", "Deadlines and cancellation"),
    ("links.rs", "The verbs on links and requests"),
    ("service.rs", "Services"),
    ("response.rs", "Responses of a service"),
    ("answer.rs", "Answers of hosted verbs"),
    ("bytes.rs", "Text results"),
];

#[test]
fn the_committed_header_is_the_generated_one() {
    let path = root().join("include/safelight.h");
    let wanted = header();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &wanted).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    let stale = found.lines().zip(wanted.lines()).position(|(found, wanted)| found != wanted);
    assert!(found == wanted, "safelight.h differs from line {stale:?} on; UPDATE=1 rewrites it");
}

#[test]
fn every_line_fits_the_width_and_no_rust_shows() {
    for (index, line) in header().lines().enumerate() {
        let columns = line.chars().count();
        assert!(columns <= 100, "line {} has {columns} columns: {line}", index + 1);
        for word in ["Rust", "usize", "[`", "crate::"] {
            assert!(!line.contains(word), "line {} says {word}: {line}", index + 1);
        }
    }
}

#[test]
fn every_function_says_who_frees_what_it_gives() {
    let text = header();
    for (comment, declaration) in functions(&text) {
        if declaration.contains("**out") {
            assert!(comment.contains("`out` receives"), "{declaration}");
            assert!(comment.contains("_free()"), "{declaration}");
            assert!(comment.contains("Errors: "), "{declaration}");
        }
        if declaration.starts_with("const ") && !comment.contains("as long as the program") {
            assert!(comment.contains("The pointer lives as long as the handle."), "{declaration}");
        }
    }
}

#[test]
fn the_table_of_limits_is_that_of_core() {
    let text = header();
    let (_, table) = text.split_once("     name                          default  bounds").unwrap();
    let listed: Vec<_> = table
        .lines()
        .skip(1)
        .map_while(|line| line.strip_prefix(" *     "))
        .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
        .collect();
    let defaults = serde_json::to_value(Limits::default()).unwrap();
    let wanted: Vec<_> = defaults
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    assert_eq!(listed, wanted);
}

/// Comments and declarations of all functions.
fn functions(header: &str) -> Vec<(&str, &str)> {
    header
        .split("/**")
        .skip(1)
        .filter_map(|block| block.split_once("*/"))
        .filter_map(|(comment, rest)| Some((comment, rest.trim_start().split_once(';')?.0)))
        .filter(|(_, declaration)| declaration.contains('('))
        .collect()
}

fn header() -> String {
    let mut body = generated();
    let mut seen = String::new();
    for (file, title) in SOURCES {
        let source = fs::read_to_string(root().join("ffi/src").join(file)).unwrap();
        let first = first_function(&source);
        let at = start_of_comment(&body, first);
        let line = format!("/* {} {title} {} */\n\n", "-".repeat(4), "-".repeat(78 - title.len()));
        body.insert_str(at, &line);
        assert!(!seen.contains(first), "{first} stands in two files");
        seen.push_str(first);
    }
    format!("{}\n{}", manual(), body)
}

fn first_function(source: &str) -> &str {
    let (_, rest) = source.split_once("extern \"C\" fn ").unwrap();
    rest.split_once('(').unwrap().0
}

/// Where the comment of `function` begins in `body`.
fn start_of_comment(body: &str, function: &str) -> usize {
    let at = body.find(&format!("{function}(")).unwrap();
    body[..at].rfind("/**").unwrap()
}

fn generated() -> String {
    let config = Config {
        language: Language::C,
        style: Style::Type,
        cpp_compat: true,
        usize_is_size_t: true,
        documentation_style: DocumentationStyle::Doxy,
        no_includes: true,
        sys_includes: vec!["stddef.h".to_owned(), "stdint.h".to_owned()],
        after_includes: Some(constants()),
        include_guard: Some("SAFELIGHT_H".to_owned()),
        line_length: 96,
        ..Config::default()
    };
    let builder = SOURCES.iter().fold(Builder::new().with_config(config), |builder, (file, _)| {
        builder.with_src(root().join("ffi/src").join(file))
    });
    let mut text = Vec::new();
    builder.generate().expect("the border parses").write(&mut text);
    tidy(&String::from_utf8(text).unwrap())
}

/// One blank line at most, no blanks at line ends, and the two halves of the interface's number
/// as one reads them.
fn tidy(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        let repeated = line.is_empty() && lines.last().is_none_or(|last| last.is_empty());
        if !repeated {
            lines.push(match line.strip_prefix("#define SAFELIGHT_ABI_VERSION ") {
                Some(number) => {
                    format!(
                        "#define SAFELIGHT_ABI_VERSION {:#010x}",
                        number.parse::<u32>().unwrap()
                    )
                }
                None => line.to_owned(),
            });
        }
    }
    lines.join("\n") + "\n"
}

fn constants() -> String {
    let mut text = format!(
        "\n/** Version of the library that this header came with. */\n\
         #define SAFELIGHT_VERSION \"{VERSION}\"\n\n\
         /** Status of a call that did what it was asked for. */\n\
         #define SAFELIGHT_OK 0\n"
    );
    for row in &KINDS {
        let meaning = capital(meaning(row.kind));
        let (name, number) = (row.c, row.kind.number());
        text += &format!("\n/** {meaning}. */\n#define {name} {number}\n");
    }
    text
}

fn manual() -> String {
    let kinds: String = KINDS.iter().map(kind_line).collect();
    let manual = include_str!("manual.h").replace("@VERSION@", VERSION);
    manual
        .replace("@KINDS@", &kinds)
        .replace("@EXAMPLE@", &example("thumbnail"))
        .replace("@SERVICE@", &example("private"))
}

fn kind_line(row: &KindNames) -> String {
    let (number, meaning) = (row.kind.number(), meaning(row.kind));
    format!(" *     {number:6}  {:21}  {:4}  {meaning}\n", row.c, row.http)
}

/// An example program, which the C tests build and run, with its own comments as line comments.
fn example(name: &str) -> String {
    let source = fs::read_to_string(root().join(format!("examples/c/{name}.c"))).unwrap();
    let source = source.replace("/* ", "// ").replace(" */", "");
    source.lines().map(|line| format!(" *     {line}").trim_end().to_owned() + "\n").collect()
}

fn meaning(kind: Kind) -> &'static str {
    match kind {
        Kind::Invalid => "an option, a URL or an argument is wrong",
        Kind::Signature => "a signature is missing, wrong or expired",
        Kind::Forbidden => "a source or an option is not allowed here",
        Kind::NotFound => "there is no such thing",
        Kind::TooLarge => "a limit was passed",
        Kind::Unsupported => "the format or feature is not available",
        Kind::Malformed => "the image is broken",
        Kind::Cancelled => "the job was cancelled",
        Kind::Timeout => "the job's time is up",
        Kind::Storage => "a store or another backend failed",
        Kind::Internal => "a fault of the library",
        Kind::Conflict => "something of that name is there already",
        Kind::Busy => "there is too much to do just now; later it may work",
    }
}

fn capital(text: &str) -> String {
    text[..1].to_uppercase() + &text[1..]
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
