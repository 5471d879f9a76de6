//! GIF: comments and application data that say nothing about playing are left out.

const TRAILER: u8 = 0x3b;
const IMAGE: u8 = 0x2c;
const EXTENSION: u8 = 0x21;
const COMMENT: u8 = 0xfe;
const APPLICATION: u8 = 0xff;
/// Applications that say how often it plays, and which colours it means.
const KEPT: [&[u8]; 3] = [b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012"];

/// `source` without comments, XMP and data of unknown applications.
pub(super) fn cut(source: &[u8]) -> Option<Vec<u8>> {
    let head = 13 + colors(*source.get(10)?);
    let mut out = source.get(..head)?.to_vec();
    let mut rest = &source[head..];
    loop {
        let length = match *rest.first()? {
            TRAILER => {
                out.push(TRAILER);
                return Some(out);
            }
            IMAGE => blocks(rest, 11 + colors(*rest.get(9)?))?,
            EXTENSION => blocks(rest, 2)?,
            _ => return None,
        };
        let (block, behind) = rest.split_at_checked(length)?;
        if stays(block) {
            out.extend_from_slice(block);
        }
        rest = behind;
    }
}

/// Bytes of the colour table that `flags` announce.
fn colors(flags: u8) -> usize {
    if flags & 0x80 == 0 {
        0
    } else {
        6 << (flags & 7)
    }
}

/// Where a block ends whose parts with a length in front begin at `at`.
fn blocks(data: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let length = usize::from(*data.get(at)?);
        at += 1 + length;
        if length == 0 {
            return Some(at);
        }
    }
}

fn stays(block: &[u8]) -> bool {
    match block[..2] {
        [EXTENSION, COMMENT] => false,
        [EXTENSION, APPLICATION] => block.get(3..14).is_some_and(|name| KEPT.contains(&name)),
        _ => true,
    }
}
