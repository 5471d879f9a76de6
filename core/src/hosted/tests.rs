mod cluster;
mod documents;
mod faults;
mod images;
mod letters;
mod link;
mod uploads;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::*;
use crate::storage::tests::Folder;
use crate::storage::{MemoryOriginals, SqliteCatalog};
use crate::{Job, Kind};

/// A GIF of one pixel that differs by its comment.
fn picture(text: &str) -> Vec<u8> {
    let mut bytes = b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0!\xfe".to_vec();
    bytes.push(text.len() as u8);
    bytes.extend(text.as_bytes());
    bytes.extend(b"\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;");
    bytes
}

/// A clock that stands still until it is told.
#[derive(Clone)]
struct Clock(Arc<AtomicU64>);

impl Clock {
    fn forward(&self, milliseconds: u64) {
        self.0.fetch_add(milliseconds, Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What was handed over.
#[derive(Default)]
struct Outbox {
    wishes: Mutex<Vec<Wish>>,
    letters: Mutex<Vec<Letter>>,
}

impl Sink for Outbox {
    fn wish(&self, wish: Wish) {
        self.wishes.lock().unwrap().push(wish);
    }

    fn letter(&self, letter: Letter) {
        self.letters.lock().unwrap().push(letter);
    }
}

/// Hosted images on a catalog of their own.
struct Bench {
    hosted: Hosted,
    clock: Clock,
    sink: Arc<Outbox>,
    originals: Arc<MemoryOriginals>,
    catalog: Arc<SqliteCatalog>,
    _folder: Folder,
}

impl Bench {
    fn new() -> Self {
        let folder = Folder::new();
        let catalog = Arc::new(SqliteCatalog::open(&folder.0.join("catalog.db")).unwrap());
        let originals = Arc::new(MemoryOriginals::default());
        let clock = Clock(Arc::new(AtomicU64::new(1_800_000_000_000)));
        let sink = Arc::new(Outbox::default());
        let stores = Stores { catalog: catalog.clone(), originals: originals.clone() };
        let time = clock.clone();
        let setup = Setup {
            sink: sink.clone(),
            clock: Arc::new(move || time.now()),
            admin_token: Some("the admin".into()),
            ..Setup::default()
        };
        let hosted = Hosted::open(stores, Engine::default(), setup).unwrap();
        Bench { hosted, clock, sink, originals, catalog, _folder: folder }
    }

    fn home(&self) -> &str {
        &self.hosted.home().id
    }

    fn upload(&self, upload: Upload<'_>) -> Result<Image> {
        self.hosted.upload(self.home(), &upload, &Job::default())
    }

    fn add(&self, text: &str) -> Image {
        self.upload(Upload { bytes: &picture(text), ..Upload::default() }).unwrap()
    }

    fn set(&self, change: impl Fn(&mut Settings)) {
        let mut change = |settings: &mut Settings| {
            change(settings);
            Ok(())
        };
        self.hosted.edit_settings(self.home(), &mut change).unwrap();
    }

    /// Nothing is left over: every blob is an image's, and no note stands.
    fn check_stores(&self) {
        use crate::storage::catalog::Page;
        use crate::storage::Originals;
        let page = Page { account: self.home(), most: 10_000, ..Page::default() };
        let images = self.catalog.images(&page).unwrap();
        let mut used: Vec<String> =
            images.into_iter().filter_map(|image| Some(image.blob?.key)).collect();
        let mut held = self.originals.keys().unwrap();
        used.sort_unstable();
        held.sort_unstable();
        assert_eq!(used, held);
        assert!(self.catalog.notes(u64::MAX, 9).unwrap().is_empty());
    }
}

fn kind<T: std::fmt::Debug>(result: Result<T>) -> Kind {
    result.unwrap_err().kind()
}

#[test]
fn an_account_is_made_once_and_found_by_id_hash_and_host() {
    let bench = Bench::new();
    let home = bench.hosted.home().clone();
    assert_eq!((home.id.len(), home.hash.len()), (32, 22));
    let stores = Stores { catalog: bench.catalog.clone(), originals: bench.originals.clone() };
    let again = Hosted::open(stores.clone(), Engine::default(), Setup::default()).unwrap();
    assert_eq!(*again.home(), home);
    assert_eq!(again.account_by_hash(&home.hash).unwrap(), home);
    assert_eq!(kind(again.account("0")), Kind::NotFound);

    again.put_domain(&home.id, "Img.Example.com:8443").unwrap();
    assert_eq!(bench.hosted.account_by_host("img.example.com.").unwrap(), home);
    assert_eq!(bench.hosted.domains(&home.id).unwrap(), ["img.example.com"]);
    let other = bench.hosted.create_account(None, Some("other")).unwrap();
    assert_eq!(kind(again.put_domain(&other.id, "img.example.com")), Kind::Conflict);
    assert_eq!(kind(again.drop_domain(&other.id, "img.example.com")), Kind::NotFound);
    again.drop_domain(&home.id, "img.example.com").unwrap();
    assert_eq!(kind(bench.hosted.account_by_host("img.example.com")), Kind::NotFound);
    for wrong in ["", "a b", "a..b", "http://a", "a/b", "-:x"] {
        assert_eq!(kind(again.put_domain(&home.id, wrong)), Kind::Invalid, "{wrong}");
    }

    // A given account that is not there is made; a hash is one account's alone.
    let given = |id: &str, hash: &str| {
        let (account, hash) = (Some(id.repeat(32)), Some(hash.to_owned()));
        Hosted::open(stores.clone(), Engine::default(), Setup { account, hash, ..Setup::default() })
            .map(|hosted| hosted.home().clone())
    };
    assert_eq!(given("a", "mine").unwrap(), Account { id: "a".repeat(32), hash: "mine".into() });
    assert_eq!(given("a", "mine").unwrap().hash, "mine");
    assert_eq!(kind(given("a", "other")), Kind::Invalid);
    assert_eq!(kind(given("b", "mine")), Kind::Conflict);
    assert_eq!(kind(given("g", "new")), Kind::Invalid);
    assert_eq!(kind(bench.hosted.create_account(None, Some("mine"))), Kind::Conflict);
}

#[test]
fn nodes_that_open_an_empty_catalog_at_once_agree_on_its_account() {
    for _ in 0..8 {
        let folder = Folder::new();
        let catalog = Arc::new(SqliteCatalog::open(&folder.0.join("catalog.db")).unwrap());
        let originals = Arc::new(MemoryOriginals::default());
        let stores = Stores { catalog, originals };
        let homes: Vec<Account> = std::thread::scope(|scope| {
            let open = |_| {
                let stores = stores.clone();
                scope.spawn(|| {
                    Hosted::open(stores, Engine::default(), Setup::default())
                        .unwrap()
                        .home()
                        .clone()
                })
            };
            let opening: Vec<_> = (0..4).map(open).collect();
            opening.into_iter().map(|node| node.join().unwrap()).collect()
        });
        assert!(homes.iter().all(|home| *home == homes[0]), "{homes:?}");
    }
}

#[test]
fn usage_is_added_up_by_day_over_all_nodes() {
    let bench = Bench::new();
    let stores = Stores { catalog: bench.catalog.clone(), originals: bench.originals.clone() };
    let time = bench.clock.clone();
    let setup = Setup { clock: Arc::new(move || time.now()), ..Setup::default() };
    let other = Hosted::open(stores, Engine::default(), setup).unwrap();
    let today = bench.clock.now() / 86_400_000;
    bench.add("counted");
    bench.hosted.count(bench.home(), Counted::Delivered(10));
    other.count(bench.home(), Counted::Delivered(5));
    bench.clock.forward(86_400_000);
    other.count(bench.home(), Counted::Transformed);
    for _ in 0..2 {
        bench.hosted.flush_usage().unwrap();
        other.flush_usage().unwrap();
    }
    bench.hosted.count(bench.home(), Counted::Delivered(1));
    bench.hosted.flush_usage().unwrap();
    let days = bench.hosted.usage(bench.home(), today, today + 1).unwrap();
    assert_eq!((days[&today].delivered, days[&today].delivered_bytes), (2, 15));
    assert_eq!(days[&today].uploaded_bytes, picture("counted").len() as u64);
    assert_eq!((days[&(today + 1)].transformed, days[&(today + 1)].delivered), (1, 1));
    assert_eq!(bench.hosted.usage(bench.home(), 0, today - 1).unwrap().len(), 0);
    // Days that are over become one row each, and count the same.
    let rows = || bench.catalog.documents("usage", None).unwrap().len();
    assert_eq!(rows(), 4);
    bench.clock.forward(86_400_000);
    bench.hosted.tidy().unwrap();
    assert_eq!(rows(), 3);
    assert_eq!(bench.hosted.usage(bench.home(), today, today + 1).unwrap(), days);
}
