use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use super::catalog::{Change, Document, Image, Logged, Outcome, Page};
use super::results::{Kept, Label, Selector};
use super::*;

/// A folder of its own, gone at the end.
pub(crate) struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("safelight-{}", fresh_key().unwrap()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Counts operations and lets some of them fail: the `first`, or that one and all after it.
#[derive(Default)]
pub(crate) struct Fault {
    pub count: AtomicUsize,
    first: usize,
    lasting: bool,
}

impl Fault {
    pub fn never() -> Arc<Self> {
        Self::at(usize::MAX, false)
    }

    pub fn at(first: usize, lasting: bool) -> Arc<Self> {
        Arc::new(Fault { count: AtomicUsize::new(0), first, lasting })
    }

    fn fails(&self) -> bool {
        let now = self.count.fetch_add(1, Ordering::Relaxed);
        now == self.first || (self.lasting && now > self.first)
    }

    pub fn check(&self) -> io::Result<()> {
        match self.fails() {
            true => Err(io::Error::other("a fault")),
            false => Ok(()),
        }
    }
}

pub(crate) struct FaultyDisk(pub Arc<Fault>);

impl Disk for FaultyDisk {
    fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.0.check().and_then(|()| RealDisk.make_folder(path))
    }
    fn write(&self, path: &Path, parts: &[&[u8]]) -> io::Result<()> {
        if self.0.fails() {
            // Half of it is on the disk.
            RealDisk.write(path, &[&parts[0][..parts[0].len() / 2]])?;
            return Err(io::Error::other("a fault"));
        }
        RealDisk.write(path, parts)
    }
    fn sync(&self, path: &Path) -> io::Result<()> {
        self.0.check().and_then(|()| RealDisk.sync(path))
    }
    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        self.0.check().and_then(|()| RealDisk.sync_folder(path))
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.check().and_then(|()| RealDisk.rename(from, to))
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.0.check().and_then(|()| RealDisk.remove(path))
    }
    fn read(&self, path: &Path, most: u64) -> io::Result<Vec<u8>> {
        self.0.check().and_then(|()| RealDisk.read(path, most))
    }
    fn list(&self, path: &Path) -> io::Result<Vec<Found>> {
        self.0.check().and_then(|()| RealDisk.list(path))
    }
}

/// A catalog whose commits fail before they begin, or after they are made and before that is
/// known.
struct FaultyCatalog(SqliteCatalog, Arc<Fault>);

impl FaultyCatalog {
    fn check(&self) -> Result<()> {
        self.1.check().map_err(|error| failed("the catalog", error))
    }
}

impl Catalog for FaultyCatalog {
    fn image(&self, account: &str, id: &str) -> Result<Option<Image>> {
        self.check()?;
        self.0.image(account, id)
    }
    fn images(&self, wanted: &Page<'_>) -> Result<Vec<Image>> {
        self.check()?;
        self.0.images(wanted)
    }
    fn ended_drafts(&self, time: u64, most: usize) -> Result<Vec<Image>> {
        self.0.ended_drafts(time, most)
    }
    fn count(&self, account: &str) -> Result<u64> {
        self.0.count(account)
    }
    fn document(&self, kind: &str, account: &str, name: &str) -> Result<Option<Document>> {
        self.0.document(kind, account, name)
    }
    fn documents(&self, kind: &str, account: Option<&str>) -> Result<Vec<Document>> {
        self.0.documents(kind, account)
    }
    fn notes(&self, before: u64, most: usize) -> Result<Vec<String>> {
        self.check()?;
        self.0.notes(before, most)
    }
    fn journal(&self) -> &dyn crate::storage::catalog::Journal {
        self.0.journal()
    }
    fn commit(&self, changes: &[Change]) -> Result<Outcome> {
        self.check()?;
        let outcome = self.0.commit(changes)?;
        self.check()?;
        Ok(outcome)
    }
    fn newest(&self) -> Result<u64> {
        self.0.newest()
    }
    fn log(&self, seq: u64, most: usize) -> Result<Vec<Logged>> {
        self.0.log(seq, most)
    }
    fn trim_log(&self, time: u64) -> Result<u64> {
        self.0.trim_log(time)
    }
}

fn sqlite(folder: &Folder) -> SqliteCatalog {
    SqliteCatalog::open(&folder.0.join("catalog.db")).unwrap()
}

#[test]
fn files_keep_the_contract_of_originals() {
    let folder = Folder::new();
    contract::originals(&FileOriginals::open(&folder.0, Arc::new(RealDisk)).unwrap());
}

