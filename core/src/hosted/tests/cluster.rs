//! Several nodes on one catalog: what was acknowledged on one is never contradicted by another.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use super::link::{Link, Shared};
use super::*;
use crate::options::Width;
use crate::storage::results::{Kept, Label, LocalResults};
use crate::storage::{failed, Catalog, Results};
use crate::Options;

const LEASE: Duration = Duration::from_millis(200);

/// One node with results of its own and a link that can be cut.
struct Member {
    hosted: Hosted,
    results: Arc<LocalResults>,
    link: Arc<Link>,
    cut: Arc<AtomicBool>,
}

fn member(shared: &Arc<Shared>) -> Member {
    let cut = Arc::new(AtomicBool::new(false));
    let is_cut = cut.clone();
    let link = Arc::new(Link::new(shared, move || match is_cut.load(Ordering::SeqCst) {
        true => Err(failed("the link", "cut")),
        false => Ok(()),
    }));
    let results = Arc::new(LocalResults::in_memory(1 << 20));
    let hosted = open(link.clone(), results.clone());
    Member { hosted, results, link, cut }
}

fn open(catalog: Arc<dyn Catalog>, results: Arc<LocalResults>) -> Hosted {
    let originals = Arc::new(MemoryOriginals::default());
    let stores = Stores { catalog, originals };
    let setup = Setup { results: Some(results), lease: LEASE, ..Setup::default() };
    Hosted::open(stores, Engine::default(), setup).unwrap()
}

/// The variant `v` of a number.
fn numbered(number: u32) -> Variant {
    let options = Options { width: Some(Width::Pixels(number)), ..Options::default() };
    Variant { id: "v".into(), options, ..Variant::default() }
}

fn number(variant: &Variant) -> u32 {
    match variant.options.width {
        Some(Width::Pixels(number)) => number,
        _ => 0,
    }
}

impl Member {
    fn home(&self) -> &str {
        &self.hosted.home().id
    }

    fn edit(&self, value: u32) -> Result<()> {
        self.hosted.edit_variant(self.home(), &numbered(value)).map(|_| ())
    }

    fn read(&self) -> Result<u32> {
        self.hosted.variant(self.home(), "v").map(|variant| number(&variant))
    }

    fn keep(&self, value: u32, born: u64) {
        let tags = vec![variant_tag(self.home(), "v")];
        let label = Label { tags, address: String::new(), born };
        let head = value.to_string();
        self.results.put("v", Arc::new(Kept { head, label, ..Kept::default() }));
    }

    /// Answers as a delivery does: from the results, or from the variant, which is then kept.
    fn deliver(&self) -> Result<u32> {
        let born = self.hosted.seen()?;
        if let Some(kept) = self.results.get("v") {
            return Ok(kept.head.parse().unwrap());
        }
        let value = self.read()?;
        self.keep(value, born);
        Ok(value)
    }
}

fn members(leases: bool, count: usize) -> Vec<Member> {
    let shared = Shared::new(leases);
    let members: Vec<Member> = (0..count).map(|_| member(&shared)).collect();
    members[0].hosted.create_variant(members[0].home(), &numbered(1)).unwrap();
    members
}

/// One writer, readers on every node, and links that are cut and mended; no answer is older than
/// what was acknowledged before it was asked for.
fn no_answer_is_stale(leases: bool, edits: u32, cuts: bool) {
    let members = members(leases, 3);
    let (acknowledged, done) = (AtomicU64::new(1), AtomicBool::new(false));
    let (answers, failures) = (AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for member in members.iter().chain(&members) {
            scope.spawn(|| {
                while !done.load(Ordering::SeqCst) {
                    let least = acknowledged.load(Ordering::SeqCst);
                    match member.deliver() {
                        Ok(value) => {
                            assert!(u64::from(value) >= least, "{value} after {least}");
                            answers.fetch_add(1, Ordering::Relaxed);
                        }
                        Err(_) => {
                            failures.fetch_add(1, Ordering::Relaxed);
                            std::thread::sleep(Duration::from_millis(1));
                        }
                    }
                }
            });
        }
        if cuts {
            scope.spawn(|| {
                for round in 0_usize.. {
                    let cut = &members[round % 2 + 1].cut;
                    cut.store(true, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(37 * (round as u64 % 8)));
                    cut.store(false, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(23));
                    if done.load(Ordering::SeqCst) {
                        return;
                    }
                }
            });
        }
        for value in 2..edits {
            if members[value as usize % 3].edit(value).is_ok() {
                acknowledged.store(u64::from(value), Ordering::SeqCst);
            }
        }
        done.store(true, Ordering::SeqCst);
    });
    assert!(answers.load(Ordering::Relaxed) > u64::from(edits));
    assert_eq!(cuts, failures.load(Ordering::Relaxed) > 0);
    assert!(acknowledged.load(Ordering::Relaxed) > u64::from(edits / 2));
}

#[test]
fn without_leases_no_answer_is_older_than_what_was_acknowledged() {
    no_answer_is_stale(false, 300, false);
}

#[test]
fn with_leases_no_answer_is_older_than_what_was_acknowledged() {
    no_answer_is_stale(true, 60, false);
}

