//! What every backend must do: one function a trait, called by a backend's tests with an empty
//! store. They panic where the store is wrong.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::catalog::{
    Change, Document, Draft, Entry, Filter, Image, ImportChange, ImportItem, ImportJob, ItemState,
    Operand, Operator, Outcome, Page,
};
use super::results::{Kept, Label, Selector};
use super::{fresh_key, Blob, Catalog, Originals, Results};
use crate::Kind;

/// Checks a store of originals.
pub fn originals(store: &dyn Originals) {
    let (a, b) = (fresh_key().unwrap(), fresh_key().unwrap());
    let kind = |key: &str, most| store.get(key, most).unwrap_err().kind();
    assert_eq!(kind(&a, 10), Kind::NotFound);
    for bytes in [&b"once"[..], b"", &vec![7; 1 << 20]] {
        store.put(&a, bytes).unwrap();
        assert_eq!(store.get(&a, bytes.len() as u64).unwrap(), bytes);
    }
    assert_eq!(kind(&a, (1 << 20) - 1), Kind::TooLarge);
    store.put(&b, b"two").unwrap();
    let mut keys = store.keys().unwrap();
    keys.sort_unstable();
    let mut expected = vec![a.clone(), b.clone()];
    expected.sort_unstable();
    assert_eq!(keys, expected);
    store.delete(&a).unwrap();
    store.delete(&a).unwrap();
    assert_eq!(kind(&a, 10), Kind::NotFound);
    assert_eq!(store.get(&b, 3).unwrap(), b"two");
    store.delete(&b).unwrap();
    assert!(store.keys().unwrap().is_empty());
    for wrong in ["", "a", "../../../../etc/passwd0000000000", &"G".repeat(32), &"a".repeat(33)] {
        assert!(store.put(wrong, b"").is_err(), "{wrong}");
    }
}

/// Checks a catalog.
pub fn catalog(store: &dyn Catalog) {
    images(store);
    drafts(store);
    pages(store);
    documents(store);
    log(store);
    notes(store);
    imports(store);
    writers(store);
    leases(store);
}

fn image(account: &str, id: &str, uploaded: u64) -> Image {
    let blob = Blob { key: fresh_key().unwrap(), hash: "00ff".repeat(16), size: 12 };
    Image {
        account: account.into(),
        id: id.into(),
        filename: "ü.png".into(),
        creator: None,
        meta: r#"{"a":1}"#.into(),
        uploaded,
        blob: Some(blob),
        mime: "image/png".into(),
        size: (3, 4),
        ..Image::default()
    }
}

fn add(image: &Image) -> Change {
    Change::AddImage { image: Box::new(image.clone()), quota: 1_000_000 }
}

fn set(image: &Image) -> Change {
    Change::SetImage { image: Box::new(image.clone()), quota: 1_000_000 }
}

fn drop_image(image: &Image) -> Change {
    let Image { account, id, version, .. } = image.clone();
    Change::DropImage { account, id, version }
}

fn done(store: &dyn Catalog, changes: &[Change]) -> u64 {
    match store.commit(changes).unwrap() {
        Outcome::Done(seq) => seq,
        other => panic!("{other:?}: {changes:?}"),
    }
}

fn refused(store: &dyn Catalog, changes: &[Change], why: Outcome) {
    assert_eq!(store.commit(changes).unwrap(), why, "{changes:?}");
}

fn images(store: &dyn Catalog) {
    let one = image("images", "a/b c", 5);
    assert_eq!(store.image("images", "a/b c").unwrap(), None);
    done(store, &[add(&one)]);
    let kept = store.image("images", "a/b c").unwrap().unwrap();
    assert_eq!(Image { version: 0, ..kept.clone() }, one);
    assert_eq!(store.image("other", "a/b c").unwrap(), None);
    refused(store, &[add(&one)], Outcome::Exists);
    // One refused change takes all with it.
    refused(store, &[add(&image("images", "z", 1)), add(&one)], Outcome::Exists);
    assert_eq!(store.image("images", "z").unwrap(), None);
    assert_eq!(store.count("images").unwrap(), 1);

    let changed = Image { creator: Some("me".into()), private: true, ..kept.clone() };
    done(store, &[set(&changed)]);
    refused(store, &[set(&changed)], Outcome::Changed);
    refused(store, &[drop_image(&kept)], Outcome::Changed);
    let newer = store.image("images", "a/b c").unwrap().unwrap();
    assert!(newer.version > kept.version && newer.private);

    let full = Change::AddImage { image: Box::new(image("images", "b", 6)), quota: 1 };
    refused(store, &[full], Outcome::Full);
    done(store, &[drop_image(&newer)]);
    refused(store, &[drop_image(&newer)], Outcome::Changed);
    assert_eq!(store.count("images").unwrap(), 0);
    // The same name again is not the same image.
    done(store, &[add(&one)]);
    refused(store, &[drop_image(&newer)], Outcome::Changed);
}

