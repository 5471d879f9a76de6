//! Lists of images: by continuation token, which names the last image that was seen and so stays
//! right whatever is added or removed meanwhile, or by page number.

use super::{base64url, Hosted};
use crate::storage::catalog::{Filter, Image, Page};
use crate::{Error, Result};

/// Images of one page.
const MOST: usize = 10_000;
/// Filters of one list (reference §4.6).
const MOST_FILTERS: usize = 5;

/// Which images are listed.
#[derive(Debug, Clone)]
pub struct Listing {
    /// Only those of this creator; `Some("")` means those without one.
    pub creator: Option<String>,
    /// Only those whose metadata pass all of these, at most 5.
    pub filters: Vec<Filter>,
    /// Oldest first; otherwise newest first.
    pub ascending: bool,
    /// How many at most, 1 to 10,000.
    pub per_page: usize,
    /// Where the page before ended.
    pub token: Option<String>,
}

impl Default for Listing {
    fn default() -> Self {
        Listing {
            creator: None,
            filters: Vec::new(),
            ascending: false,
            per_page: 1000,
            token: None,
        }
    }
}

/// One page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listed {
    /// Its images.
    pub images: Vec<Image>,
    /// What asks for the next page; `None` at the end.
    pub token: Option<String>,
}

impl Hosted {
    /// One page of the images of an account, by the time of their upload, without drafts.
    pub fn list(&self, account: &str, listing: &Listing) -> Result<Listed> {
        self.account(account)?;
        check_size(listing.per_page)?;
        if listing.filters.len() > MOST_FILTERS {
            return Err(Error::invalid("meta", "at most 5 filters", listing.filters.len()));
        }
        let after = listing.token.as_deref().map(|token| read(token, listing.ascending));
        let after = after.transpose()?;
        let mut images = self.stores.catalog.images(&Page {
            account,
            creator: listing.creator.as_deref(),
            filters: &listing.filters,
            newest_first: !listing.ascending,
            after: after.as_ref().map(|(time, id)| (*time, id.as_str())),
            skip: 0,
            // One more tells whether there is a next page.
            most: listing.per_page + 1,
        })?;
        let more = images.len() > listing.per_page;
        images.truncate(listing.per_page);
        let token = images.last().filter(|_| more).map(|last| write(last, listing.ascending));
        Ok(Listed { images, token })
    }

    /// Page `page` (the first is 1) of all images, newest first.
    pub fn list_page(
        &self,
        account: &str,
        page: u64,
        per_page: usize,
        creator: Option<&str>,
    ) -> Result<Vec<Image>> {
        self.account(account)?;
        check_size(per_page)?;
        let before = page.checked_sub(1).and_then(|pages| pages.checked_mul(per_page as u64));
        let skip = before.ok_or_else(|| Error::invalid("page", "1 or more", page))?;
        let wanted = Page { account, creator, newest_first: true, skip, ..Page::default() };
        self.stores.catalog.images(&Page { most: per_page, ..wanted })
    }
}

fn check_size(per_page: usize) -> Result<()> {
    match (1..=MOST).contains(&per_page) {
        true => Ok(()),
        false => Err(Error::invalid("per_page", "1 to 10000", per_page)),
    }
}

fn write(last: &Image, ascending: bool) -> String {
    let order = if ascending { 'a' } else { 'd' };
    base64url::encode(format!("{order}{} {}", last.uploaded, last.id).as_bytes())
}

fn read(token: &str, ascending: bool) -> Result<(u64, String)> {
    let place = || {
        let text = String::from_utf8(base64url::decode(token)?).ok()?;
        let rest = text.strip_prefix(if ascending { 'a' } else { 'd' })?;
        let (time, id) = rest.split_once(' ')?;
        Some((time.parse().ok()?, id.to_owned()))
    };
    let expected = "a token of this list in this order";
    place().ok_or_else(|| Error::invalid("continuation_token", expected, token))
}
