//! Whatever operation fails: what was acknowledged is there, and nothing is left over.

use std::collections::BTreeMap;
use std::path::Path;

use super::link::{Link, Shared};
use super::*;
use crate::storage::catalog::{Catalog, Page};
use crate::storage::tests::{Fault, FaultyDisk};
use crate::storage::{failed, Disk, FileOriginals, Originals, RealDisk};

/// What a life was told.
#[derive(Default)]
struct Told {
    /// Bytes by id: these images are there.
    there: BTreeMap<String, Vec<u8>>,
    /// One image with each of these bytes may be there, whatever its id: somebody was told that
    /// it cannot be said. With `true` one has to be.
    unsure: Vec<(Vec<u8>, bool)>,
    /// Ids that are not there.
    gone: Vec<String>,
    keys: Vec<String>,
    variants: Vec<String>,
    tokens: Vec<String>,
}

/// One life of a service. Each verb may fail; the next is tried all the same.
fn life(folder: &Path, shared: &Arc<Shared>, fault: &Arc<Fault>) -> Told {
    let mut told = Told::default();
    let Ok(hosted) = open(folder, shared, fault) else { return told };
    let home = hosted.home().id.clone();
    let moved = upload(&hosted, &mut told, "moved", None);
    let removed = upload(&hosted, &mut told, "removed", Some("a/b"));
    if let Some(id) = moved {
        let bytes = told.there.remove(&id).unwrap();
        let update = Update { require_signed_urls: Some(true), ..Update::default() };
        match hosted.update(&home, &id, &update) {
            Ok(image) => {
                told.there.insert(image.id, bytes);
                told.gone.push(id);
            }
            Err(_) => told.unsure.push((bytes, true)),
        }
    }
    fill(&hosted, &mut told);
    if let Some(id) = removed {
        let bytes = told.there.remove(&id).unwrap();
        match hosted.delete(&home, &id) {
            Ok(()) => told.gone.push(id),
            Err(_) => told.unsure.push((bytes, false)),
        }
    }
    if hosted.put_key(&home, "second").is_ok() {
        told.keys.push("second".into());
    }
    let variant = Variant { id: "small".into(), ..Variant::default() };
    if hosted.create_variant(&home, &variant).is_ok() {
        told.variants.push(variant.id);
    }
    told.tokens.extend(hosted.create_token(&home, "t", Scopes::ALL));
    let _ = hosted.tidy();
    told
}

fn open(folder: &Path, shared: &Arc<Shared>, fault: &Arc<Fault>) -> Result<Hosted> {
    let disk: Arc<dyn Disk> = Arc::new(FaultyDisk(fault.clone()));
    let originals = Arc::new(FileOriginals::open(folder, disk)?);
    let gate = fault.clone();
    let gate = move || gate.check().map_err(|error| failed("the catalog", error));
    let catalog = Arc::new(Link::new(shared, gate));
    Hosted::open(Stores { catalog, originals }, Engine::default(), Setup::default())
}

fn upload(hosted: &Hosted, told: &mut Told, text: &str, id: Option<&str>) -> Option<String> {
    let bytes = picture(text);
    let upload = Upload { bytes: &bytes, id: id.map(str::to_owned), ..Upload::default() };
    match hosted.upload(&hosted.home().id, &upload, &Job::default()) {
        Ok(image) => {
            told.there.insert(image.id.clone(), bytes);
            Some(image.id)
        }
        Err(_) => {
            told.unsure.push((bytes, false));
            None
        }
    }
}

fn fill(hosted: &Hosted, told: &mut Told) {
    let home = &hosted.home().id;
    let Ok(ticket) = hosted.create_ticket(home, &TicketOrder::default()) else { return };
    let bytes = picture("direct");
    match hosted.fill_ticket(home, &ticket.id, &ticket.secret, &bytes, None) {
        Ok(image) => {
            told.there.insert(image.id, bytes);
        }
        Err(_) => told.unsure.push((bytes, false)),
    }
}

/// Opens the stores again, clears away what no image has, and looks at everything.
fn check(folder: &Path, shared: &Arc<Shared>, told: &Told, fault: &str) {
    let hosted = open(folder, shared, &Fault::never()).unwrap();
    hosted.recover().unwrap();
    let home = &hosted.home().id;
    for (id, bytes) in &told.there {
        let found = hosted.original(home, id).map(|(_, found)| found);
        assert_eq!(&found.unwrap_or_else(|error| panic!("{id}: {error}, {fault}")), bytes);
    }
    for id in &told.gone {
        assert_eq!(kind(hosted.get(home, id)), Kind::NotFound, "{fault}");
    }
    let page = Page { account: home, most: 99, ..Page::default() };
    let images = shared.inner.images(&page).unwrap();
    let mut others = Vec::new();
    for image in &images {
        let (_, bytes) = hosted.original(home, &image.id).unwrap();
        if let Some(private) = access_of(&image.id) {
            assert_eq!(image.private, private, "{fault}");
        }
        if !told.there.contains_key(&image.id) {
            others.push(bytes);
        }
    }
    for (bytes, must) in &told.unsure {
        let count = others.iter().filter(|other| *other == bytes).count();
        assert!(count <= 1 && (count == 1 || !must), "{count}, {fault}");
    }
    let known = |bytes: &Vec<u8>| told.unsure.iter().any(|(unsure, _)| unsure == bytes);
    assert!(others.iter().all(known), "an image that nobody made, {fault}");
    assert_eq!(hosted.stats(home).unwrap().current, images.len() as u64, "{fault}");
    let mut used: Vec<String> = images.into_iter().map(|image| image.blob.unwrap().key).collect();
    let originals = FileOriginals::open(folder, Arc::new(RealDisk)).unwrap();
    let mut held = originals.keys().unwrap();
    used.sort_unstable();
    held.sort_unstable();
    assert_eq!(used, held, "{fault}");
    let keys = hosted.keys(home).unwrap();
    assert!(told.keys.iter().all(|name| keys.iter().any(|key| key.name == *name)), "{fault}");
    assert!(told.variants.iter().all(|name| hosted.variant(home, name).is_ok()), "{fault}");
    assert!(told.tokens.iter().all(|token| hosted.authenticate(token).is_ok()), "{fault}");
}

/// Lives with a fault in every `share`th operation, from `first` on.
fn every_fault(first: usize, share: usize) {
    let (folder, shared, counted) = (Folder::new(), Shared::new(false), Fault::never());
    let told = life(&folder.0, &shared, &counted);
    assert!(told.unsure.is_empty() && told.there.len() == 2 && told.gone.len() == 2);
    assert_eq!((told.keys.len(), told.variants.len(), told.tokens.len()), (1, 1, 1));
    check(&folder.0, &shared, &told, "no fault");
    let operations = counted.count.load(Ordering::Relaxed);
    assert!(operations > 100, "{operations}");
    for at in (first..operations).step_by(share) {
        for lasting in [false, true] {
            let (folder, shared) = (Folder::new(), Shared::new(false));
            let told = life(&folder.0, &shared, &Fault::at(at, lasting));
            check(&folder.0, &shared, &told, &format!("fault {at}, lasting {lasting}"));
        }
    }
}

#[test]
fn whatever_operation_fails_every_verb_keeps_its_word() {
    // Side by side, because each waits for the disk.
    std::thread::scope(|scope| {
        for first in 0..4 {
            scope.spawn(move || every_fault(first, 4));
        }
    });
}
