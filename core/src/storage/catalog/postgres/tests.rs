//! Against a real server: `SAFELIGHT_TEST_POSTGRES` holds its URL. Without one nothing is tested,
//! and the tests say so.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use ::postgres::{Client, NoTls};

use super::*;
use crate::storage::catalog::Entry;
use crate::storage::{contract, fresh_key};

/// A schema of its own in the database, gone at the end.
struct Schema {
    admin: Client,
    name: String,
    url: String,
}

impl Schema {
    fn new() -> Option<Self> {
        let Ok(url) = std::env::var("SAFELIGHT_TEST_POSTGRES") else {
            println!("not run: SAFELIGHT_TEST_POSTGRES names no database");
            return None;
        };
        let mut admin = Client::connect(&url, NoTls).unwrap();
        let name = format!("s{}", fresh_key().unwrap());
        admin.batch_execute(&format!("CREATE SCHEMA {name}")).unwrap();
        let mark = if url.contains('?') { '&' } else { '?' };
        let options = format!("options=-c%20search_path%3D{name}&application_name={name}");
        Some(Schema { admin, url: format!("{url}{mark}{options}"), name })
    }

    fn open(&self) -> PostgresCatalog {
        PostgresCatalog::open(&self.url).unwrap()
    }

    /// Ends every connection of the catalogs, as a server that is started anew does.
    fn cut(&mut self) -> usize {
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE application_name = $1";
        self.admin.query(sql, &[&self.name]).unwrap().len()
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let _ = self.admin.batch_execute(&format!("DROP SCHEMA {} CASCADE", self.name));
    }
}

fn entry(subject: &str) -> Change {
    Change::Log(Entry { kind: "x".into(), subject: subject.into(), ..Entry::default() })
}

#[test]
fn postgres_keeps_the_contract_of_catalogs() {
    let Some(schema) = Schema::new() else { return };
    contract::catalog(&schema.open());
}

#[test]
fn tables_are_made_once_by_nodes_that_start_together() {
    let Some(schema) = Schema::new() else { return };
    let url = schema.url.as_str();
    std::thread::scope(|scope| {
        let open = || PostgresCatalog::open(url).unwrap().newest().unwrap();
        let nodes: Vec<_> = (0..4).map(|_| scope.spawn(open)).collect();
        nodes.into_iter().for_each(|node| assert_eq!(node.join().unwrap(), 0));
    });
}

#[test]
fn a_reader_never_sees_a_later_entry_of_the_log_before_an_earlier_one() {
    let Some(schema) = Schema::new() else { return };
    let (nodes, reader) = ([schema.open(), schema.open()], schema.open());
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut seen = 0;
            while !done.load(Ordering::Relaxed) || reader.newest().unwrap() > seen {
                for logged in reader.log(seen, 100).unwrap() {
                    assert_eq!(logged.seq, seen + 1);
                    seen = logged.seq;
                }
            }
            seen
        });
        std::thread::scope(|writers| {
            for worker in 0..6 {
                let node = &nodes[worker % 2];
                writers.spawn(move || {
                    for _ in 0..50 {
                        node.commit(&[entry("a"), entry("b")]).unwrap();
                    }
                });
            }
        });
        done.store(true, Ordering::Relaxed);
        assert_eq!(watch.join().unwrap(), 600);
    });
}

#[test]
fn lost_connections_are_made_anew_and_nothing_acknowledged_is_lost() {
    let Some(mut schema) = Schema::new() else { return };
    let catalog = schema.open();
    let mut acknowledged = BTreeSet::new();
    for round in 0..20 {
        for turn in 0..5 {
            let subject = format!("{round}/{turn}");
            // A connection that was lost while it lay idle fails nobody.
            catalog.commit(&[entry(&subject)]).unwrap();
            acknowledged.insert(subject);
        }
        assert!(schema.cut() > 0);
        catalog.newest().unwrap();
    }
    let logged = catalog.log(0, 1000).unwrap();
    let found: BTreeSet<_> = logged.iter().map(|one| one.entry.subject.clone()).collect();
    assert_eq!(found, acknowledged);
    assert_eq!(logged.len(), acknowledged.len());
}

#[test]
fn writers_whose_connections_are_cut_leave_no_gap_and_no_half() {
    let Some(mut schema) = Schema::new() else { return };
    let catalog = schema.open();
    let done = AtomicBool::new(false);
    let write = |worker: usize| {
        let names = (0..).map(|turn| format!("{worker}/{turn}"));
        let names = names.take_while(|_| !done.load(Ordering::Relaxed));
        names.filter(|name| catalog.commit(&[entry(name), entry(name)]).is_ok()).collect()
    };
    let acknowledged: Vec<String> = std::thread::scope(|scope| {
        let write: &(dyn Fn(usize) -> Vec<String> + Sync) = &write;
        let workers: Vec<_> = (0..4).map(|worker| scope.spawn(move || write(worker))).collect();
        for _ in 0..20 {
            std::thread::sleep(Duration::from_millis(50));
            schema.cut();
        }
        done.store(true, Ordering::Relaxed);
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let logged = catalog.log(0, usize::MAX >> 1).unwrap();
    let numbers: Vec<u64> = logged.iter().map(|one| one.seq).collect();
    assert_eq!(numbers, (1..=logged.len() as u64).collect::<Vec<_>>());
    let subjects: Vec<_> = logged.iter().map(|one| one.entry.subject.as_str()).collect();
    assert!(subjects.chunks(2).all(|two| two[0] == two[1]));
    let found: BTreeSet<_> = subjects.into_iter().collect();
    assert!(acknowledged.len() > 20, "{}", acknowledged.len());
    assert!(acknowledged.iter().all(|name| found.contains(name.as_str())));
}

#[test]
fn a_node_wakes_although_its_ear_was_cut_off() {
    let Some(mut schema) = Schema::new() else { return };
    let (writer, reader) = (schema.open(), schema.open());
    let long = Duration::from_secs(20);
    for round in 1..=5 {
        schema.cut();
        let start = Instant::now();
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| {
                while reader.newest().unwrap() < round {
                    reader.wait(long);
                }
            });
            while writer.commit(&[entry("x")]).is_err() {}
            waiter.join().unwrap();
        });
        assert!(start.elapsed() < long / 2, "round {round}");
    }
}

#[test]
fn what_is_no_url_is_refused_without_showing_it() {
    let error = PostgresCatalog::open("postgres://u:secret@h:port/x").err().unwrap();
    assert_eq!(error.kind(), crate::Kind::Invalid);
    assert!(!error.message().contains("secret"));
}