fn drafts(store: &dyn Catalog) {
    let draft = |id: &str, expires| Image {
        draft: Some(Draft { expires, ticket: "t".into() }),
        blob: None,
        ..image("drafts", id, 9)
    };
    done(store, &[add(&draft("late", 100)), add(&draft("soon", 50))]);
    assert_eq!(store.count("drafts").unwrap(), 0);
    let ended = store.ended_drafts(100, 10).unwrap();
    assert_eq!(ended.iter().map(|image| image.id.as_str()).collect::<Vec<_>>(), ["soon"]);
    assert_eq!(store.ended_drafts(1000, 1).unwrap().len(), 1);
    let page = Page { account: "drafts", most: 10, ..Page::default() };
    assert!(store.images(&page).unwrap().is_empty());

    let late = store.image("drafts", "late").unwrap().unwrap();
    assert_eq!(late.draft, Some(Draft { expires: 100, ticket: "t".into() }));
    let filled = Image { draft: None, version: late.version, ..image("drafts", "late", 9) };
    let full = Change::SetImage { image: Box::new(filled.clone()), quota: 0 };
    refused(store, &[full], Outcome::Full);
    done(store, &[set(&filled)]);
    assert_eq!(store.count("drafts").unwrap(), 1);
    done(store, &[drop_image(&ended[0])]);
    assert_eq!(store.count("drafts").unwrap(), 1);
}

fn pages(store: &dyn Catalog) {
    for number in 0..50_u64 {
        let creator = (number % 5 != 0).then(|| format!("c{}", number % 5));
        let meta = format!(r#"{{"n":{number},"deep":{{"even":{}}}}}"#, number % 2 == 0);
        // Three at a time have the same moment.
        let one = image("pages", &format!("i{number:02}"), number / 3);
        done(store, &[add(&Image { creator, meta, ..one })]);
    }
    let all = Page { account: "pages", most: 7, ..Page::default() };
    let ids = |page: &Page<'_>| -> Vec<(u64, String)> {
        store.images(page).unwrap().into_iter().map(|one| (one.uploaded, one.id)).collect()
    };
    for newest_first in [false, true] {
        let mut seen: Vec<(u64, String)> = Vec::new();
        loop {
            let after = seen.last().map(|(time, id)| (*time, id.as_str()));
            let page = ids(&Page { newest_first, after, ..all.clone() });
            if page.is_empty() {
                break;
            }
            seen.extend(page);
        }
        let mut expected: Vec<_> = (0..50_u64).map(|n| (n / 3, format!("i{n:02}"))).collect();
        if newest_first {
            expected.reverse();
        }
        assert_eq!(seen, expected);
        let skipped = ids(&Page { newest_first, skip: 45, ..all.clone() });
        assert_eq!(skipped, expected[45..]);
    }
    let count = |page: Page<'_>| ids(&Page { most: 100, ..page }).len();
    assert_eq!(count(Page { creator: Some("c1"), ..all.clone() }), 10);
    assert_eq!(count(Page { creator: Some(""), ..all.clone() }), 10);
    assert_eq!(count(Page { account: "nobody", ..all.clone() }), 0);
    let filter = |path: &str, operator, operand, value: &str| Filter {
        path: path.split('.').map(str::to_owned).collect(),
        operator,
        operand,
        values: vec![value.to_owned()],
    };
    let filters = [
        filter("n", Operator::Gte, Operand::Number, "10"),
        filter("deep.even", Operator::Eq, Operand::Any, "true"),
    ];
    assert_eq!(count(Page { filters: &filters, ..all.clone() }), 20);
    filtered(store, &filter("deep.even", Operator::Eq, Operand::Any, "true"), &all);
}

