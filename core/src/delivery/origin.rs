//! What a request for a source tells the source's server (reference §1.11, §8.2).

use crate::options::{Options, OriginAuth};

/// Headers of the client that `origin-auth=share-publicly` hands on.
const SHARED: [&str; 9] = [
    "Authorization",
    "Cookie",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-ms-date",
    "x-ms-version",
    "x-sa-date",
    "cf-access-client-id",
    "cf-access-client-secret",
];

/// Marks a request that a transform makes, so that it is not transformed again: see
/// [`is_loop`](super::is_loop).
const VIA: &str = "1.1 safelight (image-resizing)";

/// The headers of a request for a source: nothing of the client, as the result is for everyone,
/// unless `origin-auth` says that its credentials may be used and the result be public all the
/// same. They are for the very host that was asked for: a redirect to another host must not get
/// them.
pub fn origin_headers<'a>(
    options: &Options,
    client: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<(String, String)> {
    let mut headers = vec![("Via".to_owned(), VIA.to_owned())];
    if options.origin_auth == Some(OriginAuth::SharePublicly) {
        let shared = client
            .into_iter()
            .filter(|(name, _)| SHARED.iter().any(|shared| shared.eq_ignore_ascii_case(name)));
        headers.extend(shared.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::super::is_loop;
    use super::*;

    const CLIENT: [(&str, &str); 4] = [
        ("authorization", "Bearer x"),
        ("X-Amz-Date", "20260101T000000Z"),
        ("user-agent", "curl"),
        ("x-forwarded-for", "10.0.0.1"),
    ];

    fn headers(text: &str) -> Vec<(String, String)> {
        origin_headers(&Options::parse(text).unwrap().options, CLIENT)
    }

    #[test]
    fn origin_auth_hands_credentials_on_and_nothing_else() {
        let shared = headers("{\"origin-auth\":\"share-publicly\"}");
        let names: Vec<_> = shared.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["Via", "authorization", "X-Amz-Date"]);
    }

    #[test]
    fn without_it_a_request_for_a_source_says_nothing_of_the_client() {
        let anonymous = headers("width=5");
        assert_eq!(anonymous.len(), 1);
        assert!(is_loop(Some(&anonymous[0].1)));
    }
}