#[test]
fn although_links_are_cut_no_answer_is_older_than_what_was_acknowledged() {
    no_answer_is_stale(true, 30, true);
}

#[test]
fn a_writer_waits_for_a_node_that_is_away_until_its_lease_ends() {
    let members = members(true, 2);
    let [a, b] = &members[..] else { panic!() };
    assert_eq!(a.read().unwrap(), 1);
    a.cut.store(true, Ordering::SeqCst);
    let start = Instant::now();
    b.edit(2).unwrap();
    assert!(start.elapsed() < LEASE * 4, "{:?}", start.elapsed());
    // By now the node does not trust its copy, and it cannot ask.
    assert_eq!(kind(a.read()), Kind::Storage);
    a.cut.store(false, Ordering::SeqCst);
    assert_eq!(a.read().unwrap(), 2);
    // One that has left holds nobody up.
    a.hosted.close();
    let start = Instant::now();
    b.edit(3).unwrap();
    assert!(start.elapsed() < LEASE, "{:?}", start.elapsed());
    assert_eq!(kind(a.read()), Kind::Busy);
}

#[test]
fn what_was_acknowledged_while_a_node_took_its_lease_is_known_to_it() {
    let members = Arc::new(members(true, 2));
    let a = &members[0];
    a.cut.store(true, Ordering::SeqCst);
    std::thread::sleep(LEASE * 2);
    let acknowledged = Arc::new(AtomicBool::new(false));
    let (others, told, cut) = (members.clone(), acknowledged.clone(), a.cut.clone());
    // Between the node's look at the log and its beat another node changes the variant; the
    // node's row is dead, so nobody waits for it. The beat still arrives, and nothing after it.
    *a.link.before_beat.lock().unwrap() = Some(Box::new(move || {
        others[1].edit(2).unwrap();
        told.store(true, Ordering::SeqCst);
        cut.store(true, Ordering::SeqCst);
    }));
    a.cut.store(false, Ordering::SeqCst);
    // A node that believed in its beat alone would answer with what it knew.
    assert_eq!(kind(a.read()), Kind::Storage);
    assert!(acknowledged.load(Ordering::SeqCst));
    a.cut.store(false, Ordering::SeqCst);
    assert_eq!(a.read().unwrap(), 2);
}

#[test]
fn a_node_that_was_away_for_longer_than_the_log_reads_all_anew() {
    let members = members(false, 2);
    let [a, b] = &members[..] else { panic!() };
    let born = a.hosted.seen().unwrap();
    a.keep(1, born);
    b.edit(2).unwrap();
    b.hosted.put_key(b.home(), "second").unwrap();
    a.link.trim_log(u64::MAX).unwrap();
    // The log has nothing to tell; then it begins behind what was seen.
    for value in [2, 3] {
        assert_eq!(a.read().unwrap(), value);
        assert_eq!(a.hosted.keys(a.home()).unwrap().len(), 2);
        assert!(a.results.get("v").is_none());
        a.keep(value, a.hosted.seen().unwrap());
        assert!(a.results.get("v").is_some());
        b.edit(value + 1).unwrap();
        // What is older than the last entry goes, so the last one must be younger.
        std::thread::sleep(Duration::from_millis(5));
        b.edit(value + 1).unwrap();
        let newest = b.link.newest().unwrap();
        let last = b.link.log(newest - 1, 1).unwrap().remove(0).entry.at;
        b.link.trim_log(last).unwrap();
        assert!(b.link.log(0, 9).unwrap().len() <= 4);
    }
}

#[test]
fn results_of_an_earlier_life_lose_what_was_purged_meanwhile() {
    let shared = Shared::new(false);
    let first = member(&shared);
    first.hosted.create_variant(first.home(), &numbered(1)).unwrap();
    let born = first.hosted.seen().unwrap();
    let Member { hosted, results, link, .. } = first;
    let home = hosted.home().id.clone();
    let put = |key: &str, tag: String, born| {
        let label = Label { tags: vec![tag], address: String::new(), born };
        results.put(key, Arc::new(Kept { label, ..Kept::default() }));
    };
    put("v", variant_tag(&home, "v"), born);
    put("other", variant_tag(&home, "other"), born);
    drop(hosted);
    let meanwhile = member(&shared);
    meanwhile.edit(2).unwrap();
    drop(open(link.clone(), results.clone()));
    assert!(results.get("v").is_none() && results.get("other").is_some());
    // Where the log forgot what was purged, nothing older stays.
    link.trim_log(u64::MAX).unwrap();
    drop(open(link, results.clone()));
    assert!(results.get("other").is_none());
}

#[test]
fn a_purge_is_applied_on_every_node_before_it_is_acknowledged() {
    for leases in [false, true] {
        let members = members(leases, 2);
        let [a, b] = &members[..] else { panic!() };
        assert_eq!((a.deliver().unwrap(), b.deliver().unwrap()), (1, 1));
        assert!(a.results.get("v").is_some());
        b.hosted.purge(b.home(), &[Selector::Tag(variant_tag(b.home(), "v"))]).unwrap();
        a.hosted.refresh().unwrap();
        assert!(a.results.get("v").is_none() && b.results.get("v").is_none());
    }
}