/// Pages of filtered images in both orders, by token and by number, and with a creator; and what
/// a filter finds after an image was changed, removed, or was a draft.
fn filtered(store: &dyn Catalog, even: &Filter, all: &Page<'_>) {
    let numbers = |page: &Page<'_>| -> Vec<u64> {
        let images = store.images(page).unwrap();
        images.iter().map(|image| image.id[1..].parse().unwrap()).collect()
    };
    let n = |values: &[&str]| Filter {
        path: vec!["n".to_owned()],
        operator: Operator::In,
        operand: Operand::Any,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let (evens, some) = ([even.clone()], [n(&["7", "3.0", "40", "x", "8"]), even.clone()]);
    let page =
        |filters, after, skip| Page { filters, after, skip, newest_first: true, ..all.clone() };
    assert_eq!(numbers(&page(&evens, None, 0)), [48, 46, 44, 42, 40, 38, 36]);
    assert_eq!(numbers(&page(&evens, Some((12, "i36")), 2)), [30, 28, 26, 24, 22, 20, 18]);
    assert_eq!(numbers(&page(&some, None, 0)), [40, 8]);
    assert_eq!(numbers(&page(&some[..1], None, 1)), [8, 7, 3]);
    assert_eq!(numbers(&Page { filters: &some[..1], ..all.clone() }), [3, 7, 8, 40]);
    let mine = Page { creator: Some("c3"), ..page(&evens, None, 0) };
    assert_eq!(numbers(&mine), [48, 38, 28, 18, 8]);

    let mut image = store.image("pages", "i48").unwrap().unwrap();
    image.meta = r#"{"n":"40"}"#.to_owned();
    done(store, &[set(&image)]);
    assert_eq!(numbers(&page(&evens, None, 0))[0], 46);
    assert_eq!(numbers(&page(&some[..1], None, 0)), [48, 40, 8, 7, 3]);
    let image = store.image("pages", "i48").unwrap().unwrap();
    let draft = Draft { expires: 9, ticket: String::new() };
    done(store, &[set(&Image { draft: Some(draft), ..image })]);
    assert_eq!(numbers(&page(&some[..1], None, 0)), [40, 8, 7, 3]);
    let image = store.image("pages", "i48").unwrap().unwrap();
    done(store, &[set(&Image { draft: None, uploaded: 0, ..image })]);
    assert_eq!(numbers(&page(&some[..1], None, 0)), [40, 8, 7, 3, 48]);
    done(store, &[drop_image(&store.image("pages", "i40").unwrap().unwrap())]);
    assert_eq!(numbers(&page(&some[..1], None, 0)), [8, 7, 3, 48]);
}

fn documents(store: &dyn Catalog) {
    let document = |name: &str| Document {
        kind: "variant".into(),
        account: "documents".into(),
        name: name.into(),
        version: 0,
        body: "{}".into(),
    };
    let add = |name: &str, most| Change::AddDocument { document: document(name), most };
    done(store, &[add("b", 2), add("a", 2)]);
    refused(store, &[add("a", 9)], Outcome::Exists);
    refused(store, &[add("c", 2)], Outcome::Full);
    let names = |account| -> Vec<String> {
        store.documents("variant", account).unwrap().into_iter().map(|it| it.name).collect()
    };
    assert_eq!(names(Some("documents")), ["a", "b"]);
    assert_eq!(names(None), ["a", "b"]);
    assert!(names(Some("other")).is_empty());
    let a = store.document("variant", "documents", "a").unwrap().unwrap();
    done(store, &[Change::SetDocument(Document { body: "[]".into(), ..a.clone() })]);
    refused(store, &[Change::SetDocument(a.clone())], Outcome::Changed);
    let drop = |version| Change::DropDocument {
        kind: "variant".into(),
        account: "documents".into(),
        name: "a".into(),
        version,
    };
    refused(store, &[drop(a.version)], Outcome::Changed);
    let a = store.document("variant", "documents", "a").unwrap().unwrap();
    assert_eq!(a.body, "[]");
    done(store, &[drop(a.version)]);
    assert_eq!(names(None), ["b"]);
    assert_eq!(store.document("key", "documents", "b").unwrap(), None);
}

fn entry(subject: &str, at: u64) -> Change {
    let (kind, account) = ("purge".to_owned(), "log".to_owned());
    Change::Log(Entry { kind, account, subject: subject.into(), at })
}

