//! `serve`: the example server on a folder.

use safelight_server::Config;

use crate::args::ServeArgs;
use crate::report::{self, Failure};
use crate::version;

/// Serves until it is told to stop.
pub(crate) fn run(args: &ServeArgs) -> Result<(), Failure> {
    for name in version::slow_backends() {
        report::warn(format_args!("warning: {name} runs with NO SIMD: expect it to be slow"));
    }
    let mut config = Config::new(&args.root, args.listen);
    config.limits = args.limits.get();
    config.samples = args.samples;
    safelight_server::serve(config).map_err(Failure::Job)
}
