//! Images: ids, access, metadata, lists, quotas.

use serde_json::json;

use super::*;

#[test]
fn an_upload_is_kept_as_it_came() {
    let bench = Bench::new();
    let bytes = picture("one");
    let image = bench
        .upload(Upload {
            bytes: &bytes,
            filename: Some("C:\\pictures\\a\u{7}b.gif".into()),
            creator: Some("me".into()),
            metadata: Some(json!({"b": 1, "a": {"c": "d"}})),
            ..Upload::default()
        })
        .unwrap();
    assert_eq!((image.filename.as_str(), image.mime.as_str()), ("ab.gif", "image/gif"));
    assert_eq!((image.size, image.uploaded), ((1, 1), bench.clock.now()));
    let (kept, original) = bench.hosted.original(bench.home(), &image.id).unwrap();
    assert_eq!(original, bytes);
    assert_eq!(
        (kept.creator.as_deref(), kept.meta.as_str()),
        (Some("me"), r#"{"b":1,"a":{"c":"d"}}"#)
    );
    assert_eq!(bench.hosted.stats(bench.home()).unwrap(), Stats { allowed: 100_000, current: 1 });
    bench.hosted.delete(bench.home(), &image.id).unwrap();
    assert_eq!(kind(bench.hosted.get(bench.home(), &image.id)), Kind::NotFound);
    assert_eq!(kind(bench.hosted.original(bench.home(), &image.id)), Kind::NotFound);
    assert_eq!(kind(bench.hosted.delete(bench.home(), &image.id)), Kind::NotFound);
    assert_eq!(bench.hosted.stats(bench.home()).unwrap().current, 0);
    bench.check_stores();
}

#[test]
fn what_is_no_picture_or_too_much_is_refused_and_leaves_nothing() {
    let bench = Bench::new();
    let good = picture("x");
    let upload = |bytes: &[u8]| kind(bench.upload(Upload { bytes, ..Upload::default() }));
    assert_eq!(upload(b""), Kind::Malformed);
    assert_eq!(upload(b"hello"), Kind::Unsupported);
    assert_eq!(upload(&good[..9]), Kind::Malformed);
    let mut wide = good.clone();
    wide[6..8].copy_from_slice(&60_000_u16.to_le_bytes());
    assert_eq!(upload(&wide), Kind::TooLarge);
    bench.set(|settings| settings.upload_bytes = good.len() as u64 - 1);
    assert_eq!(upload(&good), Kind::TooLarge);
    bench.set(|settings| settings.upload_bytes = good.len() as u64);

    let with = |metadata| {
        bench.upload(Upload { bytes: &good, metadata: Some(metadata), ..Upload::default() })
    };
    assert_eq!(kind(with(json!([1]))), Kind::Invalid);
    // {"a":""} are eight bytes.
    with(json!({"a": "x".repeat(1024 - 8)})).unwrap();
    assert_eq!(kind(with(json!({"a": "x".repeat(1025 - 8)}))), Kind::TooLarge);
    let creator = Some("x".repeat(1025));
    assert_eq!(
        kind(bench.upload(Upload { bytes: &good, creator, ..Upload::default() })),
        Kind::Invalid
    );
    let job = Job::default().within(Duration::ZERO);
    let late =
        bench.hosted.upload(bench.home(), &Upload { bytes: &good, ..Upload::default() }, &job);
    assert_eq!(kind(late), Kind::Timeout);
    let nobody = bench.hosted.upload(
        "nobody",
        &Upload { bytes: &good, ..Upload::default() },
        &Job::default(),
    );
    assert_eq!(kind(nobody), Kind::NotFound);
    assert_eq!(bench.hosted.stats(bench.home()).unwrap().current, 1);
    bench.check_stores();
}

#[test]
fn an_access_change_gives_another_id_and_keeps_the_bytes() {
    let bench = Bench::new();
    let old = bench.add("one");
    assert_eq!(access_of(&old.id), Some(false));
    let update = |id: &str, private| {
        let update = Update { require_signed_urls: Some(private), ..Update::default() };
        bench.hosted.update(bench.home(), id, &update)
    };
    let before = bench.hosted.seen().unwrap();
    let new = update(&old.id, true).unwrap();
    assert_eq!((access_of(&new.id), new.private), (Some(true), true));
    assert_ne!(new.id, old.id);
    assert_eq!(kind(bench.hosted.get(bench.home(), &old.id)), Kind::NotFound);
    assert_eq!(bench.hosted.original(bench.home(), &new.id).unwrap().1, picture("one"));
    assert_eq!(new.uploaded, old.uploaded);
    // The old id is purged, once.
    let log = bench.catalog.log(before, 9).unwrap();
    let tag = format!("tag {}", image_tag(bench.home(), &old.id));
    assert_eq!(log.iter().map(|one| one.entry.subject.as_str()).collect::<Vec<_>>(), [tag]);
    // Asked for what it is, it stays.
    assert_eq!(update(&new.id, true).unwrap().id, new.id);
    assert_eq!(kind(update(&old.id, true)), Kind::NotFound);
    // Nor does a full account stand in the way.
    bench.set(|settings| settings.quota = 0);
    assert_eq!(access_of(&update(&new.id, false).unwrap().id), Some(false));
    assert_eq!(bench.hosted.stats(bench.home()).unwrap().current, 1);
    bench.check_stores();
}

#[test]
fn what_an_update_does_not_name_stays() {
    let bench = Bench::new();
    let bytes = picture("one");
    let metadata = Some(json!({"a": 1}));
    let creator = Some("me".to_owned());
    let image = bench.upload(Upload { bytes: &bytes, metadata, creator, ..Upload::default() });
    let id = image.unwrap().id;
    let update = |update: Update| bench.hosted.update(bench.home(), &id, &update).unwrap();
    let image = update(Update { metadata: Some(json!({"b": 2})), ..Update::default() });
    assert_eq!((image.meta.as_str(), image.creator.as_deref()), (r#"{"b":2}"#, Some("me")));
    let image = update(Update { creator: Some(None), ..Update::default() });
    assert_eq!((image.meta.as_str(), image.creator), (r#"{"b":2}"#, None));
    let kept = bench.hosted.get(bench.home(), &id).unwrap();
    assert_eq!((kept.meta.as_str(), kept.creator), (r#"{"b":2}"#, None));
}

#[test]
fn a_custom_id_is_unique_and_private_only_where_that_is_set() {
    let bench = Bench::new();
    let bytes = picture("one");
    let upload = |id: &str, private| {
        bench.upload(Upload {
            bytes: &bytes,
            id: Some(id.into()),
            require_signed_urls: private,
            ..Upload::default()
        })
    };
    let update = |private| {
        let update = Update { require_signed_urls: Some(private), ..Update::default() };
        bench.hosted.update(bench.home(), "a/b", &update)
    };
    assert_eq!(upload("a/b", false).unwrap().id, "a/b");
    assert_eq!(kind(upload("a/b", false)), Kind::Conflict);
    assert_eq!(kind(upload("a//b", false)), Kind::Invalid);
    assert_eq!(kind(upload("c", true)), Kind::Invalid);
    assert_eq!(kind(update(true)), Kind::Invalid);
    bench.set(|settings| settings.private_custom_ids = true);
    assert!(upload("c", true).unwrap().private);
    let private = update(true).unwrap();
    assert_eq!((private.id.as_str(), private.private), ("a/b", true));
    assert!(bench.hosted.get(bench.home(), "a/b").unwrap().private);
    bench.hosted.delete(bench.home(), "a/b").unwrap();
    upload("a/b", false).unwrap();
    // Another account's ids are its own.
    let other = bench.hosted.create_account(None, None).unwrap();
    let wanted = Upload { bytes: &bytes, id: Some("a/b".into()), ..Upload::default() };
    bench.hosted.upload(&other.id, &wanted, &Job::default()).unwrap();
    bench.hosted.delete(&other.id, "a/b").unwrap();
    bench.hosted.get(bench.home(), "a/b").unwrap();
    bench.check_stores();
}

#[test]
fn a_list_goes_on_where_it_was_whatever_is_added_and_removed() {
    let bench = Bench::new();
    let mut ids = Vec::new();
    for number in 0..30 {
        ids.push(bench.add(&number.to_string()).id);
        // Some have the same moment.
        bench.clock.forward(number % 3);
    }
    for ascending in [false, true] {
        let mut listing = Listing { ascending, per_page: 7, ..Listing::default() };
        let (mut seen, mut removed) = (Vec::new(), Vec::new());
        loop {
            let page = bench.hosted.list(bench.home(), &listing).unwrap();
            assert!(page.images.len() <= 7);
            // What the token names is removed, and new ones come.
            if let Some(last) = page.images.last() {
                bench.hosted.delete(bench.home(), &last.id).unwrap();
                removed.push(last.id.clone());
            }
            seen.extend(page.images.into_iter().map(|image| image.id));
            if !ascending {
                bench.clock.forward(1);
                bench.add("late");
            }
            listing.token = page.token;
            if listing.token.is_none() {
                break;
            }
        }
        let unique: std::collections::BTreeSet<&String> = seen.iter().collect();
        assert_eq!(unique.len(), seen.len());
        assert!(ids.iter().all(|id| seen.contains(id)), "{ascending}");
        ids.retain(|id| !removed.contains(id));
    }
    let token = |token: &str| {
        let listing = Listing { token: Some(token.into()), ..Listing::default() };
        kind(bench.hosted.list(bench.home(), &listing))
    };
    for wrong in ["", "x", "ZDE", "YTEgeA"] {
        assert_eq!(token(wrong), Kind::Invalid, "{wrong}");
    }
    let size = Listing { per_page: 0, ..Listing::default() };
    assert_eq!(kind(bench.hosted.list(bench.home(), &size)), Kind::Invalid);
}

#[test]
fn lists_are_filtered_by_creator_and_metadata_and_paged_by_number() {
    let bench = Bench::new();
    for number in 0..12 {
        bench.clock.forward(1);
        let bytes = picture(&number.to_string());
        let creator = (number % 3 != 0).then(|| "me".to_owned());
        let metadata = Some(json!({"n": number}));
        bench.upload(Upload { bytes: &bytes, creator, metadata, ..Upload::default() }).unwrap();
    }
    let filter = Filter {
        path: vec!["n".into()],
        operator: Operator::Gte,
        operand: Operand::Number,
        values: vec!["5".into()],
    };
    let listing = Listing { filters: vec![filter.clone()], per_page: 3, ..Listing::default() };
    let mut pages = Vec::new();
    let mut next = Some(listing.clone());
    while let Some(listing) = next.take() {
        let page = bench.hosted.list(bench.home(), &listing).unwrap();
        pages.push(page.images.len());
        next = page.token.map(|token| Listing { token: Some(token), ..listing });
    }
    assert_eq!(pages, [3, 3, 1]);
    let of = |creator: &str| Listing { creator: Some(creator.into()), ..Listing::default() };
    assert_eq!(bench.hosted.list(bench.home(), &of("")).unwrap().images.len(), 4);
    assert_eq!(bench.hosted.list(bench.home(), &of("me")).unwrap().images.len(), 8);
    let many = Listing { filters: vec![filter; 6], ..Listing::default() };
    assert_eq!(kind(bench.hosted.list(bench.home(), &many)), Kind::Invalid);

    let page = |number, creator| {
        let images = bench.hosted.list_page(bench.home(), number, 5, creator).unwrap();
        images.into_iter().map(|image| image.meta).collect::<Vec<_>>()
    };
    assert_eq!(page(1, None)[0], r#"{"n":11}"#);
    assert_eq!((page(3, None).len(), page(4, None).len(), page(2, Some("me")).len()), (2, 0, 3));
    assert_eq!(kind(bench.hosted.list_page(bench.home(), 0, 5, None)), Kind::Invalid);
    assert!(bench.hosted.list_page(bench.home(), u64::MAX, 5, None).is_err());
}

#[test]
fn a_full_account_takes_no_image_more_however_many_come_at_once() {
    let bench = Bench::new();
    bench.set(|settings| settings.quota = 5);
    let added: usize = std::thread::scope(|scope| {
        let worker = |worker: usize| {
            let bench = &bench;
            scope.spawn(move || {
                let bytes = picture(&worker.to_string());
                let once = |_: &usize| {
                    let added = bench.upload(Upload { bytes: &bytes, ..Upload::default() });
                    added.map_err(|error| assert_eq!(error.kind(), Kind::TooLarge)).is_ok()
                };
                (0..4).filter(once).count()
            })
        };
        let workers: Vec<_> = (0..8).map(worker).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).sum()
    });
    assert_eq!((added, bench.hosted.stats(bench.home()).unwrap().current), (5, 5));
    bench.check_stores();
}

#[test]
fn of_many_changes_at_once_none_is_lost_and_no_id_points_to_nothing() {
    let bench = Bench::new();
    let first = bench.add("one");
    let winners: usize = std::thread::scope(|scope| {
        let worker = |worker: usize| {
            let (bench, id) = (&bench, &first.id);
            scope.spawn(move || {
                let update = Update { require_signed_urls: Some(true), ..Update::default() };
                match worker % 4 {
                    0 => bench.hosted.delete(bench.home(), id).is_ok(),
                    _ => bench.hosted.update(bench.home(), id, &update).is_ok(),
                }
            })
        };
        let workers: Vec<_> = (0..8).map(worker).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).filter(|won| *won).count()
    });
    assert_eq!(winners, 1);
    let left = bench.hosted.list(bench.home(), &Listing::default()).unwrap().images;
    assert!(left.len() <= 1);
    for image in left {
        assert_eq!(bench.hosted.original(bench.home(), &image.id).unwrap().1, picture("one"));
    }
    bench.check_stores();
}

#[test]
fn a_wish_is_handed_over_and_remembered_until_it_is_done() {
    let bench = Bench::new();
    let bytes = picture("one");
    let ahead = Ahead { variants: vec!["public".into()], formats: vec!["avif".into()] };
    let wanted = |ahead: &Ahead| {
        bench.upload(Upload { bytes: &bytes, ahead: Some(ahead.clone()), ..Upload::default() })
    };
    let image = wanted(&ahead).unwrap().id;
    let wish = Wish { account: bench.home().into(), image: image.clone(), ahead: ahead.clone() };
    assert_eq!(bench.hosted.wishes().unwrap(), [wish]);
    assert_eq!(*bench.sink.wishes.lock().unwrap(), bench.hosted.wishes().unwrap());
    bench.hosted.wish_done(bench.home(), &image).unwrap();
    bench.hosted.wish_done(bench.home(), &image).unwrap();
    assert!(bench.hosted.wishes().unwrap().is_empty());
    for wrong in [
        Ahead { formats: vec!["tiff".into()], ..ahead.clone() },
        Ahead { variants: vec!["a b".into()], ..ahead.clone() },
        Ahead { variants: vec!["a".into(); 101], ..ahead },
    ] {
        wanted(&wrong).unwrap_err();
    }
}

#[test]
fn an_upload_that_slept_through_the_life_of_its_note_is_not_acknowledged() {
    use crate::storage::tests::Folder;
    let (bench, slept) = (Bench::new(), Arc::new(AtomicU64::new(0)));
    // The clock jumps between two looks at it: each number of looks is tried.
    for jump in 0..12 {
        let folder = Folder::new();
        let catalog = Arc::new(SqliteCatalog::open(&folder.0.join("catalog.db")).unwrap());
        let stores = Stores { catalog: catalog.clone(), originals: bench.originals.clone() };
        let looks = Arc::new(AtomicU64::new(u64::MAX / 2));
        let counted = looks.clone();
        let clock = move || match counted.fetch_add(1, Ordering::Relaxed) {
            look if look <= jump => 1_800_000_000_000,
            _ => 1_800_003_000_000,
        };
        let setup = Setup { clock: Arc::new(clock), ..Setup::default() };
        let hosted = Hosted::open(stores, Engine::default(), setup).unwrap();
        looks.store(0, Ordering::Relaxed);
        let upload = Upload { bytes: &picture("one"), ..Upload::default() };
        let uploaded = hosted.upload(&hosted.home().id, &upload, &Job::default());
        let left = hosted.list(&hosted.home().id, &Listing::default()).unwrap().images.len();
        match uploaded {
            Ok(image) => {
                assert_eq!(
                    (hosted.original(&hosted.home().id, &image.id).unwrap().1, left),
                    (picture("one"), 1)
                );
            }
            Err(error) => {
                assert_eq!((error.kind(), left), (Kind::Timeout, 0));
                assert!(catalog.notes(u64::MAX, 9).unwrap().is_empty());
                slept.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
    assert!(slept.load(Ordering::Relaxed) >= 2);
}

#[test]
fn what_nobody_has_is_cleared_away_after_its_time() {
    let bench = Bench::new();
    bench.add("one");
    let left =
        crate::storage::store(&*bench.originals, &*bench.catalog, b"left", bench.clock.now());
    let order = TicketOrder::default();
    let ticket = bench.hosted.create_ticket(bench.home(), &order).unwrap();
    assert_eq!(bench.hosted.tidy().unwrap(), Tidied::default());
    bench.clock.forward(3_600_001);
    assert_eq!(bench.hosted.tidy().unwrap(), Tidied { drafts: 1, blobs: 1 });
    let error = crate::storage::load(&*bench.originals, &left.unwrap()).unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
    assert_eq!(kind(bench.hosted.get(bench.home(), &ticket.id)), Kind::NotFound);
    assert_eq!(bench.hosted.stats(bench.home()).unwrap().current, 1);
    bench.check_stores();
}
