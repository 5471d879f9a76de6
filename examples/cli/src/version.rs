//! `--version`: the version, and whether this build is as fast as it should be.

use safelight::backends::backends;

use crate::report::{self, Failure};

/// Prints the version and one line a back end.
pub(crate) fn print() -> Result<(), Failure> {
    report::line(format_args!("safelight {}", safelight::VERSION))?;
    for backend in backends() {
        let speed = if backend.accelerated { "simd" } else { "NO SIMD" };
        report::line(format_args!("  {:<12} {:<32} {speed}", backend.role, backend.name))?;
    }
    Ok(())
}

/// Back ends that run without SIMD or assembly.
pub(crate) fn slow_backends() -> Vec<String> {
    let slow = backends().into_iter().filter(|backend| !backend.accelerated);
    slow.map(|backend| format!("{} ({})", backend.role, backend.name)).collect()
}
