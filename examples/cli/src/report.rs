//! How a run ends: messages on standard error, and the exit code.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use safelight::guard::guard;
use safelight::{Engine, Options};

/// Exit code of a failed job.
const FAILED: u8 = 1;
/// Exit code of wrong usage.
pub(crate) const USAGE: u8 = 2;

/// Why a run did not succeed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command was typed wrong.
    Usage(String),
    /// A job failed.
    Job(String),
    /// Jobs failed that were reported one by one.
    Reported,
    /// Nobody reads what we print; no reason to complain.
    ClosedPipe,
}

impl Failure {
    /// A failed job on `file`: `file: message`.
    pub(crate) fn of(file: &Path, message: impl Display) -> Self {
        Failure::Job(format!("{}: {message}", file.display()))
    }

    /// Reports now, for runs that go on.
    pub(crate) fn report(self) -> Failure {
        if let Failure::Usage(message) | Failure::Job(message) = &self {
            warn(message);
            return Failure::Reported;
        }
        self
    }
}

/// Options that are wrong or not available are wrong usage, whatever the picture is.
pub(crate) fn check_options(text: &str) -> Result<(), Failure> {
    let checked = guard(|| Engine::default().check(&Options::parse(text)?.options));
    checked.map_err(|error| Failure::Usage(error.to_string()))
}

/// Prints `safelight: message` on standard error.
pub(crate) fn warn(message: impl Display) {
    // Nothing is left to be told when standard error itself is closed.
    let _ = writeln!(io::stderr(), "safelight: {message}");
}

/// Says what is going on, to people only.
pub(crate) fn progress(message: &str) {
    if io::stderr().is_terminal() {
        warn(message);
    }
}

/// Prints one line on standard output.
pub(crate) fn line(text: impl Display) -> Result<(), Failure> {
    written(writeln!(io::stdout(), "{text}"))
}

/// What the outcome of a write to standard output means.
pub(crate) fn written(outcome: io::Result<()>) -> Result<(), Failure> {
    outcome.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::ClosedPipe,
        _ => Failure::Job(format!("standard output: {error}")),
    })
}

/// Reports what is left to report and says how the process ends.
pub(crate) fn finish(outcome: Result<(), Failure>) -> ExitCode {
    match outcome.map_err(|failure| (matches!(failure, Failure::Usage(_)), failure.report())) {
        Ok(()) | Err((_, Failure::ClosedPipe)) => ExitCode::SUCCESS,
        Err((true, _)) => ExitCode::from(USAGE),
        Err((false, _)) => ExitCode::from(FAILED),
    }
}
