//! Jobs: made, paused, resumed, aborted, told of.

use std::time::Duration;

use super::source::OPEN;
use super::spec::Spec;
use super::{Imports, Shared};
use crate::storage::catalog::{Change, ImportChange, ImportJob, Outcome};
use crate::storage::fresh_key;
use crate::{Error, Job, Kind, Result};

pub(super) const RUNNING: &str = "running";
pub(super) const PAUSED: &str = "paused";
pub(super) const ABORTED: &str = "aborted";
pub(super) const COMPLETED: &str = "completed";
/// Statuses from which a job does not go on.
const ENDED: [&str; 2] = [ABORTED, COMPLETED];
/// Jobs of an account that are open at once.
const MOST_OPEN: usize = 100;

/// A job.
#[derive(Debug, Clone, PartialEq)]
pub struct JobInfo {
    /// Its id.
    pub id: String,
    /// The source's id.
    pub source: String,
    /// What it shall do.
    pub spec: Spec,
    /// When it was made, in Unix milliseconds.
    pub created: u64,
    /// How far it is.
    pub progress: Progress,
}

/// How far a job is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Progress {
    /// `running`, `paused`, `aborted` or `completed`.
    pub status: String,
    /// Why it stopped by itself.
    pub reason: Option<String>,
    /// Whether all of the source is listed; until then `found` grows.
    pub listed: bool,
    /// Objects found, without those that the patterns leave out.
    pub found: u64,
    /// Imported; in a dry run, those that would be.
    pub imported: u64,
    /// Left as they are, as they are known already.
    pub skipped: u64,
    /// Not usable, or not to be had; the log says why.
    pub failed: u64,
    /// Left out by the patterns.
    pub excluded: u64,
    /// Bytes of imported objects.
    pub bytes: u64,
    /// Objects dealt with in a second, since it was started last.
    pub objects_per_second: f64,
    /// Bytes imported in a second, since it was started last.
    pub bytes_per_second: f64,
    /// Seconds until it is done at that rate, where that can be said.
    pub seconds_left: Option<u64>,
    /// When it was started last, in Unix milliseconds.
    pub started: u64,
    /// When it came to its end.
    pub finished: Option<u64>,
}

impl Progress {
    fn of(job: &ImportJob, now: u64) -> Self {
        let counts = job.counts;
        let ended = (job.ended > 0).then_some(job.ended);
        let seconds = ended.unwrap_or(now).saturating_sub(job.started).max(1) as f64 / 1000.0;
        let objects = counts.done().saturating_sub(job.base) as f64 / seconds;
        let left = counts.found.saturating_sub(counts.done());
        let known = job.status == RUNNING && job.listed && objects > 0.0;
        Progress {
            status: job.status.clone(),
            reason: Some(job.reason.clone()).filter(|reason| !reason.is_empty()),
            listed: job.listed,
            found: counts.found,
            imported: counts.imported,
            skipped: counts.skipped,
            failed: counts.failed,
            excluded: counts.excluded,
            bytes: counts.bytes,
            objects_per_second: objects,
            bytes_per_second: counts.bytes.saturating_sub(job.base_bytes) as f64 / seconds,
            seconds_left: known.then(|| (left as f64 / objects).ceil() as u64),
            started: job.started,
            finished: ended,
        }
    }

    /// Whether it will not go on by itself.
    pub fn is_over(&self) -> bool {
        self.status != RUNNING
    }
}

impl Imports {
    /// Makes a job of a source, and begins it.
    pub fn create(&self, account: &str, source: &str, spec: &Spec) -> Result<JobInfo> {
        spec.check()?;
        self.shared.hosted.account(account)?;
        let now = self.shared.hosted.now();
        let text = serde_json::to_string(spec)
            .map_err(|_| Error::internal("a job could not be written"))?;
        let job = ImportJob {
            account: account.to_owned(),
            id: fresh_key()?,
            source: source.to_owned(),
            status: RUNNING.to_owned(),
            spec: text,
            created: now,
            started: now,
            ..ImportJob::default()
        };
        for _ in 0..8 {
            self.check_open(account)?;
            let touch = self.shared.touch_source(account, source)?;
            let add = Change::Import(ImportChange::Add(Box::new(job.clone())));
            if let Outcome::Done(_) = self.shared.hosted.catalog().commit(&[touch, add])? {
                self.runner.wake();
                return self.shared.info(&job);
            }
        }
        Err(Error::new(Kind::Busy, "too many changes of the same source at once"))
    }

    fn check_open(&self, account: &str) -> Result<()> {
        let jobs = self.shared.hosted.catalog().journal().jobs(Some(account), None)?;
        let open = jobs.iter().filter(|job| OPEN.contains(&job.status.as_str())).count();
        match open < MOST_OPEN {
            true => Ok(()),
            false => Err(Error::too_large("jobs", MOST_OPEN, "one more")),
        }
    }

    /// One job.
    pub fn job(&self, account: &str, id: &str) -> Result<JobInfo> {
        self.shared.info(&self.shared.row(account, id)?)
    }