fn log(store: &dyn Catalog) {
    let start = store.newest().unwrap();
    assert_eq!(done(store, &[entry("a", 1), entry("b", 2)]), start + 2);
    // What is refused leaves no entry and no gap.
    let taken = image("log", "x", 1);
    done(store, &[add(&taken)]);
    refused(store, &[entry("c", 3), add(&taken)], Outcome::Exists);
    assert_eq!(done(store, &[entry("d", 4)]), start + 3);
    assert_eq!(store.newest().unwrap(), start + 3);
    let read = |after, most| -> Vec<(u64, String)> {
        let log = store.log(after, most).unwrap();
        log.into_iter().map(|one| (one.seq, one.entry.subject)).collect()
    };
    let expected = [(start + 1, "a"), (start + 2, "b"), (start + 3, "d")];
    let expected = expected.map(|(seq, subject)| (seq, subject.to_owned()));
    assert_eq!(read(start, 10), expected);
    assert_eq!(read(start + 1, 1), expected[1..2]);
    assert_eq!(store.trim_log(4).unwrap(), start + 3);
    assert_eq!(read(0, 10), expected[2..]);
    assert_eq!(store.trim_log(5).unwrap(), start + 4);
    assert_eq!(store.newest().unwrap(), start + 3);
}

fn notes(store: &dyn Catalog) {
    let note = |key: &str, since| Change::AddNote { key: key.into(), since };
    done(store, &[note("new", 20), note("old", 10), note("old", 30)]);
    assert_eq!(store.notes(21, 10).unwrap(), ["old", "new"]);
    assert_eq!(store.notes(20, 10).unwrap(), ["old"]);
    done(store, &[Change::DropNote { key: "old".into() }, Change::DropNote { key: "x".into() }]);
    assert_eq!(store.notes(100, 10).unwrap(), ["new"]);
    done(store, &[Change::DropNote { key: "new".into() }]);
}

/// A job is listed once, its objects are claimed once and dealt with once, and only while it runs.
fn imports(store: &dyn Catalog) {
    let (account, id, journal) = ("imports".to_owned(), fresh_key().unwrap(), store.journal());
    let job = ImportJob {
        account: account.clone(),
        id: id.clone(),
        source: "s".into(),
        status: "running".into(),
        spec: "{}".into(),
        created: 7,
        started: 8,
        ..ImportJob::default()
    };
    let import = |change: ImportChange| [Change::Import(change)];
    let add = import(ImportChange::Add(Box::new(job.clone())));
    done(store, &add);
    refused(store, &add, Outcome::Exists);
    assert_eq!(journal.job(&account, &id).unwrap(), Some(job));
    assert_eq!(journal.jobs(Some(&account), Some("running")).unwrap().len(), 1);
    assert!(journal.jobs(Some(&account), Some("paused")).unwrap().is_empty());

    let item =
        |key: &str, state| ImportItem { key: key.into(), state, bytes: 5, ..ImportItem::default() };
    let found = |was: &str, cursor: &str, keys: &[&str]| {
        import(ImportChange::Found {
            account: account.clone(),
            id: id.clone(),
            was: was.into(),
            cursor: cursor.into(),
            listed: cursor == "end",
            excluded: 1,
            items: keys.iter().map(|key| item(key, ItemState::Waiting)).collect(),
        })
    };
    done(store, &found("", "b", &["a", "b//+ %é", "c"]));
    refused(store, &found("", "b", &["x"]), Outcome::Changed);
    // What is known already is not found again.
    done(store, &found("b", "end", &["c", "d"]));
    refused(store, &found("end", "more", &["x"]), Outcome::Changed);
    claims(store, &account, &id);
}

