//! Whole jobs on a folder: what arrives, what is told, and what survives.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::*;
use crate::hosted::{Setup as HostedSetup, Stores, Upload};
use crate::storage::catalog::{ImportItem, ItemState};
use crate::storage::{fresh_key, FileOriginals, RealDisk, SqliteCatalog};
use crate::{Engine, Job, Kind, Limits};

const ACCOUNT: &str = "023e105f4ecef8ad9ca31a8372d0c353";

/// A folder with a source of pictures and the state of a service.
struct Bench(PathBuf);

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// One life of a service.
struct Life {
    imports: Imports,
    hosted: Arc<Hosted>,
    source: String,
}

impl Bench {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("safelight-{}", fresh_key().unwrap()));
        fs::create_dir_all(folder.join("source")).unwrap();
        Bench(folder)
    }

    fn write(&self, key: &str, bytes: &[u8]) {
        let path = self.0.join("source").join(key);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// So many different pictures.
    fn fill(&self, count: u32) {
        (0..count).for_each(|number| self.write(&format!("n/{number:05}.gif"), &picture(number)));
    }

    fn open(&self) -> Life {
        self.open_with(|_| {})
    }

    fn open_with(&self, change: impl FnOnce(&mut Setup)) -> Life {
        let catalog = Arc::new(SqliteCatalog::open(&self.0.join("catalog.db")).unwrap());
        let originals = FileOriginals::open(&self.0.join("originals"), Arc::new(RealDisk)).unwrap();
        let stores = Stores { catalog, originals: Arc::new(originals) };
        let setup = HostedSetup { account: Some(ACCOUNT.into()), ..HostedSetup::default() };
        let hosted = Hosted::open(stores, Engine::new(Limits::default()), setup).unwrap();
        let hosted = Arc::new(hosted);
        let mut setup = Setup {
            rules: Rules::default(),
            secrets_key: None,
            folders: vec![self.0.join("source")],
            workers: 4,
        };
        change(&mut setup);
        let imports = Imports::open(hosted.clone(), setup).unwrap();
        let known = imports.sources(ACCOUNT).unwrap().pop();
        let source = known.unwrap_or_else(|| {
            let none = Credentials::default();
            imports.create_source(ACCOUNT, &fields(&self.0.join("source")), &none).unwrap()
        });
        Life { imports, hosted, source: source.id }
    }
}

fn fields(folder: &Path) -> SourceFields {
    SourceFields {
        name: "pictures".into(),
        kind: "folder".into(),
        folder: Some(folder.to_string_lossy().into_owned()),
        ..SourceFields::default()
    }
}

/// A GIF of one pixel, whose colour is the number.
fn picture(number: u32) -> Vec<u8> {
    let mut bytes = b"GIF89a\x01\0\x01\0\x80\0\0".to_vec();
    bytes.extend(&number.to_be_bytes()[1..]);
    bytes.extend(b"\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;");
    bytes
}

impl Life {
    fn begin(&self, spec: &Spec) -> String {
        self.imports.create(ACCOUNT, &self.source, spec).unwrap().id
    }

    fn end(&self, id: &str) -> Progress {
        let job = Job::default().within(Duration::from_secs(60));
        self.imports.follow(ACCOUNT, id, Duration::from_millis(10), &job, |_| true).unwrap()
    }

    fn run(&self, spec: &Spec) -> Progress {
        self.end(&self.begin(spec))
    }

    fn log(&self, id: &str) -> Vec<ImportItem> {
        self.imports.log(ACCOUNT, id, "", 10_000).unwrap().items
    }