    /// Every job of an account, newest first.
    pub fn jobs(&self, account: &str) -> Result<Vec<JobInfo>> {
        self.shared.hosted.account(account)?;
        let jobs = self.shared.hosted.catalog().journal().jobs(Some(account), None)?;
        jobs.iter().map(|job| self.shared.info(job)).collect()
    }

    /// How far a job is.
    pub fn progress(&self, account: &str, id: &str) -> Result<Progress> {
        Ok(Progress::of(&self.shared.row(account, id)?, self.shared.hosted.now()))
    }

    /// Pauses a job that runs. When this returns, no node imports anything more of it.
    pub fn pause(&self, account: &str, id: &str) -> Result<JobInfo> {
        self.turn(account, id, &[RUNNING], PAUSED)
    }

    /// Lets a paused job go on where it was.
    pub fn resume(&self, account: &str, id: &str) -> Result<JobInfo> {
        let job = self.turn(account, id, &[PAUSED], RUNNING)?;
        self.runner.wake();
        Ok(job)
    }

    /// Ends a job for good. When this returns, no node imports anything more of it. What was
    /// imported stays.
    pub fn abort(&self, account: &str, id: &str) -> Result<JobInfo> {
        self.turn(account, id, &OPEN, ABORTED)
    }

    /// Ends every job of an account that runs or is paused; gives how many those were.
    pub fn abort_all(&self, account: &str) -> Result<u64> {
        self.shared.hosted.account(account)?;
        let jobs = self.shared.hosted.catalog().journal().jobs(Some(account), None)?;
        let mut aborted = 0;
        for job in jobs.iter().filter(|job| OPEN.contains(&job.status.as_str())) {
            match self.abort(account, &job.id) {
                Ok(_) => aborted += 1,
                // It came to its end meanwhile.
                Err(error) if error.kind() == Kind::Conflict => {}
                Err(error) => return Err(error),
            }
        }
        Ok(aborted)
    }

    /// Removes a job that has ended, with its log. What was imported stays, and is known to later
    /// jobs of the source.
    pub fn delete(&self, account: &str, id: &str) -> Result<()> {
        let row = self.shared.row(account, id)?;
        let (account, id) = (account.to_owned(), id.to_owned());
        let drop = Change::Import(ImportChange::Drop { account, id, from: &ENDED });
        match self.shared.hosted.catalog().commit(&[drop])? {
            Outcome::Done(_) => Ok(()),
            _ => Err(is_now(&row.status)),
        }
    }

    /// Calls `tell` with the progress of a job, at once and then each time that `every` has passed
    /// and something has changed, until the job no longer runs or `tell` says no; gives the last.
    pub fn follow(
        &self,
        account: &str,
        id: &str,
        every: Duration,
        job: &Job,
        mut tell: impl FnMut(&Progress) -> bool,
    ) -> Result<Progress> {
        let mut last = None;
        loop {
            job.check()?;
            let progress = self.progress(account, id)?;
            if last.as_ref() != Some(&progress) && !tell(&progress) || progress.is_over() {
                return Ok(progress);
            }
            last = Some(progress);
            std::thread::sleep(every);
        }
    }

    fn turn(
        &self,
        account: &str,
        id: &str,
        from: &'static [&'static str],
        to: &'static str,
    ) -> Result<JobInfo> {
        match self.shared.turn((account, id), from, to, "")? {
            true => self.job(account, id),
            false => Err(is_now(&self.shared.row(account, id)?.status)),
        }
    }
}

fn is_now(status: &str) -> Error {
    Error::new(Kind::Conflict, format!("the job is {status}"))
}

impl Shared {
    pub(super) fn row(&self, account: &str, id: &str) -> Result<ImportJob> {
        let found = self.hosted.catalog().journal().job(account, id)?;
        found.ok_or_else(|| Error::new(Kind::NotFound, "there is no such job"))
    }

    fn info(&self, job: &ImportJob) -> Result<JobInfo> {
        Ok(JobInfo {
            id: job.id.clone(),
            source: job.source.clone(),
            spec: read(&job.spec)?,
            created: job.created,
            progress: Progress::of(job, self.hosted.now()),
        })
    }

    /// Gives a job another status; false when it has none of `from`.
    pub(super) fn turn(
        &self,
        (account, id): (&str, &str),
        from: &'static [&'static str],
        to: &'static str,
        reason: &str,
    ) -> Result<bool> {
        let turn = ImportChange::Turn {
            account: account.to_owned(),
            id: id.to_owned(),
            from,
            to,
            reason: reason.to_owned(),
            now: self.hosted.now(),
            starts: to == RUNNING,
            ends: ENDED.contains(&to),
        };
        let outcome = self.hosted.catalog().commit(&[Change::Import(turn)])?;
        Ok(matches!(outcome, Outcome::Done(_)))
    }
}

/// A spec as it is kept.
pub(super) fn read(text: &str) -> Result<Spec> {
    serde_json::from_str(text)
        .map_err(|_| Error::new(Kind::Storage, "a job cannot be read from the catalog"))
}
