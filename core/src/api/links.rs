//! Addresses of images, and images as clients see them.

use serde_json::{json, Map, Value};

use super::{date, Api};
use crate::hosted::Image;
use crate::url::{build, Choice, Delivery, Url};
use crate::Result;

/// What an account's images have in common.
pub(crate) struct Links {
    prefix: String,
    hash: String,
    variants: Vec<String>,
}

impl Links {
    /// The links of one account.
    pub(crate) fn new(api: &Api<'_>, account: &str) -> Result<Self> {
        let hash = api.hosted.account(account)?.hash;
        let variants =
            api.hosted.variants(account)?.iter().map(|variant| variant.id.clone()).collect();
        Ok(Links { prefix: base(api), hash, variants })
    }

    /// An image as clients see it.
    pub(crate) fn image(&self, image: &Image) -> Value {
        let mut shown = Map::new();
        shown.insert("id".into(), image.id.clone().into());
        shown.insert("filename".into(), image.filename.clone().into());
        shown.insert("uploaded".into(), date::print(image.uploaded).into());
        shown.insert("requireSignedURLs".into(), image.private.into());
        shown.insert("variants".into(), self.variants(&image.id).into());
        shown
            .insert("meta".into(), serde_json::from_str(&image.meta).unwrap_or_else(|_| json!({})));
        if let Some(creator) = &image.creator {
            shown.insert("creator".into(), creator.clone().into());
        }
        if image.draft.is_some() {
            shown.insert("draft".into(), true.into());
        }
        Value::Object(shown)
    }

    /// An image as the visitor who uploaded it sees it: metadata and creator are the account's.
    pub(crate) fn uploaded(&self, image: &Image) -> Value {
        let mut shown = self.image(image);
        if let Some(members) = shown.as_object_mut() {
            members.retain(|name, _| !["meta", "creator", "draft"].contains(&name.as_str()));
        }
        shown
    }

    /// The address of an image in each variant.
    fn variants(&self, id: &str) -> Vec<String> {
        let Some(first) = self.variants.first() else { return Vec::new() };
        let url = Url::Delivery(Delivery {
            host: None,
            custom: false,
            account: self.hash.clone(),
            image: id.to_owned(),
            choice: Choice::Variant(first.clone()),
            query: None,
            warnings: Vec::new(),
        });
        // Addresses differ in their last segment only, so one of them is built with care.
        let Ok(path) = build(&url) else { return Vec::new() };
        let image = &path[..path.len() - first.len()];
        let address = |variant: &String| format!("{}{image}{variant}", self.prefix);
        self.variants.iter().map(address).collect()
    }
}

/// Scheme, host and mount.
pub(crate) fn base(api: &Api<'_>) -> String {
    format!("{}{}", api.base_url.trim_end_matches('/'), api.mount.trim_end_matches('/'))
}