    fn wait(&self, id: &str, until: impl Fn(&Progress) -> bool) {
        let start = Instant::now();
        while !until(&self.imports.progress(ACCOUNT, id).unwrap()) {
            assert!(start.elapsed() < Duration::from_secs(30), "it never came to that");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn counts(progress: &Progress) -> (u64, u64, u64, u64) {
    (progress.found, progress.imported, progress.skipped, progress.failed)
}

#[test]
fn pictures_arrive_and_everything_else_is_told_why() {
    let bench = Bench::new();
    for key in ["a b/ü+%.gif", "plain.gif", "left/out.gif"] {
        bench.write(key, &picture(7));
    }
    bench.write("text.gif", b"no picture");
    bench.write("back\\slash.gif", &picture(8));
    let life = bench.open();
    let spec = Spec { prefix: "in/".into(), exclude: vec!["left/**".into()], ..Spec::default() };
    let id = life.begin(&spec);
    let progress = life.end(&id);
    assert_eq!((progress.status.as_str(), counts(&progress)), ("completed", (4, 2, 0, 2)));
    assert_eq!((progress.excluded, progress.bytes), (1, 2 * picture(7).len() as u64));
    assert!(progress.finished.is_some() && progress.objects_per_second > 0.0);
    let (image, bytes) = life.hosted.original(ACCOUNT, "in/a b/ü+%.gif").unwrap();
    assert_eq!((bytes, image.filename.as_str()), (picture(7), "ü+%.gif"));
    let log = life.log(&id);
    let failed: Vec<&ImportItem> =
        log.iter().filter(|item| item.state == ItemState::Failed).collect();
    assert_eq!(failed.len(), 2);
    assert!(failed.iter().all(|item| !item.reason.is_empty()));
    let file = |format| life.imports.log_file(ACCOUNT, &id, "", 10, format).unwrap();
    assert_eq!(file(LogFormat::Json).lines().count(), 4);
    assert_eq!(file(LogFormat::Csv).lines().count(), 5);
    let page = life.imports.log(ACCOUNT, &id, "", 3).unwrap();
    let rest = life.imports.log(ACCOUNT, &id, &page.cursor.unwrap(), 3).unwrap();
    assert_eq!((rest.items.len(), rest.cursor), (1, None));
}

#[test]
fn a_second_run_brings_what_is_new_and_overwrites_what_has_changed_where_it_may() {
    let bench = Bench::new();
    bench.fill(3);
    let life = bench.open();
    assert_eq!(counts(&life.run(&Spec::default())), (3, 3, 0, 0));
    bench.write("n/00001.gif", &picture(99));
    bench.write("new.gif", &picture(100));
    assert_eq!(counts(&life.run(&Spec::default())), (4, 1, 3, 0));
    assert_eq!(life.hosted.original(ACCOUNT, "n/00001.gif").unwrap().1, picture(1));
    let overwrite = Spec { overwrite: true, ..Spec::default() };
    assert_eq!(counts(&life.run(&overwrite)), (4, 1, 3, 0));
    assert_eq!(life.hosted.original(ACCOUNT, "n/00001.gif").unwrap().1, picture(99));
    // What was imported once and then removed stays away, unless it shall be overwritten.
    life.hosted.delete(ACCOUNT, "new.gif").unwrap();
    assert_eq!(counts(&life.run(&Spec::default())), (4, 0, 4, 0));
    assert_eq!(counts(&life.run(&overwrite)), (4, 1, 3, 0));
    assert_eq!(life.hosted.tidy().unwrap().blobs, 0);
}

#[test]
fn a_dry_run_imports_nothing_and_tells_what_would_be() {
    let bench = Bench::new();
    bench.fill(2);
    let life = bench.open();
    let upload = Upload { bytes: &picture(5), id: Some("n/00000.gif".into()), ..Upload::default() };
    life.hosted.upload(ACCOUNT, &upload, &Job::default()).unwrap();
    let progress = life.run(&Spec { dry_run: true, ..Spec::default() });
    assert_eq!(counts(&progress), (2, 1, 1, 0));
    assert_eq!(life.hosted.stats(ACCOUNT).unwrap().current, 1);
    assert_eq!(counts(&life.run(&Spec::default())), (2, 1, 1, 0));
}

#[test]
fn a_job_is_paused_goes_on_after_a_restart_and_brings_each_picture_once() {
    let bench = Bench::new();
    bench.fill(60);
    let life = bench.open();
    let id = life.begin(&Spec { max_objects_per_second: 40, ..Spec::default() });
    life.wait(&id, |progress| progress.imported > 2);
    life.imports.pause(ACCOUNT, &id).unwrap();
    let paused = life.imports.progress(ACCOUNT, &id).unwrap();
    std::thread::sleep(Duration::from_millis(700));
    assert_eq!(counts(&life.imports.progress(ACCOUNT, &id).unwrap()), counts(&paused));
    assert_eq!(life.imports.pause(ACCOUNT, &id).unwrap_err().kind(), Kind::Conflict);
    // A source stays while a job of it may go on.
    let kind = |error: crate::Error| error.kind();
    assert_eq!(
        life.imports.delete_source(ACCOUNT, &life.source).map_err(kind),
        Err(Kind::Conflict)
    );
    life.imports.resume(ACCOUNT, &id).unwrap();
    life.wait(&id, |progress| progress.imported > paused.imported + 2);
    drop(life);
    let life = bench.open();
    let progress = life.end(&id);
    assert_eq!((progress.status.as_str(), counts(&progress)), ("completed", (60, 60, 0, 0)));
    assert_eq!(life.hosted.stats(ACCOUNT).unwrap().current, 60);
    for number in 0..60 {
        let id = format!("n/{number:05}.gif");
        assert_eq!(life.hosted.original(ACCOUNT, &id).unwrap().1, picture(number));
    }
    life.imports.delete(ACCOUNT, &id).unwrap();
    life.imports.delete_source(ACCOUNT, &life.source).unwrap();
}

#[test]
fn an_aborted_job_imports_nothing_more() {
    let bench = Bench::new();
    bench.fill(30);
    let life = bench.open();
    let id = life.begin(&Spec { max_objects_per_second: 10, ..Spec::default() });
    life.wait(&id, |progress| progress.found == 30);
    assert_eq!(life.imports.abort_all(ACCOUNT).unwrap(), 1);
    let there = life.hosted.stats(ACCOUNT).unwrap().current;
    std::thread::sleep(Duration::from_millis(700));
    assert_eq!(life.hosted.stats(ACCOUNT).unwrap().current, there);
    assert_eq!(life.imports.resume(ACCOUNT, &id).unwrap_err().kind(), Kind::Conflict);
    assert_eq!(life.imports.progress(ACCOUNT, &id).unwrap().imported, there);
}

#[test]
fn a_full_account_pauses_the_job_and_more_room_lets_it_go_on() {
    let bench = Bench::new();
    bench.fill(10);
    let life = bench.open();
    let mut settings = (*life.hosted.settings(ACCOUNT).unwrap()).clone();
    settings.quota = 4;
    life.hosted.set_settings(ACCOUNT, &settings).unwrap();
    let id = life.begin(&Spec::default());
    let progress = life.end(&id);
    assert_eq!((progress.status.as_str(), progress.imported), ("paused", 4));
    assert!(progress.reason.unwrap().contains("full"));
    settings.quota = 100;
    life.hosted.set_settings(ACCOUNT, &settings).unwrap();
    life.imports.resume(ACCOUNT, &id).unwrap();
    assert_eq!(counts(&life.end(&id)), (10, 10, 0, 0));
}

#[test]
fn credentials_need_a_key_and_are_shown_nowhere() {
    let bench = Bench::new();
    let s3 = SourceFields {
        name: "bucket".into(),
        kind: "s3".into(),
        bucket: Some("b".into()),
        endpoint: Some("https://s3.test".into()),
        ..SourceFields::default()
    };
    let credentials = Credentials {
        access_key_id: Some("hush-id".into()),
        secret_access_key: Some("hush-key".into()),
        ..Credentials::default()
    };
    let create = |life: &Life, fields: &SourceFields| {
        life.imports.create_source(ACCOUNT, fields, &credentials).map_err(|error| error.kind())
    };
    assert_eq!(create(&bench.open(), &s3).unwrap_err(), Kind::Forbidden);
    let keyed = |digit: &str| SecretsKey::read(&digit.repeat(64)).ok();
    let id = {
        let life = bench.open_with(|setup| setup.secrets_key = keyed("a"));
        let source = create(&life, &s3).unwrap();
        assert!(source.sealed && !format!("{source:?} {credentials:?}").contains("hush"));
        assert_eq!(create(&life, &s3).unwrap_err(), Kind::Conflict);
        let wrong = SourceFields { name: "x".into(), folder: Some("/".into()), ..s3.clone() };
        assert_eq!(create(&life, &wrong).unwrap_err(), Kind::Invalid);
        assert!(life.imports.shared.store(ACCOUNT, &source.id, "").is_ok());
        source.id
    };
    let database = fs::read(bench.0.join("catalog.db")).unwrap();
    assert!(!database.windows(4).any(|part| part == b"hush"));
    let life = bench.open_with(|setup| setup.secrets_key = keyed("b"));
    assert_eq!(life.imports.shared.store(ACCOUNT, &id, "").err().unwrap().kind(), Kind::Forbidden);
    // The job says so, and waits for somebody.
    let job = life.imports.create(ACCOUNT, &id, &Spec::default()).unwrap();
    let progress = life.end(&job.id);
    assert_eq!(progress.status, "paused");
    assert!(progress.reason.unwrap().contains("secrets_key"));
}
