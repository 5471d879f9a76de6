//! Another service's images by its REST API: a Cloudflare account, or another Safelight. Ids,
//! names, metadata, creators, access and times come along, and variants by name.

use std::sync::Arc;

use serde_json::{json, Value};

use super::wire::{encode, lasting, object, page, query};
use super::{needed, Got, Listed, Object, Store, Tried};
use crate::fetch::Client;
use crate::import::source::{Credentials, SourceFields};
use crate::storage::catalog::ImportItem;
use crate::{Job, Result};

pub(super) struct Images {
    client: Arc<Client>,
    /// `https://host/client/v4/accounts/ID/images`
    api: String,
    path: String,
    token: Option<String>,
}

impl Images {
    pub(super) fn open(
        fields: &SourceFields,
        credentials: Credentials,
        path: &str,
        client: Arc<Client>,
    ) -> Result<Self> {
        let url = needed("url", &fields.url)?.trim_end_matches('/');
        let account = url.strip_suffix("/images").unwrap_or(url);
        let api = format!("{account}/images");
        Ok(Images { client, api, path: path.to_owned(), token: credentials.token })
    }

    fn headers(&self) -> Vec<(String, String)> {
        let bearer = |token: &String| ("authorization".to_owned(), format!("Bearer {token}"));
        self.token.iter().map(bearer).collect()
    }

    /// The `result` of an answer.
    fn result(&self, url: &str, job: &Job) -> Tried<Value> {
        let answered = page(&self.client, url, &self.headers(), job)?;
        let mut answer: Value = serde_json::from_slice(&answered.body).unwrap_or_default();
        match answer["success"] == true {
            true => Ok(answer["result"].take()),
            false => Err(lasting("the source is no REST API of images")),
        }
    }
}

impl Store for Images {
    fn list(&self, cursor: &str, job: &Job) -> Tried<Listed> {
        let mut pairs = vec![("per_page", "1000"), ("sort_order", "asc")];
        if !cursor.is_empty() {
            pairs.push(("continuation_token", cursor));
        }
        let result = self.result(&format!("{}/v2?{}", self.api, query(&pairs)), job)?;
        let images = result["images"].as_array().map(Vec::as_slice).unwrap_or_default();
        let objects = images.iter().filter(|image| image["draft"] != true).map(told);
        let objects = objects.filter(|object| object.key.starts_with(&self.path)).collect();
        let token = result["continuation_token"].as_str().filter(|token| !token.is_empty());
        Ok(Listed { objects, cursor: token.map(str::to_owned) })
    }

    fn get(&self, item: &ImportItem, _: &str, most: u64, job: &Job) -> Tried<Got> {
        let url = format!("{}/v1/{}/blob", self.api, encode(&item.key, false));
        let got = object(&self.client, &url, &self.headers(), most, job)?;
        Ok(match got {
            // The listing's tag is the one that covers metadata too.
            Got::Bytes(bytes, _) => Got::Bytes(bytes, None),
            same => same,
        })
    }

    fn moves(&self) -> bool {
        true
    }

    fn variants(&self, job: &Job) -> Tried<Vec<(String, Value)>> {
        let result = self.result(&format!("{}/v1/variants", self.api), job)?;
        let variants = result["variants"].as_object();
        Ok(variants.into_iter().flatten().map(|(name, it)| (name.clone(), it.clone())).collect())
    }
}

/// An image of the list. Its tag covers whatever comes along, as bytes of an id never change.
fn told(image: &Value) -> Object {
    let extra = json!({
        "filename": image["filename"],
        "uploaded": image["uploaded"],
        "meta": image["meta"],
        "creator": image["creator"],
        "requireSignedURLs": image["requireSignedURLs"],
    })
    .to_string();
    let etag = blake3::hash(extra.as_bytes()).to_hex()[..32].to_owned();
    let key = image["id"].as_str().unwrap_or_default().to_owned();
    Object { key, etag, extra, ..Object::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_comes_with_what_the_other_service_knows_and_its_tag_covers_that() {
        let image = json!({"id": "a/b", "filename": "x.png", "uploaded": "2026-11-28T12:00:00Z",
            "requireSignedURLs": false, "meta": {"k": 1}, "variants": ["https://h/v"]});
        let one = told(&image);
        assert_eq!(one.key, "a/b");
        let mut other = image.clone();
        other["variants"] = json!([]);
        assert_eq!(told(&other), one);
        other["meta"]["k"] = 2.into();
        assert_ne!(told(&other).etag, one.etag);
    }
}
