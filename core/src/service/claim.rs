//! One job for equal work on all nodes that share their results: who writes a claim into the
//! catalog first does the work, the others look for its result.
//!
//! A claim ends by itself, so a node that dies holds nobody up for long; who has waited long
//! enough does the work as well. A catalog that fails costs double work and nothing else.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::storage::catalog::{Change, Document, Outcome};
use crate::storage::Catalog;
use crate::{Job, Result};

/// The kind of these documents.
const KIND: &str = "claim";
/// How long a claim lasts at most.
const LIFE: Duration = Duration::from_secs(30);
/// How long another node's work is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// Pauses between two looks for its result.
const PAUSE: Duration = Duration::from_millis(20);

/// Claims of one node.
pub(super) struct Claims {
    catalog: Arc<dyn Catalog>,
}

/// What became of a claim.
pub(super) enum Claimed<'a, T> {
    /// The work is ours, for as long as this is held.
    Ours(Held<'a>),
    /// Somebody else has done it.
    Found(T),
}

/// A claim, taken back when this is dropped.
pub(super) struct Held<'a> {
    claims: &'a Claims,
    /// None where the work is done without a claim.
    document: Option<Document>,
}

impl Claims {
    pub(super) fn new(catalog: Arc<dyn Catalog>) -> Self {
        Claims { catalog }
    }

    /// Claims the work of `key`, or waits until `find` finds what another node has made of it.
    pub(super) fn claim<T>(
        &self,
        key: &str,
        find: impl Fn() -> Option<T>,
        job: &Job,
    ) -> Result<Claimed<'_, T>> {
        let name = blake3::hash(key.as_bytes()).to_hex().to_string();
        let (start, mut pause) = (Instant::now(), PAUSE);
        loop {
            // One that cannot be written must not stop the work.
            if let Some(held) = self.take(&name).unwrap_or(Some(None)) {
                return Ok(match find() {
                    Some(found) => {
                        drop(Held { claims: self, document: held });
                        Claimed::Found(found)
                    }
                    None => Claimed::Ours(Held { claims: self, document: held }),
                });
            }
            job.check()?;
            if start.elapsed() >= PATIENCE {
                return Ok(Claimed::Ours(Held { claims: self, document: None }));
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(PAUSE * 10);
            if let Some(found) = find() {
                return Ok(Claimed::Found(found));
            }
        }
    }

    /// Writes a claim; `None` when another one holds.
    fn take(&self, name: &str) -> Result<Option<Option<Document>>> {
        let body = (now() + LIFE.as_millis() as u64).to_string();
        let (kind, account, name) = (KIND.to_owned(), String::new(), name.to_owned());
        let document = Document { kind, account, name, version: 0, body };
        let add = Change::AddDocument { document: document.clone(), most: u64::MAX };
        if let Outcome::Done(_) = self.catalog.commit(&[add])? {
            return self.written(&document);
        }
        let Some(old) = self.catalog.document(KIND, "", &document.name)? else { return Ok(None) };
        if !has_ended(&old) {
            return Ok(None);
        }
        let set = Change::SetDocument(Document { version: old.version, ..document.clone() });
        match self.catalog.commit(&[set])? {
            Outcome::Done(_) => self.written(&document),
            _ => Ok(None),
        }
    }

    /// The claim as it was written, with the version that takes it back.
    fn written(&self, document: &Document) -> Result<Option<Option<Document>>> {
        let now = self.catalog.document(KIND, "", &document.name)?;
        Ok(Some(now.filter(|now| now.body == document.body)))
    }

    /// Removes claims of nodes that died.
    pub(super) fn tidy(&self) -> Result<()> {
        for document in self.catalog.documents(KIND, None)?.into_iter().filter(has_ended) {
            self.catalog.commit(&[dropping(document)])?;
        }
        Ok(())
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if let Some(document) = self.document.take() {
            // One that stays ends by itself.
            let _ = self.claims.catalog.commit(&[dropping(document)]);
        }
    }
}

fn dropping(document: Document) -> Change {
    let Document { kind, account, name, version, .. } = document;
    Change::DropDocument { kind, account, name, version }
}

/// What cannot be read holds nobody up.
fn has_ended(document: &Document) -> bool {
    document.body.parse::<u64>().map_or(true, |until| until <= now())
}

/// Unix milliseconds. Clocks that differ cost waiting or double work, nothing else.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::storage::{fresh_key, SqliteCatalog};

    fn catalog() -> Arc<dyn Catalog> {
        let name = format!("safelight-{}.db", fresh_key().unwrap());
        Arc::new(SqliteCatalog::open(&std::env::temp_dir().join(name)).unwrap())
    }

    #[test]
    fn nodes_that_want_the_same_do_it_once() {
        let (catalog, done, result) = (catalog(), Mutex::new(0), Mutex::new(None));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                let claims = Claims::new(catalog.clone());
                let (done, result) = (&done, &result);
                scope.spawn(move || {
                    let find = || *result.lock().unwrap();
                    if let Claimed::Ours(_held) = claims.claim("a", find, &Job::default()).unwrap()
                    {
                        std::thread::sleep(Duration::from_millis(50));
                        *done.lock().unwrap() += 1;
                        *result.lock().unwrap() = Some(5);
                    }
                });
            }
        });
        assert_eq!(*done.lock().unwrap(), 1);
        assert!(catalog.documents(KIND, None).unwrap().is_empty());
    }

    #[test]
    fn a_claim_of_a_dead_node_is_taken_over_and_tidied_up() {
        let catalog = catalog();
        let claims = Claims::new(catalog.clone());
        for key in ["a", "b"] {
            let Claimed::Ours(mut held) =
                claims.claim(key, || None::<()>, &Job::default()).unwrap()
            else {
                panic!()
            };
            // Its node died a while ago.
            let document = Document { body: "5".to_owned(), ..held.document.take().unwrap() };
            catalog.commit(&[Change::SetDocument(document)]).unwrap();
        }
        let taken = claims.claim("a", || None::<()>, &Job::default()).unwrap();
        assert!(matches!(taken, Claimed::Ours(_)));
        claims.tidy().unwrap();
        assert_eq!(catalog.documents(KIND, None).unwrap().len(), 1);
        drop(taken);
        assert!(catalog.documents(KIND, None).unwrap().is_empty());
    }
}