fn claims(store: &dyn Catalog, account: &str, id: &str) {
    let journal = store.journal();
    let import = |change: ImportChange| [Change::Import(change)];
    let (one, two) = ("1".repeat(32), "2".repeat(32));
    let claim = |name: &str, most| {
        done(store, &import(ImportChange::Claim { job: id.into(), claim: name.into(), most }));
        let claimed = journal.claimed(id, name).unwrap();
        claimed.into_iter().map(|item| item.key).collect::<Vec<_>>()
    };
    let (first, second) = (format!("{one}x"), format!("{two}y"));
    assert_eq!(claim(&first, 3), ["a", "b//+ %é", "c"]);
    assert_eq!(claim(&second, 3), ["d"]);
    let deal = |claim: &str, key: &str, state| {
        let item = ImportItem {
            key: key.into(),
            state,
            bytes: 9,
            image: "i".into(),
            ..ImportItem::default()
        };
        let (account, id, claim) = (account.to_owned(), id.to_owned(), claim.to_owned());
        import(ImportChange::Dealt { account, id, claim, items: vec![item] })
    };
    done(store, &deal(&first, "a", ItemState::Imported));
    refused(store, &deal(&first, "a", ItemState::Imported), Outcome::Changed);
    refused(store, &deal(&second, "c", ItemState::Failed), Outcome::Changed);
    done(store, &import(ImportChange::Free { job: id.into(), node: one }));
    refused(store, &deal(&first, "c", ItemState::Failed), Outcome::Changed);
    done(store, &deal(&second, "d", ItemState::Failed));
    // A node that lives no more has claimed nothing.
    assert_eq!(claim(&first, 1), ["b//+ %é"]);
    journal.free(&two).unwrap();
    assert_eq!(claim(&second, 9), ["b//+ %é", "c"]);
    done(store, &deal(&second, "c", ItemState::Skipped));
    let turn = |from, to| ImportChange::Turn {
        account: account.into(),
        id: id.into(),
        from,
        to,
        reason: "why".into(),
        now: 20,
        starts: to == "running",
        ends: to == "aborted",
    };
    done(store, &import(turn(&["running"], "paused")));
    refused(store, &deal(&second, "b//+ %é", ItemState::Imported), Outcome::Changed);
    refused(store, &import(turn(&["running"], "paused")), Outcome::Changed);
    done(store, &import(turn(&["paused"], "running")));
    let row = journal.job(account, id).unwrap().unwrap();
    assert_eq!((row.base, row.base_bytes, row.started, row.cursor.as_str()), (3, 9, 20, "end"));
    let counts = row.counts;
    assert_eq!((counts.found, counts.imported, counts.skipped, counts.failed), (4, 1, 1, 1));
    assert_eq!((counts.excluded, counts.bytes, counts.done()), (2, 9, 3));
    assert!(journal.is_waiting(id).unwrap());
    done(store, &deal(&second, "b//+ %é", ItemState::Imported));
    assert!(!journal.is_waiting(id).unwrap());
    let log = journal.dealt(id, "a", 2).unwrap();
    let log: Vec<(&str, ItemState)> = log.iter().map(|it| (it.key.as_str(), it.state)).collect();
    assert_eq!(log, [("b//+ %é", ItemState::Imported), ("c", ItemState::Skipped)]);
    remembered(store, account);
    let drop = |from| ImportChange::Drop { account: account.into(), id: id.into(), from };
    refused(store, &import(drop(&["aborted"])), Outcome::Changed);
    done(store, &import(turn(&["running", "paused"], "aborted")));
    done(store, &import(drop(&["aborted"])));
    assert!(journal.job(account, id).unwrap().is_none());
    assert!(journal.dealt(id, "", 9).unwrap().is_empty());
}

fn remembered(store: &dyn Catalog, account: &str) {
    let known = || store.journal().imported(account, "s", "p/a").unwrap();
    assert_eq!(known(), None);
    for bytes in [1, 2] {
        let etag = format!("e{bytes}");
        let (account, source, image) = (account.into(), "s".into(), "p/a".into());
        done(
            store,
            &[Change::Import(ImportChange::Remember { account, source, image, bytes, etag })],
        );
    }
    assert_eq!(known(), Some((2, "e2".into())));
    let (account, source) = (account.into(), "s".into());
    done(store, &[Change::Import(ImportChange::Forget { account, source })]);
    assert_eq!(known(), None);
}

/// Many writers at once: every entry has its own number, and a name has one winner.
fn writers(store: &dyn Catalog) {
    let start = store.newest().unwrap();
    let added: usize = std::thread::scope(|scope| {
        let worker = |worker: usize| {
            let names = (0..10).map(move |name| image("writers", &format!("n{name}"), 1));
            let add = |image: Image| store.commit(&[add(&image), entry(&image.id, worker as u64)]);
            let won = |outcome| matches!(outcome, Outcome::Done(_));
            names.filter(|image| won(add(image.clone()).unwrap())).count()
        };
        let workers: Vec<_> = (0..4).map(|at| scope.spawn(move || worker(at))).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).sum()
    });
    assert_eq!((added, store.count("writers").unwrap()), (10, 10));
    let numbers: Vec<u64> =
        store.log(start, 100).unwrap().into_iter().map(|logged| logged.seq).collect();
    assert_eq!(numbers, (start + 1..=start + 10).collect::<Vec<_>>());
}

