//! S3 and what speaks it: `ListObjectsV2` and `GetObject` by raw keys, signed as Signature
//! Version 4 asks.
//!
//! Keys come percent-encoded (`encoding-type=url`), because XML cannot hold every one; a listing
//! goes on behind the last key, which no server forgets. Buckets are addressed by path.

use std::sync::Arc;

use super::wire::{encode, object, page, query, unix_time};
use super::{needed, xml, Got, Listed, Object, Store, Tried, Trouble};
use crate::date;
use crate::fetch::Client;
use crate::import::source::{Credentials, SourceFields};
use crate::sign::digest::{hmac, sha256};
use crate::sign::escape::{hex, percent_decode};
use crate::storage::catalog::ImportItem;
use crate::{Job, Result};

pub(super) struct S3 {
    client: Arc<Client>,
    /// `https://host[:port][/path]/bucket`
    bucket: String,
    region: String,
    path: String,
    credentials: Credentials,
}

impl S3 {
    pub(super) fn open(
        fields: &SourceFields,
        credentials: Credentials,
        path: &str,
        client: Arc<Client>,
    ) -> Result<Self> {
        let region = fields.region.clone().unwrap_or_else(|| "us-east-1".to_owned());
        let vendor = || format!("https://s3.{region}.amazonaws.com");
        let endpoint = fields.endpoint.clone().unwrap_or_else(vendor);
        let name = needed("bucket", &fields.bucket)?;
        let bucket = format!("{}/{name}", endpoint.trim_end_matches('/'));
        Ok(S3 { client, bucket, region, path: path.to_owned(), credentials })
    }

    /// The headers of a request, signed where there are credentials.
    fn headers(&self, url: &str, query: &str) -> Tried<Vec<(String, String)>> {
        let (id, secret) = (&self.credentials.access_key_id, &self.credentials.secret_access_key);
        let (Some(id), Some(secret)) = (id, secret) else { return Ok(Vec::new()) };
        let session = self.credentials.session_token.as_deref();
        let who =
            Signer { id, secret, session, region: &self.region, time: &amz(unix_time() * 1000) };
        who.sign(url, query).map_err(Trouble::of)
    }
}

/// Who signs, and when.
struct Signer<'a> {
    id: &'a str,
    secret: &'a str,
    session: Option<&'a str>,
    region: &'a str,
    /// `20261128T161200Z`
    time: &'a str,
}

