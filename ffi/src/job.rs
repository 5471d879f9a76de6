//! Deadlines and cancellation as handles.

use std::ffi::c_char;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use safelight_core::{Assets, CancelToken, Error, Job, Limits, Result};

use crate::error::safelight_error;
use crate::handle::{self, Handle, Out};

/// A deadline, a way to cancel, and what options may call by name, for one or more calls. Any
/// number of threads may use one at once; cancelling is what it is for. It may be freed while a
/// call still runs with it: the call then ends as it would have, and can no longer be cancelled.
#[allow(non_camel_case_types)]
pub struct safelight_job {
    _key: [u8; 0],
}

impl Handle for safelight_job {
    const NAME: &'static str = "job";
    type Value = Control;
}

/// What a `safelight_job` stands for.
#[derive(Default)]
pub(crate) struct Control {
    cancel: CancelToken,
    assets: Mutex<Assets>,
    deadline: Option<Instant>,
}

impl Control {
    /// What options may call by name; the bytes are shared.
    pub(crate) fn assets(&self) -> Result<Assets> {
        let assets = self.assets.lock();
        assets.map(|assets| assets.clone()).map_err(|_| Error::internal("job: a poisoned lock"))
    }

    /// The job of one call: the nearer of this deadline and that of `limits`.
    pub(crate) fn start(&self, limits: &Limits) -> Job {
        let job = Job::new(limits, self.cancel.clone());
        match self.deadline {
            Some(deadline) => job.within(deadline.saturating_duration_since(Instant::now())),
            None => job,
        }
    }
}

/// Makes a job whose time is up `timeout_ms` milliseconds from now; 0 is no deadline of its own.
/// A call that runs with it ends at the nearer of this deadline and the limit `time_ms` of its
/// engine, and returns SAFELIGHT_TIMEOUT.
///
/// `out` receives the job, to be freed with safelight_job_free().
/// Errors: SAFELIGHT_INVALID when `out` is NULL.
#[no_mangle]
pub extern "C" fn safelight_job_new(
    timeout_ms: u64,
    out: *mut *mut safelight_job,
    error: *mut *mut safelight_error,
) -> i32 {
    handle::call(error, || {
        let out = Out::new("out", out)?;
        let deadline = (timeout_ms > 0)
            .then(|| Instant::now().checked_add(Duration::from_millis(timeout_ms)))
            .flatten();
        out.give(Control { deadline, ..Control::default() })
    })
}

/// Asks every call that runs with `job`, and every later one, to stop. It returns at once, from
/// any thread; the calls return SAFELIGHT_CANCELLED within a few milliseconds, or when the codec
/// they are in returns. NULL and a handle that was freed are left alone.
#[no_mangle]
pub extern "C" fn safelight_job_cancel(job: *const safelight_job) {
    handle::read(job, (), |control| control.cancel.cancel());
}

/// Gives options something to call by name: an overlay picture, or the font of a text. `name` is
/// what the option `draw` says as `url`, a URL or any other text; `data` is a whole file, which is
/// copied. The same name again replaces what was there. Nothing is ever fetched.
///
/// Errors: SAFELIGHT_INVALID for a handle that was freed, NULL, or text that is not UTF-8.
#[no_mangle]
pub extern "C" fn safelight_job_add_asset(
    job: *const safelight_job,
    name: *const c_char,
    name_len: usize,
    data: *const u8,
    data_len: usize,
    error: *mut *mut safelight_error,
) -> i32 {
    handle::call(error, || {
        let control = handle::get(job)?;
        let name = handle::text("name", name, name_len)?;
        let data = handle::bytes("data", data, data_len)?;
        let mut assets =
            control.assets.lock().map_err(|_| Error::internal("job: a poisoned lock"))?;
        assets.insert(name, data);
        Ok(())
    })
}

/// Frees a job. NULL and a handle that was freed before are left alone.
#[no_mangle]
pub extern "C" fn safelight_job_free(job: *mut safelight_job) {
    handle::free(job);
}
