//! Google Cloud Storage by its JSON API.

use std::sync::Arc;

use serde_json::Value;

use super::google::Account;
use super::wire::{encode, lasting, object, page, query};
use super::{needed, Got, Listed, Object, Store, Tried};
use crate::fetch::Client;
use crate::import::source::{Credentials, SourceFields};
use crate::storage::catalog::ImportItem;
use crate::{Job, Result};

pub(super) struct Gcs {
    client: Arc<Client>,
    /// `https://host/storage/v1/b/bucket/o`
    objects: String,
    path: String,
    account: Option<Account>,
}

impl Gcs {
    pub(super) fn open(
        fields: &SourceFields,
        credentials: Credentials,
        path: &str,
        client: Arc<Client>,
    ) -> Result<Self> {
        let endpoint = fields.endpoint.as_deref().unwrap_or("https://storage.googleapis.com");
        let bucket = encode(needed("bucket", &fields.bucket)?, false);
        let objects = format!("{}/storage/v1/b/{bucket}/o", endpoint.trim_end_matches('/'));
        let account = credentials.service_account.as_ref().map(Account::read).transpose()?;
        Ok(Gcs { client, objects, path: path.to_owned(), account })
    }

    fn headers(&self, job: &Job) -> Tried<Vec<(String, String)>> {
        let Some(account) = &self.account else { return Ok(Vec::new()) };
        let token = account.token(&self.client, job)?;
        Ok(vec![("authorization".to_owned(), format!("Bearer {token}"))])
    }
}

impl Store for Gcs {
    fn list(&self, cursor: &str, job: &Job) -> Tried<Listed> {
        let fields = "nextPageToken,items(name,size,etag,md5Hash)";
        let mut pairs = vec![("fields", fields), ("maxResults", "1000")];
        if !self.path.is_empty() {
            pairs.push(("prefix", self.path.as_str()));
        }
        if !cursor.is_empty() {
            pairs.push(("pageToken", cursor));
        }
        let url = format!("{}?{}", self.objects, query(&pairs));
        read(&page(&self.client, &url, &self.headers(job)?, job)?.body)
    }

    fn get(&self, item: &ImportItem, _: &str, most: u64, job: &Job) -> Tried<Got> {
        let url = format!("{}/{}?alt=media", self.objects, encode(&item.key, false));
        let got = object(&self.client, &url, &self.headers(job)?, most, job)?;
        // Its header is not the tag of the listing, which later listings are compared with.
        Ok(match got {
            Got::Bytes(bytes, _) => Got::Bytes(bytes, None),
            same => same,
        })
    }
}

fn read(text: &[u8]) -> Tried<Listed> {
    let page: Value = serde_json::from_slice(text)
        .map_err(|_| lasting("the source's listing is no JSON that can be read"))?;
    let word = |item: &Value, name: &str| item[name].as_str().map(str::to_owned);
    let object = |item: &Value| Object {
        key: word(item, "name").unwrap_or_default(),
        bytes: item["size"].as_str().and_then(|text| text.parse().ok()).unwrap_or(0),
        // The hash of the bytes where there is one: the other tag changes with metadata as well.
        etag: word(item, "md5Hash").or_else(|| word(item, "etag")).unwrap_or_default(),
        ..Object::default()
    };
    let items = page["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(Listed { objects: items.iter().map(object).collect(), cursor: word(&page, "nextPageToken") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read() {
        let text = br#"{"nextPageToken":"t","items":[
            {"name":"a//b +%","size":"5","md5Hash":"h","etag":"e"},{"name":"b","size":"0"}]}"#;
        let listed = read(text).unwrap();
        assert_eq!(listed.cursor.as_deref(), Some("t"));
        let first =
            Object { key: "a//b +%".into(), bytes: 5, etag: "h".into(), ..Object::default() };
        assert_eq!(listed.objects[0], first);
        assert!(read(b"{}").unwrap().objects.is_empty());
        assert!(read(b"<html>").is_err());
    }
}
