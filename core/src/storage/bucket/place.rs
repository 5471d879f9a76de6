//! A bucket by its URL.

use object_store::path::Path;
use object_store::{ObjectStore, RetryConfig};

use super::carrier::Carrier;
use crate::sign::escape::percent_decode;
use crate::{Error, Result};

/// A URL such as `s3://bucket/prefix?region=eu-west-1`, taken apart.
struct Place {
    scheme: String,
    bucket: String,
    prefix: String,
    settings: Vec<(String, String)>,
}

impl Place {
    fn read(url: &str) -> Result<Self> {
        let wrong = || {
            Error::invalid(
                "bucket",
                "s3://…, gs://… or az://… with the bucket's name",
                "other text",
            )
        };
        let (scheme, rest) = url.split_once("://").ok_or_else(wrong)?;
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        if bucket.is_empty() {
            return Err(wrong());
        }
        let decode = |text: &str| {
            percent_decode(text).and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(wrong)
        };
        let pair = |text: &str| {
            let (name, value) = text.split_once('=').ok_or_else(wrong)?;
            Ok((decode(name)?.to_ascii_lowercase(), decode(value)?))
        };
        Ok(Place {
            scheme: scheme.to_ascii_lowercase(),
            bucket: bucket.to_owned(),
            prefix: decode(prefix)?,
            settings: query
                .split('&')
                .filter(|text| !text.is_empty())
                .map(pair)
                .collect::<Result<_>>()?,
        })
    }

    /// Whether requests may go without TLS: where the URL says so itself.
    #[cfg(any(feature = "s3", feature = "azure"))]
    fn is_plain(&self) -> bool {
        self.settings.iter().any(|(_, value)| value.starts_with("http://"))
    }
}

/// Opens the store that `url` leads to; gives it with the prefix of our objects.
pub(super) fn open(url: &str) -> Result<(Box<dyn ObjectStore>, Path)> {
    let place = Place::read(url)?;
    let prefix = Path::parse(&place.prefix).map_err(|error| {
        Error::invalid("bucket", "a plain prefix", "another").with_context(error.to_string())
    })?;
    let store = match place.scheme.as_str() {
        #[cfg(feature = "s3")]
        "s3" => s3(&place),
        #[cfg(feature = "gcs")]
        "gs" => gcs(&place),
        #[cfg(feature = "azure")]
        "az" => azure(&place),
        other => return Err(Error::unsupported(format!("bucket: no {other}:// in this build"))),
    };
    Ok((store.map_err(refused)?, prefix))
}

fn refused(error: object_store::Error) -> Error {
    Error::invalid("bucket", "settings that this kind of store has", "others")
        .with_context(error.to_string())
}

/// Tries are ours: they know the deadline.
fn once() -> RetryConfig {
    RetryConfig { max_retries: 0, ..RetryConfig::default() }
}

type Opened = object_store::Result<Box<dyn ObjectStore>>;

#[cfg(feature = "s3")]
fn s3(place: &Place) -> Opened {
    use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
    let mut builder = AmazonS3Builder::from_env()
        .with_bucket_name(&place.bucket)
        .with_allow_http(place.is_plain())
        // Some servers that speak S3 know only the plain way.
        .with_config(AmazonS3ConfigKey::DisableBulkDelete, "true")
        .with_retry(once())
        .with_http_connector(Carrier::new());
    for (name, value) in &place.settings {
        builder = builder.with_config(name.parse::<AmazonS3ConfigKey>()?, value);
    }
    Ok(Box::new(builder.build()?))
}

#[cfg(feature = "gcs")]
fn gcs(place: &Place) -> Opened {
    use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
    let mut builder = GoogleCloudStorageBuilder::from_env()
        .with_bucket_name(&place.bucket)
        .with_retry(once())
        .with_http_connector(Carrier::new());
    for (name, value) in &place.settings {
        let name = if name == "endpoint" { "base_url" } else { name };
        builder = builder.with_config(name.parse::<GoogleConfigKey>()?, value);
    }
    Ok(Box::new(builder.build()?))
}

#[cfg(feature = "azure")]
fn azure(place: &Place) -> Opened {
    use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
    let mut builder = MicrosoftAzureBuilder::from_env()
        .with_container_name(&place.bucket)
        .with_allow_http(place.is_plain())
        .with_retry(once())
        .with_http_connector(Carrier::new());
    for (name, value) in &place.settings {
        let name = if name == "account" { "account_name" } else { name };
        builder = builder.with_config(name.parse::<AzureConfigKey>()?, value);
    }
    Ok(Box::new(builder.build()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_read_from_its_url() {
        let place =
            Place::read("S3://pics/a/b?Region=eu&endpoint=http%3A%2F%2F127.0.0.1:9").unwrap();
        assert_eq!(
            (&place.scheme[..], &place.bucket[..], &place.prefix[..]),
            ("s3", "pics", "a/b")
        );
        assert!(place.is_plain());
        let settings = [("region", "eu"), ("endpoint", "http://127.0.0.1:9")];
        assert_eq!(place.settings, settings.map(|(name, value)| (name.into(), value.into())));
        for wrong in ["", "s3:", "s3://", "s3:///a", "pics", "s3://pics?region", "s3://p/%zz"] {
            assert!(Place::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_no_store_knows_is_refused_without_being_shown() {
        for url in
            ["ftp://pics", "s3://pics?colour=hush", "gs://pics?colour=hush", "az://p?colour=hush"]
        {
            let error = open(url).err().unwrap();
            assert!(!error.message().contains("hush"), "{error}");
        }
    }
}