impl Signer<'_> {
    /// Signs a `GET` without a body; `url` has no query.
    fn sign(&self, url: &str, query: &str) -> Result<Vec<(String, String)>> {
        let (host, path) = split(url);
        let empty = sha256(b"");
        let mut headers = vec![
            ("host", host),
            ("x-amz-content-sha256", empty.as_str()),
            ("x-amz-date", self.time),
        ];
        headers.extend(self.session.map(|token| ("x-amz-security-token", token)));
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let lines: String =
            headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let canonical = format!("GET\n{path}\n{query}\n{lines}\n{names}\n{empty}");
        let day = &self.time[..8];
        let scope = format!("{day}/{}/s3/aws4_request", self.region);
        let digest = sha256(canonical.as_bytes());
        let text = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{digest}", self.time);
        let mut key = hmac(format!("AWS4{}", self.secret).as_bytes(), day.as_bytes())?;
        for step in [self.region, "s3", "aws4_request", &text] {
            key = hmac(&key, step.as_bytes())?;
        }
        let value = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={}",
            self.id,
            hex(&key)
        );
        headers.push(("authorization", &value));
        Ok(headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

/// Host as it is sent, without the scheme's own port, and path of a URL.
fn split(url: &str) -> (&str, &str) {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let usual = if scheme == "https" { ":443" } else { ":80" };
    (host.strip_suffix(usual).unwrap_or(host), path)
}

/// Unix milliseconds as `19941106T084937Z`.
fn amz(milliseconds: u64) -> String {
    let seconds = &date::print(milliseconds)[..19];
    format!("{}Z", seconds.replace(['-', ':'], ""))
}

impl Store for S3 {
    fn list(&self, cursor: &str, job: &Job) -> Tried<Listed> {
        let mut pairs = vec![("encoding-type", "url"), ("list-type", "2"), ("max-keys", "1000")];
        if !self.path.is_empty() {
            pairs.push(("prefix", self.path.as_str()));
        }
        if !cursor.is_empty() {
            pairs.push(("start-after", cursor));
        }
        let query = query(&pairs);
        let headers = self.headers(&self.bucket, &query)?;
        let url = format!("{}?{query}", self.bucket);
        read(&page(&self.client, &url, &headers, job)?.body)
    }

    fn get(&self, item: &ImportItem, _: &str, most: u64, job: &Job) -> Tried<Got> {
        let url = format!("{}/{}", self.bucket, encode(&item.key, true));
        let headers = self.headers(&url, "")?;
        object(&self.client, &url, &headers, most, job)
    }
}

/// A page as the server wrote it.
fn read(text: &[u8]) -> Tried<Listed> {
    let (mut listed, mut object) = (Listed::default(), Object::default());
    let (mut more, mut encoded) = (false, false);
    xml::elements(text, |path, text, _| match path {
        "EncodingType" => encoded = text == "url",
        "IsTruncated" => more = text == "true",
        "Contents/Key" => object.key = text.to_owned(),
        "Contents/Size" => object.bytes = text.parse().unwrap_or(0),
        "Contents/ETag" => object.etag = text.to_owned(),
        "Contents" => listed.objects.push(std::mem::take(&mut object)),
        _ => {}
    })?;
    if encoded {
        // A plus sign is a space here; one that is meant comes encoded.
        for object in &mut listed.objects {
            let plain = percent_decode(&object.key.replace('+', "%20"));
            match plain.and_then(|bytes| String::from_utf8(bytes).ok()) {
                Some(key) => object.key = key,
                None => object.refused = Some("its key is no UTF-8"),
            }
        }
    }
    listed.cursor = listed.objects.last().filter(|_| more).map(|last| last.key.clone());
    Ok(listed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of the vendor's documentation: `GET` of a bucket's lifecycle.
    #[test]
    fn a_request_is_signed_as_the_vendor_shows() {
        let signer = Signer {
            id: "AKIAIOSFODNN7EXAMPLE",
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            session: None,
            region: "us-east-1",
            time: "20130524T000000Z",
        };
        let headers = signer.sign("https://examplebucket.s3.amazonaws.com/", "lifecycle=").unwrap();
        let (_, authorization) = headers.last().unwrap();
        assert!(
            authorization.ends_with(
                "Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
            ),
            "{authorization}"
        );
    }

    #[test]
    fn times_and_hosts_are_written_as_they_are_signed() {
        assert_eq!(amz(784_111_777_000), "19941106T084937Z");
        assert_eq!(split("https://a.b:443/x//y"), ("a.b", "/x//y"));
        assert_eq!(split("http://127.0.0.1:9000/x"), ("127.0.0.1:9000", "/x"));
    }

    #[test]
    fn a_page_is_read_with_every_key_as_it_is() {
        let text = br#"<?xml version="1.0"?><ListBucketResult xmlns="http://s3/">
            <Name>b</Name><IsTruncated>true</IsTruncated><EncodingType>url</EncodingType>
            <Contents><Key>a%2F%2Fb+c%2B%25.jpg</Key><Size>12</Size><ETag>"x"</ETag></Contents>
            <Contents><Key>%FF</Key><Size>1</Size><Owner><ID>i</ID></Owner></Contents>
            <Contents><Key>%C3%A9</Key><Size>3</Size></Contents></ListBucketResult>"#;
        let listed = read(text).unwrap();
        let keys: Vec<&str> = listed.objects.iter().map(|it| it.key.as_str()).collect();
        assert_eq!(keys, ["a//b c+%.jpg", "%FF", "é"]);
        assert_eq!((listed.objects[0].bytes, listed.objects[0].etag.as_str()), (12, "\"x\""));
        assert!(listed.objects[1].refused.is_some());
        assert_eq!(listed.cursor.as_deref(), Some("é"));
        assert!(read(b"<html>").is_err());
        let plain = b"<L><IsTruncated>false</IsTruncated><Contents><Key>a+b</Key></Contents></L>";
        let listed = read(plain).unwrap();
        assert_eq!((listed.objects[0].key.as_str(), listed.cursor), ("a+b", None));
    }
}
