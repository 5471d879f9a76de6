//! Ids of images. A generated one is a version 4 UUID whose very last bit is the access flag: the
//! last hex digit is odd where the image is shown by signed URLs only. So a reader knows from the
//! id alone, and an image that changes its access gets a new id.

use crate::storage::random;
use crate::{Error, Result};

/// Longest id, in bytes (reference §3.2 says characters; an index of a database sets the bound).
const LONGEST: usize = 1024;
/// Words that stand where an id stands in REST paths.
const RESERVED: [&str; 6] = ["stats", "variants", "keys", "config", "batch_token", "direct_upload"];

/// A fresh id that says whether the image is private.
pub(super) fn generate(private: bool) -> Result<String> {
    let mut bytes = [0; 16];
    random(&mut bytes)?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    bytes[15] = bytes[15] & 0xfe | u8::from(private);
    let hex = crate::sign::escape::hex(&bytes);
    Ok([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-"))
}

/// Whether a generated id says that its image is private; `None` for a custom id, which says
/// nothing.
pub fn access_of(id: &str) -> Option<bool> {
    let last = id.as_bytes().last().filter(|_| is_uuid(id))?;
    char::from(*last).to_digit(16).map(|digit| digit % 2 == 1)
}

/// Whether an id looks like a generated one.
pub(super) fn is_uuid(id: &str) -> bool {
    let fits = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    id.len() == 36 && id.bytes().enumerate().all(fits)
}

/// Refuses what cannot be a custom id.
pub(super) fn check_custom(id: &str) -> Result<()> {
    let refused = |expected| Err(Error::invalid("id", expected, id));
    let plain = |segment: &str| !matches!(segment, "" | "." | "..");
    let clean = !id.chars().any(|letter| letter.is_control() || letter == '\\');
    if id.len() > LONGEST {
        return refused("at most 1024 bytes");
    }
    if !clean || !id.split('/').all(plain) {
        return refused("segments that are neither empty nor . or .., without \\");
    }
    if is_uuid(id) {
        return refused("no UUID: those are generated");
    }
    match RESERVED.contains(&id) {
        true => refused("no word of the REST paths"),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_id_is_a_uuid_that_says_its_access() {
        for private in [false, true] {
            for _ in 0..64 {
                let id = generate(private).unwrap();
                assert_eq!((id.len(), &id[14..15]), (36, "4"), "{id}");
                assert!(b"89ab".contains(&id.as_bytes()[19]), "{id}");
                assert_eq!(access_of(&id), Some(private));
                assert_eq!(access_of(&id.to_uppercase()), Some(private));
                assert!(check_custom(&id).is_err());
            }
        }
        assert_ne!(generate(false).unwrap(), generate(false).unwrap());
    }

    #[test]
    fn a_custom_id_is_a_path_without_empty_or_dot_segments() {
        let longest = "x".repeat(LONGEST);
        for fine in ["a", "a/b c/ü%.png", "variants/x", "0", "...", longest.as_str()] {
            check_custom(fine).unwrap();
            assert_eq!(access_of(fine), None);
        }
        let long = "x".repeat(LONGEST + 1);
        let wide = "ü".repeat(LONGEST / 2 + 1);
        for wrong in ["", "/a", "a/", "a//b", "a/../b", ".", "a\\b", "a\nb", "a\0", "stats"]
            .into_iter()
            .chain([long.as_str(), wide.as_str(), "01234567-89ab-cdef-0123-456789ABCDEF"])
        {
            assert!(check_custom(wrong).is_err(), "{wrong}");
        }
    }
}
