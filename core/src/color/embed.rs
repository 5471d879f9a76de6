//! Profiles to write into a result.

use std::borrow::Cow;

use super::cicp_profile;
use crate::image::Profile;

/// `profile` as ICC, for formats that have no code points; `None` for sRGB, which goes without.
pub(crate) fn icc_of(profile: &Profile) -> Option<Cow<'_, [u8]>> {
    match profile {
        Profile::Srgb => None,
        Profile::Icc(bytes) => Some(Cow::Borrowed(bytes)),
        Profile::Cicp(cicp) => cicp_profile(cicp)?.encode().ok().map(Cow::Owned),
    }
}