#[test]
fn memory_keeps_the_contract_of_originals() {
    contract::originals(&MemoryOriginals::default());
}

#[test]
fn sqlite_keeps_the_contract_of_catalogs() {
    let folder = Folder::new();
    contract::catalog(&sqlite(&folder));
}

#[test]
fn memory_keeps_the_contract_of_results() {
    contract::results(&LocalResults::in_memory(40_000));
}

#[test]
fn a_disk_keeps_the_contract_of_results() {
    let folder = Folder::new();
    let disk = Arc::new(RealDisk);
    // Nothing fits in memory, so everything is read from its file.
    contract::results(&LocalResults::open(0, &folder.0, 40_000, disk.clone()).unwrap());
    contract::results(&LocalResults::open(40_000, &Folder::new().0, 40_000, disk).unwrap());
}

#[test]
fn a_catalog_is_as_it_was_when_it_is_opened_again() {
    let folder = Folder::new();
    let change = Change::AddNote { key: "k".into(), since: 1 };
    let entry = Change::Log(catalog::Entry { kind: "x".into(), ..Default::default() });
    sqlite(&folder).commit(&[change, entry]).unwrap();
    let again = sqlite(&folder);
    assert_eq!((again.notes(2, 9).unwrap(), again.newest().unwrap()), (vec!["k".to_owned()], 1));
}

fn kept(body: Vec<u8>, born: u64) -> Arc<Kept> {
    let label = Label { tags: vec!["t".into()], address: "a".into(), born };
    Arc::new(Kept { head: "{}".into(), body: Arc::new(body), label })
}

fn bytes_in(folder: &Path) -> u64 {
    RealDisk.list(folder).unwrap().iter().map(|found| found.size).sum()
}

#[test]
fn results_never_take_more_than_they_may() {
    let folder = Folder::new();
    let results = LocalResults::open(20_000, &folder.0, 50_000, Arc::new(RealDisk)).unwrap();
    for number in 0..300_usize {
        results.put(&format!("k{}", number % 70), kept(vec![1; number * 37 % 9000], 1));
        let usage = results.usage();
        assert!(usage.memory_bytes <= 20_000 && usage.disk_bytes <= 50_000, "{usage:?}");
        assert_eq!(bytes_in(&folder.0), usage.disk_bytes);
    }
    let before = results.usage();
    assert!(before.disk_entries > 5 && before.memory_entries > 2);
    drop(results);
    let smaller = LocalResults::open(0, &folder.0, 25_000, Arc::new(RealDisk)).unwrap();
    assert!(smaller.usage().disk_bytes <= 25_000 && smaller.usage().disk_entries > 2);
    assert_eq!(bytes_in(&folder.0), smaller.usage().disk_bytes);
}

#[test]
fn a_result_with_a_changed_bit_is_never_given() {
    let folder = Folder::new();
    let open = || LocalResults::open(0, &folder.0, 1 << 20, Arc::new(RealDisk)).unwrap();
    open().put("key", kept(vec![5; 300], 1));
    let name = RealDisk.list(&folder.0).unwrap().remove(0).name;
    let path = folder.0.join(name);
    let whole = std::fs::read(&path).unwrap();
    assert!(open().get("key").is_some());
    for bit in 0..whole.len() * 8 {
        let mut changed = whole.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&path, &changed).unwrap();
        assert_eq!(open().get("key"), None, "bit {bit}");
    }
    for length in [0, 3, 8, 60, whole.len() - 1] {
        std::fs::write(&path, &whole[..length]).unwrap();
        assert_eq!(open().get("key"), None, "{length} bytes");
        assert_eq!(bytes_in(&folder.0), 0);
    }
}

#[test]
fn a_purge_that_was_logged_holds_although_its_files_came_back() {
    let folder = Folder::new();
    let open = || LocalResults::open(0, &folder.0, 1 << 20, Arc::new(RealDisk)).unwrap();
    let results = open();
    results.put("key", kept(vec![5; 300], 3));
    let found = RealDisk.list(&folder.0).unwrap().remove(0).name;
    let bytes = std::fs::read(folder.0.join(&found)).unwrap();
    results.purge(&Selector::Tag("t".into()), 4);
    assert!(results.get("key").is_none());
    // A loss of power can undo the removal of a file.
    std::fs::write(folder.0.join(&found), bytes).unwrap();
    let again = open();
    assert!(again.get("key").is_some());
    again.purge(&Selector::Tag("t".into()), 4);
    assert!(again.get("key").is_none());
}

