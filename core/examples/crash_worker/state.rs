//! All that is there, told line by line.

use safelight::hosted::{Image, Listing};
use safelight::storage::Results;
use safelight::Result;
use serde_json::{json, Value};

use crate::actor::{name_of, result_key, SLOTS};
use crate::dice::digest;
use crate::place::Place;
use crate::say;

/// Images of one page: few, so that tokens are used.
const PAGE: usize = 7;

pub fn tell(place: &Place, actors: u64) -> Result<()> {
    let stats = place.hosted.stats(&place.account)?;
    say(&json!({"at": "count", "images": stats.current}));
    let mut listing = Listing { per_page: PAGE, ..Listing::default() };
    loop {
        let listed = place.hosted.list(&place.account, &listing)?;
        for image in &listed.images {
            tell_image(place, image)?;
        }
        listing.token = listed.token;
        if listing.token.is_none() {
            break;
        }
    }
    for variant in place.hosted.variants(&place.account)? {
        let options = variant.options.to_string();
        say(&json!({"at": "variant", "id": variant.id, "options": options}));
    }
    for actor in 0..actors {
        for slot in 0..SLOTS {
            let key = result_key(&name_of(actor), slot);
            if let Some(kept) = place.results.get(&key) {
                say(&json!({"at": "result", "key": key, "sha256": digest(&kept.body)}));
            }
        }
    }
    let usage = place.results.usage();
    say(&json!({"at": "usage", "files": usage.disk_entries, "bytes": usage.disk_bytes}));
    Ok(())
}

/// The image with its bytes, which are read again by its id.
fn tell_image(place: &Place, image: &Image) -> Result<()> {
    let (again, bytes) = place.hosted.original(&place.account, &image.id)?;
    let mut line = row(image);
    line["at"] = json!("image");
    line["sha256"] = json!(digest(&bytes));
    line["same"] = json!(again == *image);
    line["key"] = json!(image.blob.as_ref().map(|blob| &blob.key));
    say(&line);
    Ok(())
}

/// What an image's row holds, as far as its maker knows it.
pub fn row(image: &Image) -> Value {
    json!({
        "id": image.id,
        "filename": image.filename,
        "creator": image.creator,
        "meta": image.meta,
        "private": image.private,
        "uploaded": image.uploaded,
        "draft": image.draft.is_some(),
        "mime": image.mime,
        "size": [image.size.0, image.size.1],
        "bytes": image.blob.as_ref().map(|blob| blob.size),
        "hash": image.blob.as_ref().map(|blob| &blob.hash),
    })
}
