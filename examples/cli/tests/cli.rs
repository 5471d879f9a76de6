//! The binary as a user runs it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

fn pictures(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/images").join(name)
}

/// A folder of its own for one test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("safelight-cli-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    /// A copy of a test picture.
    fn with(&self, name: &str) -> PathBuf {
        let copy = self.0.join(name);
        fs::copy(pictures(name), &copy).unwrap();
        copy
    }

    fn names(&self, below: &str) -> Vec<String> {
        let entries = fs::read_dir(self.0.join(below)).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn safelight(folder: &Folder) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_safelight"));
    command.current_dir(&folder.0).env_remove("SAFELIGHT_KEY").stdin(Stdio::null());
    command
}

fn run(folder: &Folder, args: &[&str]) -> Output {
    safelight(folder).args(args).output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn facts(folder: &Folder, file: &str) -> Value {
    let output = run(folder, &["probe", file]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn one_picture_is_rendered_into_a_file() {
    let folder = Folder::new();
    folder.with("photo.jpg");
    let output = run(&folder, &["render", "width=100,format=webp", "photo.jpg", "small.webp"]);
    assert_eq!((code(&output), err(&output).as_str()), (0, ""));
    assert!(output.stdout.is_empty());
    let facts = facts(&folder, "small.webp");
    assert_eq!((facts["format"].as_str(), facts["width"].as_u64()), (Some("webp"), Some(100)));
    assert_eq!(folder.names(""), ["photo.jpg", "small.webp"], "no temporary file is left");
}

#[test]
fn standard_input_and_output_carry_the_same_bytes_as_files() {
    let folder = Folder::new();
    let source = fs::read(folder.with("photo.jpg")).unwrap();
    let options = "width=90,format=jpeg";
    assert_eq!(code(&run(&folder, &["render", options, "photo.jpg", "file.jpg"])), 0);
    let mut child = safelight(&folder)
        .args(["render", options, "-", "-", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&source).unwrap();
    let piped = child.wait_with_output().unwrap();
    assert_eq!(piped.stdout, fs::read(folder.0.join("file.jpg")).unwrap());
    let info: Value = serde_json::from_slice(&piped.stderr).unwrap();
    assert_eq!((info["width"].as_u64(), info["output"].as_str()), (Some(90), Some("-")));
}

#[test]
fn several_pictures_go_into_a_folder_and_failures_do_not_stop_the_rest() {
    let folder = Folder::new();
    for name in ["photo.jpg", "alpha.png", "420.avif"] {
        folder.with(name);
    }
    fs::write(folder.0.join("broken.jpg"), "no picture").unwrap();
    let names = ["photo.jpg", "broken.jpg", "alpha.png", "missing.jpg", "420.avif"];
    let args = [&["render", "width=40,format=webp"][..], &names, &["out/", "--json"]].concat();
    let output = run(&folder, &args);
    assert_eq!(code(&output), 1);
    assert_eq!(folder.names("out"), ["420.webp", "alpha.webp", "photo.webp"]);
    let errors = err(&output);
    assert_eq!(errors.lines().count(), 2, "{errors}");
    assert!(errors.contains("safelight: broken.jpg: "), "{errors}");
    assert!(errors.contains("safelight: missing.jpg: no such file"), "{errors}");
    let lines = out(&output);
    assert_eq!(lines.lines().count(), 3);
    assert!(lines.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
}

#[test]
fn a_new_name_after_o_is_a_folder_for_several_and_a_file_for_one() {
    let folder = Folder::new();
    folder.with("photo.jpg");
    folder.with("gray.jpg");
    assert_eq!(code(&run(&folder, &["render", "w=20", "photo.jpg", "gray.jpg", "-o", "many"])), 0);
    assert_eq!(folder.names("many"), ["gray.jpg", "photo.jpg"]);
    assert_eq!(code(&run(&folder, &["render", "w=20", "photo.jpg", "-o", "one"])), 0);
    assert!(folder.0.join("one").is_file());
}

#[test]
fn the_source_is_never_overwritten() {
    let folder = Folder::new();
    let photo = folder.with("photo.jpg");
    let before = fs::read(&photo).unwrap();
    fs::hard_link(&photo, folder.0.join("same.jpg")).unwrap();
    for target in ["photo.jpg", "./photo.jpg", "same.jpg", "."] {
        let output = run(&folder, &["render", "width=10,format=jpeg", "photo.jpg", target]);
        assert_eq!(code(&output), 1, "{target}");
        assert!(err(&output).contains("overwrite"), "{target}: {}", err(&output));
    }
    assert_eq!(fs::read(&photo).unwrap(), before);
}

#[test]
fn two_sources_never_share_one_result() {
    let folder = Folder::new();
    fs::create_dir(folder.0.join("a")).unwrap();
    fs::copy(pictures("gray.jpg"), folder.0.join("a/photo.jpg")).unwrap();
    folder.with("photo.jpg");
    let output = run(&folder, &["render", "width=10", "photo.jpg", "a/photo.jpg", "out/"]);
    assert_eq!(code(&output), 1);
    assert!(err(&output).contains("another picture of this run"), "{}", err(&output));
    assert_eq!(folder.names("out"), ["photo.jpg"]);
}

#[test]
fn a_failed_run_leaves_an_older_result_as_it_was() {
    let folder = Folder::new();
    fs::write(folder.0.join("broken.jpg"), "no picture").unwrap();
    fs::write(folder.0.join("old.jpg"), "old").unwrap();
    assert_eq!(code(&run(&folder, &["render", "width=10", "broken.jpg", "old.jpg"])), 1);
    assert_eq!(fs::read(folder.0.join("old.jpg")).unwrap(), b"old");
    assert_eq!(folder.names(""), ["broken.jpg", "old.jpg"]);
}

#[test]
fn wrong_usage_ends_with_two_and_names_the_option() {
    let folder = Folder::new();
    folder.with("photo.jpg");
    for args in [
        &["render", "width=0", "photo.jpg", "o.jpg"][..],
        &["render", "width=10", "photo.jpg"],
        &["render", "width=10", "photo.jpg", "photo.jpg", "file.jpg"],
        &["explain", "width=0", "photo.jpg"],
        &["render", "segment=foreground", "photo.jpg", "o.jpg"],
        &["render"],
        &["nonsense"],
        &["url", "width=10"],
        &["sign", "/a"],
        &["render", "width=10", "photo.jpg", "o.jpg", "--limits", "{\"wat\":1}"],
        &["import", ".", "--to", "http://127.0.0.1:1/client/v4/accounts/a", "--quota", "5"],
    ] {
        let output = run(&folder, args);
        assert_eq!(code(&output), 2, "{args:?}: {}", err(&output));
        assert!(!err(&output).is_empty());
    }
    let output = run(&folder, &["render", "width=0", "photo.jpg", "o.jpg"]);
    assert!(err(&output).starts_with("safelight: width: expected "), "{}", err(&output));
    assert_eq!(folder.names(""), ["photo.jpg"]);
}

#[test]
fn the_client_decides_what_auto_is() {
    let folder = Folder::new();
    folder.with("photo.jpg");
    for (args, format) in [
        (&["--accept", "image/avif,image/webp"][..], "avif"),
        (&["--headers", "Accept: image/webp"], "webp"),
        (&[], "jpeg"),
    ] {
        let args = [&["render", "width=32,format=auto", "photo.jpg", "o"][..], args].concat();
        assert_eq!(code(&run(&folder, &args)), 0);
        assert_eq!(facts(&folder, "o")["format"], format);
    }
}

#[test]
fn a_deadline_and_a_limit_fail_the_job() {
    let folder = Folder::new();
    folder.with("photo.jpg");
    let base = ["render", "width=64", "photo.jpg", "o.jpg"];
    let output = run(&folder, &[&base[..], &["--timeout", "0"]].concat());
    assert_eq!(code(&output), 1);
    assert!(err(&output).contains("time"), "{}", err(&output));
    let output = run(&folder, &[&base[..], &["--limits", "{\"source_pixels\":100}"]].concat());
    assert_eq!(code(&output), 1);
    assert!(err(&output).contains("limit 100"), "{}", err(&output));
}

#[test]
fn probe_prints_one_line_a_file_and_goes_on_after_a_failure() {
    let folder = Folder::new();
    folder.with("photo.jpg");
    folder.with("anim.gif");
    let output = run(&folder, &["probe", "photo.jpg", "none.jpg", "anim.gif"]);
    assert_eq!(code(&output), 1);
    let lines: Vec<Value> =
        out(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["file"], "photo.jpg");
    assert_eq!((lines[0]["width"].as_u64(), lines[1]["frames"].as_u64()), (Some(320), Some(8)));
    assert_eq!(err(&output), "safelight: none.jpg: no such file or directory\n");
}

#[test]
fn explain_prints_the_plan_and_renders_nothing() {
    let folder = Folder::new();
    folder.with("photo.jpg");
    let output = run(&folder, &["explain", "w=100,h=100,fit=cover", "photo.jpg"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(plan["key"], "width=100,height=100,fit=cover");
    assert_eq!(plan["source"]["width"], 320);
    assert_eq!(folder.names(""), ["photo.jpg"]);
}

#[test]
fn polish_writes_fewer_bytes_or_the_picture_itself_and_says_which() {
    let folder = Folder::new();
    folder.with("photo.jpg");
    let output = run(&folder, &["polish", "--json", "photo.jpg", "small.jpg"]);
    let told: Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!(
        (code(&output), told["status"].as_str(), told["format"].as_str()),
        (0, Some("ok"), Some("jpeg"))
    );
    let bytes = |name: &str| fs::metadata(folder.0.join(name)).unwrap().len();
    assert!(bytes("small.jpg") < bytes("photo.jpg"));
    let again = run(&folder, &["polish", "small.jpg", "same.jpg"]);
    assert!(out(&again).starts_with("not_compressed: jpeg"), "{}", out(&again));
    assert_eq!(bytes("same.jpg"), bytes("small.jpg"));
    assert_eq!(code(&run(&folder, &["polish", "photo.jpg", "photo.jpg"])), 1);
    assert_eq!(code(&run(&folder, &["polish", "--floor", "7", "photo.jpg", "a.jpg"])), 2);
}

#[test]
fn a_folder_is_imported_once_and_its_log_says_what_was_no_picture() {
    let folder = Folder::new();
    fs::create_dir(folder.0.join("old")).unwrap();
    folder.with("photo.jpg");
    fs::rename(folder.0.join("photo.jpg"), folder.0.join("old/a b.jpg")).unwrap();
    fs::write(folder.0.join("old/note.txt"), "no picture").unwrap();
    let import = |log| run(&folder, &["import", "old", "--state", "data", "--log", log]);
    let output = import("one.csv");
    assert_eq!(code(&output), 0, "{}", err(&output));
    let log = fs::read_to_string(folder.0.join("one.csv")).unwrap();
    let statuses: Vec<_> = log.lines().map(|line| line.split(',').nth(1).unwrap()).collect();
    assert_eq!(statuses, ["status", "imported", "failed"], "{log}");
    import("two.jsonl");
    let log = fs::read_to_string(folder.0.join("two.jsonl")).unwrap();
    let first: Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
    assert_eq!((&first["key"], &first["status"]), (&"a b.jpg".into(), &"skipped".into()), "{log}");
}

#[test]
fn what_was_signed_is_valid_and_nothing_else_is() {
    let folder = Folder::new();
    fs::write(folder.0.join("keys"), "first key\nsecond key\n").unwrap();
    let signed =
        run(&folder, &["sign", "--key", "second key", "--expires", "1893456000", "/a/b/public"]);
    let signed = out(&signed).trim().to_owned();
    assert!(signed.starts_with("/a/b/public?exp=1893456000&sig="), "{signed}");
    let verify = |args: &[&str]| code(&run(&folder, &[&["verify"], args].concat()));
    assert_eq!(verify(&["--key-file", "keys", "--now", "1893455999", &signed]), 0);
    assert_eq!(verify(&["--key-file", "keys", "--now", "1893456000", &signed]), 1);
    assert_eq!(verify(&["--key", "other", "--now", "1", &signed]), 1);
    assert_eq!(
        verify(&["--key", "second key", "--now", "1", &signed.replace("public", "secret")]),
        1
    );
    let from_environment = safelight(&folder)
        .args(["verify", "--now", "1", &signed])
        .env("SAFELIGHT_KEY", "second key")
        .status();
    assert!(from_environment.unwrap().success());
}

#[test]
fn a_number_of_seconds_is_counted_from_now() {
    let folder = Folder::new();
    let signed = out(&run(&folder, &["sign", "--key", "k", "--expires", "3600", "/a"]));
    let expires: u64 = signed.split(['=', '&']).nth(1).unwrap().parse().unwrap();
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    assert!((now + 3500..now + 3700).contains(&expires));
    assert_eq!(code(&run(&folder, &["verify", "--key", "k", signed.trim()])), 0);
}

#[test]
fn urls_are_built_and_taken_apart() {
    let folder = Folder::new();
    let built = run(&folder, &["url", "w=400,f=auto", "/a.jpg", "--host", "https://example.com"]);
    let built = out(&built).trim().to_owned();
    assert_eq!(built, "https://example.com/cdn-cgi/image/width=400,format=auto/a.jpg");
    let parts: Value =
        serde_json::from_slice(&run(&folder, &["url", "--parse", &built]).stdout).unwrap();
    assert_eq!(
        (&parts["options"], &parts["source"]),
        (&"width=400,format=auto".into(), &"/a.jpg".into())
    );
}

#[test]
fn the_version_lists_every_back_end_and_whether_it_is_fast() {
    let folder = Folder::new();
    let output = run(&folder, &["--version"]);
    let text = out(&output);
    assert_eq!(text.lines().next().unwrap(), format!("safelight {}", safelight::VERSION));
    let rest: Vec<&str> = text.lines().skip(1).collect();
    assert!(rest.len() >= 8, "{text}");
    assert!(
        rest.iter().all(|line| line.ends_with(" simd") || line.ends_with(" NO SIMD")),
        "{text}"
    );
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let folder = Folder::new();
    folder.with("photo.jpg");
    let files = vec!["photo.jpg"; 2000];
    let mut child = safelight(&folder)
        .arg("probe")
        .args(files)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((code(&output), err(&output).as_str()), (0, ""));
}

#[test]
fn a_server_that_cannot_be_meant_does_not_start() {
    let folder = Folder::new();
    fs::write(folder.0.join("unknown.json"), "{\"port\": 1}").unwrap();
    fs::write(folder.0.join("signed.json"), "{\"mount\": \"images\"}").unwrap();
    for (args, told) in [
        (["--allow-network", "10.0.0.0/99"], "network"),
        (["--config", "unknown.json"], "port"),
        (["--config", "signed.json"], "mount"),
        (["--config", "missing.json"], "missing.json"),
        (["--bucket", "ftp://a"], "originals"),
    ] {
        let output = run(&folder, &["serve", "--listen", "127.0.0.1:0", args[0], args[1]]);
        assert_eq!(code(&output), 1, "{args:?}");
        assert!(err(&output).contains(told), "{args:?}: {}", err(&output));
    }
}