#[test]
fn an_original_that_is_not_what_was_written_is_never_given() {
    let (folder, originals) = (Folder::new(), MemoryOriginals::default());
    let blob = store(&originals, &sqlite(&folder), b"picture", 1).unwrap();
    assert_eq!(load(&originals, &blob).unwrap(), b"picture");
    for wrong in [&b"pictura"[..], b"pict", b"", b"picture+"] {
        originals.put(&blob.key, wrong).unwrap();
        assert!(load(&originals, &blob).is_err());
    }
}

/// One life of a service: opens its stores, keeps an image, gives it new metadata, makes another,
/// removes the first. Says which of the two it was told are there.
fn life(folder: &Path, fault: &Arc<Fault>) -> Result<Vec<&'static str>> {
    let disk: Arc<dyn Disk> = Arc::new(FaultyDisk(fault.clone()));
    let originals = FileOriginals::open(&folder.join("originals"), disk)?;
    let catalog = FaultyCatalog(SqliteCatalog::open(&folder.join("catalog.db"))?, fault.clone());
    let mut there = Vec::new();
    let mut work = || -> Result<()> {
        upload(&originals, &catalog, "one")?;
        there.push("one");
        let one = catalog.image("a", "one")?.unwrap_or_default();
        let image = Box::new(Image { meta: r#"{"new":1}"#.into(), ..one });
        catalog.commit(&[Change::SetImage { image, quota: 9 }])?;
        upload(&originals, &catalog, "two")?;
        there.push("two");
        let one = catalog.image("a", "one")?.unwrap_or_default();
        there.remove(0);
        let key = one.blob.unwrap().key;
        let change = Change::DropImage { account: one.account, id: one.id, version: one.version };
        catalog.commit(&[change, Change::AddNote { key: key.clone(), since: 1 }])?;
        blob::discard(&originals, &catalog, &key)
    };
    // What was not acknowledged may or may not be there.
    let _ = work();
    Ok(there)
}

fn upload(originals: &dyn Originals, catalog: &dyn Catalog, id: &str) -> Result<()> {
    let blob = store(originals, catalog, id.as_bytes(), 1)?;
    let key = blob.key.clone();
    let image = Image { account: "a".into(), id: id.into(), blob: Some(blob), ..Image::default() };
    let add = Change::AddImage { image: Box::new(image), quota: 9 };
    catalog.commit(&[add, Change::DropNote { key }]).map(|_| ())
}

/// Opens the stores of a folder on a sound disk, sweeps, and checks that nothing that was
/// acknowledged is lost and nothing is left over.
fn check_after(folder: &Path, there: &[&str], fault: usize) {
    let originals = FileOriginals::open(&folder.join("originals"), Arc::new(RealDisk)).unwrap();
    let catalog = SqliteCatalog::open(&folder.join("catalog.db")).unwrap();
    sweep(&originals, &catalog, u64::MAX).unwrap();
    for id in there {
        let image = catalog.image("a", id).unwrap();
        let blob = image.unwrap_or_else(|| panic!("{id} is lost, fault {fault}")).blob.unwrap();
        assert_eq!(load(&originals, &blob).unwrap(), id.as_bytes(), "fault {fault}");
    }
    let page = Page { account: "a", most: 9, ..Page::default() };
    let images = catalog.images(&page).unwrap();
    let mut used: Vec<_> = images.iter().map(|image| image.blob.clone().unwrap().key).collect();
    let mut held = originals.keys().unwrap();
    used.sort_unstable();
    held.sort_unstable();
    assert_eq!(used, held, "blobs, fault {fault}");
    assert_eq!(bytes_in(&folder.join("originals/incoming")), 0, "fault {fault}");
}

#[test]
fn whatever_operation_fails_nothing_acknowledged_is_lost_and_nothing_leaks() {
    let counted = Fault::never();
    let folder = Folder::new();
    assert_eq!(life(&folder.0, &counted).unwrap(), ["two"]);
    check_after(&folder.0, &["two"], usize::MAX);
    let operations = counted.count.load(Ordering::Relaxed);
    assert!(operations > 30, "{operations}");
    for fault in 0..operations {
        for lasting in [false, true] {
            let folder = Folder::new();
            let there = life(&folder.0, &Fault::at(fault, lasting)).unwrap_or_default();
            check_after(&folder.0, &there, fault);
        }
    }
}
