//! One folder, one service: what a second one is told, and what a killed one leaves.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::storage::catalog::Change;
use crate::storage::{self, Catalog, FileOriginals, Originals, RealDisk, SqliteCatalog};
use crate::Kind;

/// Names the folder of the other process.
const FOLDER: &str = "SAFELIGHT_TEST_OTHER_PROCESS";

/// What [`a_killed_process_leaves_nothing_behind`] starts: it stops in the middle of an upload.
#[test]
fn the_other_process() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let state = PathBuf::from(folder);
    let service = Service::open(&Config::in_folder(&state)).unwrap();
    service
        .call("images.upload", &json!({"id": "kept"}), &picture("rgb.png"), &Job::default())
        .unwrap();
    let originals = FileOriginals::open(&state.join("originals"), Arc::new(RealDisk)).unwrap();
    let hosted = &service.0.hosted;
    storage::store(&originals, hosted.catalog(), b"noted and written", hosted.now()).unwrap();
    let key = storage::fresh_key().unwrap();
    hosted.catalog().commit(&[Change::AddNote { key, since: hosted.now() }]).unwrap();
    fs::write(state.join("originals/incoming").join("half"), b"hal").unwrap();
    println!("\nready");
    std::thread::sleep(std::time::Duration::from_secs(60));
}

fn other_process(state: &Path) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "service::tests::folder::the_other_process", "--nocapture"])
        .env(FOLDER, state)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line == "ready"), "it never began");
    child
}

/// Notes in the catalog, and originals and unfinished ones on the disk.
fn counts(state: &Path) -> (usize, usize, usize) {
    let catalog = SqliteCatalog::open(&state.join("catalog.db")).unwrap();
    let originals = FileOriginals::open(&state.join("originals"), Arc::new(RealDisk)).unwrap();
    let unfinished = fs::read_dir(state.join("originals/incoming")).unwrap().count();
    let whole = originals.keys().unwrap().len() - unfinished;
    (catalog.notes(u64::MAX, 9).unwrap().len(), whole, unfinished)
}

#[test]
fn a_killed_process_leaves_nothing_behind() {
    let folder = Folder::new();
    let state = folder.path("state");
    let mut child = other_process(&state);
    // A second one is refused, and sweeps nothing that the first works on.
    let refused = Service::open(&Config::in_folder(&state)).unwrap_err();
    assert_eq!(refused.kind(), Kind::Busy, "{refused}");
    assert!(!refused.message().contains("state/"), "{refused}");
    assert_eq!(counts(&state), (2, 2, 1));
    child.kill().unwrap();
    child.wait().unwrap();
    let service = Service::open(&Config::in_folder(&state)).unwrap();
    assert_eq!(counts(&state), (0, 1, 0));
    let target = format!("/{}/kept/public", service.account().hash);
    assert_eq!(ask(&service, &target, &[]).status, 200);
}

#[test]
fn a_closed_service_frees_its_folder_and_answers_no_more() {
    let folder = Folder::new();
    let service = with_pictures(&folder, &["rgb.png"], |_| {});
    let target = "/cdn-cgi/image/width=5/rgb.png";
    assert_eq!(ask(&service, target, &[]).status, 200);
    assert_eq!(Service::open(&service.0.config).unwrap_err().kind(), Kind::Busy);
    service.close();
    service.close();
    let next = Service::open(&service.0.config).unwrap();
    assert_eq!(ask(&next, target, &[]).status, 200);
    // What it answered could be out of date.
    assert_eq!(ask(&service, target, &[]).status, 503);
    let error = service.call("images.list", &json!({}), &[], &Job::default()).unwrap_err();
    assert_eq!(error.kind(), Kind::Busy);
}

#[test]
fn a_call_that_runs_keeps_the_folder_until_it_ends() {
    let folder = Folder::new();
    let service = with_pictures(&folder, &[], |_| {});
    let inside = service.0.door.enter().unwrap();
    service.close();
    assert_eq!(Service::open(&service.0.config).unwrap_err().kind(), Kind::Busy);
    drop(inside);
    assert!(Service::open(&service.0.config).is_ok());
}
