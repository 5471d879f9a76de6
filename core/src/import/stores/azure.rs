//! Azure Blob Storage: `List Blobs` and `Get Blob`, with a shared key or a shared access signature.

use std::sync::Arc;

use base64::engine::{general_purpose::STANDARD, Engine as _};

use super::wire::{encode, http_time, object, page, query};
use super::{needed, xml, Got, Listed, Object, Store, Tried, Trouble};
use crate::fetch::Client;
use crate::import::source::{Credentials, SourceFields};
use crate::sign::digest::hmac;
use crate::sign::escape::percent_decode;
use crate::storage::catalog::ImportItem;
use crate::{Error, Job, Result};

const VERSION: &str = "2021-12-02";

pub(super) struct Azure {
    client: Arc<Client>,
    account: String,
    /// `https://account.blob.core.windows.net/container`
    container: String,
    path: String,
    key: Option<Vec<u8>>,
    sas: Option<String>,
}

impl Azure {
    pub(super) fn open(
        fields: &SourceFields,
        credentials: Credentials,
        path: &str,
        client: Arc<Client>,
    ) -> Result<Self> {
        let account = needed("account", &fields.account)?.to_owned();
        let vendor = || format!("https://{account}.blob.core.windows.net");
        let endpoint = fields.endpoint.clone().unwrap_or_else(vendor);
        let name = needed("bucket", &fields.bucket)?;
        let container = format!("{}/{name}", endpoint.trim_end_matches('/'));
        let decoded = credentials.account_key.as_deref().map(|key| STANDARD.decode(key.trim()));
        let key = decoded
            .transpose()
            .map_err(|_| Error::invalid("account_key", "base64", "another text"))?;
        let sas = credentials.sas_token.map(|text| text.trim_start_matches('?').to_owned());
        Ok(Azure { client, account, container, path: path.to_owned(), key, sas })
    }

    /// The whole URL, and the headers of a request that is signed with the account's key.
    fn asked(&self, url: &str, pairs: &[(&str, &str)]) -> Tried<(String, Vec<(String, String)>)> {
        let mut headers = vec![
            ("x-ms-date".to_owned(), http_time()),
            ("x-ms-version".to_owned(), VERSION.to_owned()),
        ];
        if let Some(key) = &self.key {
            let text = signed(&self.account, url, pairs, &headers);
            let code = STANDARD.encode(hmac(key, text.as_bytes()).map_err(Trouble::of)?);
            headers.push(("authorization".into(), format!("SharedKey {}:{code}", self.account)));
        }
        let parts: Vec<String> = [query(pairs)].into_iter().chain(self.sas.clone()).collect();
        let parts: Vec<&str> =
            parts.iter().map(String::as_str).filter(|it| !it.is_empty()).collect();
        let whole = match parts.is_empty() {
            true => url.to_owned(),
            false => format!("{url}?{}", parts.join("&")),
        };
        Ok((whole, headers))
    }
}

/// What is signed of a `GET`: no header of HTTP's own, ours, and the place with its query.
fn signed(
    account: &str,
    url: &str,
    pairs: &[(&str, &str)],
    headers: &[(String, String)],
) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = &rest[rest.find('/').unwrap_or(rest.len())..];
    let mut text = format!("GET{}", "\n".repeat(12));
    headers.iter().for_each(|(name, value)| text.push_str(&format!("{name}:{value}\n")));
    text.push_str(&format!("/{account}{path}"));
    let mut pairs = pairs.to_vec();
    pairs.sort_unstable();
    pairs.iter().for_each(|(name, value)| text.push_str(&format!("\n{name}:{value}")));
    text
}

impl Store for Azure {
    fn list(&self, cursor: &str, job: &Job) -> Tried<Listed> {
        let mut pairs = vec![("comp", "list"), ("maxresults", "1000"), ("restype", "container")];
        if !self.path.is_empty() {
            pairs.push(("prefix", self.path.as_str()));
        }
        if !cursor.is_empty() {
            pairs.push(("marker", cursor));
        }
        let (url, headers) = self.asked(&self.container, &pairs)?;
        read(&page(&self.client, &url, &headers, job)?.body)
    }

    fn get(&self, item: &ImportItem, _: &str, most: u64, job: &Job) -> Tried<Got> {
        let url = format!("{}/{}", self.container, encode(&item.key, true));
        let (url, headers) = self.asked(&url, &[])?;
        let got = object(&self.client, &url, &headers, most, job)?;
        Ok(match got {
            // Listings write it without quotes.
            Got::Bytes(bytes, etag) => {
                Got::Bytes(bytes, etag.map(|etag| etag.trim_matches('"').to_owned()))
            }
            same => same,
        })
    }
}

fn read(text: &[u8]) -> Tried<Listed> {
    let (mut listed, mut object) = (Listed::default(), Object::default());
    xml::elements(text, |path, text, encoded| match path {
        "Blobs/Blob/Name" => {
            object.key = text.to_owned();
            // What XML cannot hold comes percent-encoded.
            let plain = percent_decode(text).filter(|_| encoded);
            if let Some(key) = plain.and_then(|bytes| String::from_utf8(bytes).ok()) {
                object.key = key;
            }
        }
        "Blobs/Blob/Properties/Content-Length" => object.bytes = text.parse().unwrap_or(0),
        "Blobs/Blob/Properties/Etag" => object.etag = text.trim_matches('"').to_owned(),
        "Blobs/Blob" => listed.objects.push(std::mem::take(&mut object)),
        "NextMarker" => listed.cursor = Some(text.to_owned()).filter(|text| !text.is_empty()),
        _ => {}
    })?;
    Ok(listed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read() {
        let text = br#"<?xml version="1.0"?><EnumerationResults><Blobs><Blob><Name>a//b +%</Name>
            <Properties><Etag>0x8D</Etag><Content-Length>7</Content-Length></Properties></Blob>
            <Blob><Name Encoded="true">x%01</Name><Properties/></Blob></Blobs>
            <NextMarker>m</NextMarker></EnumerationResults>"#;
        let listed = read(text).unwrap();
        let first =
            Object { key: "a//b +%".into(), bytes: 7, etag: "0x8D".into(), ..Object::default() };
        assert_eq!(listed.objects[0], first);
        assert_eq!(listed.objects[1].key, "x\u{1}");
        assert_eq!(listed.cursor.as_deref(), Some("m"));
        assert_eq!(read(b"<E><Blobs/><NextMarker/></E>").unwrap().cursor, None);
    }

    #[test]
    fn the_signed_text_has_the_place_and_its_query_in_order() {
        let headers = [("x-ms-date".to_owned(), "d".to_owned())];
        let url = "http://127.0.0.1:1/acc/pics";
        let text = signed("acc", url, &[("restype", "container"), ("comp", "list")], &headers);
        let expected =
            "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:d\n/acc/acc/pics\ncomp:list\nrestype:container";
        assert_eq!(text, expected);
    }
}
