//! Pixels to pixels: one file a step.

use crate::backends::Backend;
use crate::image::{Image, Profile};
use crate::plan::Step;
use crate::{Error, Job, Result};

/// Does `step`. `profile` says what the source's numbers mean, for `Step::ToSrgb`.
pub(crate) fn run(_step: &Step, _image: Image, _profile: &Profile, _job: &Job) -> Result<Image> {
    Err(Error::unsupported("not built yet"))
}

/// The resampler of this build.
pub(crate) fn backend() -> Backend {
    Backend { role: "resize", name: "none".to_owned(), accelerated: false }
}
