//! Pages of images: by time, by creator, or by what their metadata hold.
//!
//! A filter that asks for equality is answered from the index of terms, the rarest one leading;
//! what else is asked is checked on each image on the way. Where nothing but comparisons is asked,
//! images are read in order until the page is full.

use std::collections::BTreeSet;

use super::changes::Statements;
use super::select::{self, int, Query};
use super::{terms, Image, Page};

/// Beyond so many images it does not matter how many there are.
const MANY: u64 = 1000;
/// Rows that are read at once where filters decide, at first and at most.
const BATCH: (usize, usize) = (64, 1024);

/// The images of a page.
pub(super) fn find<D: Statements>(db: &mut D, wanted: &Page<'_>) -> Result<Vec<Image>, D::Error> {
    if wanted.filters.is_empty() {
        // What is left out is passed over in the index.
        let (sql, cells) = bounded(select::page(wanted), wanted.most, wanted.skip);
        return db.images(&sql, &cells);
    }
    let found = match lead(db, wanted)? {
        None => passing(db, wanted, None)?,
        Some(terms) => {
            let mut found = Vec::new();
            for term in terms {
                found.extend(passing(db, wanted, Some(term))?);
            }
            found
        }
    };
    Ok(merged(found, wanted))
}

fn bounded((mut sql, mut cells): Query, most: usize, skip: u64) -> Query {
    let at = cells.len() + 1;
    cells.extend([int(most as u64), int(skip)]);
    sql.push_str(&format!(" LIMIT ${at} OFFSET ${}", at + 1));
    (sql, cells)
}

/// Terms of which every image that passes has one, and that the fewest images have; `None` where
/// the time or the creator leads past fewer.
fn lead<D: Statements>(db: &mut D, wanted: &Page<'_>) -> Result<Option<BTreeSet<i64>>, D::Error> {
    let mut ways: Vec<BTreeSet<i64>> = wanted.filters.iter().filter_map(terms::of_filter).collect();
    if ways.len() < 2 && wanted.creator.is_none() {
        return Ok(ways.pop());
    }
    let (mut least, mut best) = (u64::MAX, None);
    if let (Some(creator), false) = (wanted.creator, ways.is_empty()) {
        least = counted(db, select::creator_count(wanted.account, creator, MANY))?;
    }
    for terms in ways {
        let mut many = 0;
        for term in &terms {
            many += counted(db, select::term_count(wanted.account, *term, MANY))?;
        }
        if many < least {
            (least, best) = (many, Some(terms));
        }
    }
    Ok(best)
}

fn counted<D: Statements>(db: &mut D, (sql, cells): Query) -> Result<u64, D::Error> {
    let found = db.ask(&sql, &cells)?.flatten();
    Ok(found.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
}

/// Images that pass, with those that shall be left out; of one term, or of all.
fn passing<D: Statements>(
    db: &mut D,
    wanted: &Page<'_>,
    term: Option<i64>,
) -> Result<Vec<Image>, D::Error> {
    let most = wanted.most.saturating_add(usize::try_from(wanted.skip).unwrap_or(usize::MAX));
    let (mut found, mut size) = (Vec::new(), BATCH.0);
    let mut after = wanted.after.map(|(time, id)| (time, id.to_owned()));
    while found.len() < most {
        let page =
            Page { after: after.as_ref().map(|(at, id)| (*at, id.as_str())), ..wanted.clone() };
        let query = match term {
            Some(term) => select::page_by_term(&page, term),
            None => select::page(&page),
        };
        let (sql, cells) = bounded(query, size, 0);
        let batch = db.images(&sql, &cells)?;
        after = batch.last().map(|image| (image.uploaded, image.id.clone()));
        let read = batch.len();
        found.extend(batch.into_iter().filter(|image| passes(image, wanted)));
        if read < size {
            break;
        }
        size = BATCH.1.min(size * 2);
    }
    Ok(found)
}

fn passes(image: &Image, wanted: &Page<'_>) -> bool {
    let creator = image.creator.as_deref().unwrap_or_default();
    if wanted.creator.is_some_and(|wanted| wanted != creator) {
        return false;
    }
    let meta = serde_json::from_str(&image.meta).unwrap_or_default();
    wanted.filters.iter().all(|filter| filter.passes(&meta))
}

/// Images of several terms in one order, without those that are left out.
fn merged(mut found: Vec<Image>, wanted: &Page<'_>) -> Vec<Image> {
    found.sort_by(|a, b| (a.uploaded, &a.id).cmp(&(b.uploaded, &b.id)));
    found.dedup_by(|a, b| a.id == b.id);
    if wanted.newest_first {
        found.reverse();
    }
    let skip = usize::try_from(wanted.skip).unwrap_or(usize::MAX);
    found.into_iter().skip(skip).take(wanted.most).collect()
}