/// Who lives and is behind, and what wakes a node.
fn leases(store: &dyn Catalog) {
    let (long, short) = (Duration::from_secs(600), Duration::from_millis(50));
    if !store.leases() {
        store.beat("n1", 1, long).unwrap();
        assert!(store.behind(9).unwrap().is_empty());
        return store.leave("n1").unwrap();
    }
    let behind = |seq| store.behind(seq).unwrap();
    assert!(behind(9).is_empty());
    store.beat("n2", 5, long).unwrap();
    store.beat("n1", 7, long).unwrap();
    store.beat("dead", 0, short).unwrap();
    std::thread::sleep(short * 2);
    assert!(behind(5).is_empty());
    assert_eq!(behind(6), ["n2"]);
    assert_eq!(behind(8), ["n1", "n2"]);
    store.beat("n2", 8, long).unwrap();
    assert_eq!(behind(8), ["n1"]);
    store.leave("n1").unwrap();
    store.leave("n1").unwrap();
    assert_eq!(behind(9), ["n2"]);
    store.beat("dead", 0, long).unwrap();
    assert_eq!(behind(1), ["dead"]);
    store.leave("dead").unwrap();
    store.leave("n2").unwrap();
    wakes(store);
}

/// A wait ends with its time, and sooner when somebody writes to the log.
fn wakes(store: &dyn Catalog) {
    store.wait(Duration::from_millis(1));
    let (start, before) = (Instant::now(), store.newest().unwrap());
    std::thread::scope(|scope| {
        let write = || {
            std::thread::sleep(Duration::from_millis(200));
            done(store, &[entry("wake", 1)])
        };
        let writer = scope.spawn(write);
        // It may wake for nothing, so it is asked again.
        while store.newest().unwrap() == before && start.elapsed() < Duration::from_secs(20) {
            store.wait(Duration::from_secs(20));
        }
        assert_eq!(writer.join().unwrap(), before + 1);
    });
    assert!(start.elapsed() < Duration::from_secs(10), "nothing woke the node");
}

/// Checks a store of results that holds at least 40 kB.
pub fn results(store: &dyn Results) {
    let kept = |tag: &str, address: &str, born| {
        let label = Label { tags: vec![tag.into()], address: address.into(), born };
        Arc::new(Kept { head: "h".into(), body: Arc::new(vec![9; 1000]), label })
    };
    let found = |key: &str| store.get(key).is_some();
    assert!(!found("a"));
    let first = kept("t1", "host/a", 5);
    store.put("a", first.clone());
    assert_eq!(store.get("a"), Some(first));
    let second = kept("t2", "host/a", 5);
    store.put("a", second.clone());
    assert_eq!(store.get("a"), Some(second));

    // A purge takes what it is about and nothing else.
    store.put("b", kept("t3", "host/b/c", 5));
    assert_eq!(store.purge(&Selector::Tag("t1".into()), 6), 0);
    assert_eq!(store.purge(&Selector::Tag("t2".into()), 7), 1);
    assert!(!found("a") && found("b"));
    assert_eq!(store.purge(&Selector::Prefix("host/b/".into()), 8), 1);
    store.put("b", kept("t3", "host/b", 8));
    assert_eq!(store.purge(&Selector::Address("host/".into()), 9), 0);
    assert_eq!(store.purge(&Selector::Address("host/b".into()), 10), 1);

    // What was being made when the purge came is not kept; what came after it is.
    store.put("late", kept("t2", "x", 6));
    assert!(!found("late"));
    store.put("late", kept("t2", "x", 7));
    assert!(found("late"));
    store.put("other", kept("t9", "host/z", 0));
    assert!(found("other"));
    store.purge(&Selector::All, 11);
    assert!(!found("late") && !found("other"));
    assert_eq!(store.usage(), Default::default());
    store.forget_before(20);
    store.put("old", kept("t", "x", 19));
    store.put("new", kept("t", "x", 20));
    assert!(!found("old") && found("new"));
}
