//! The numeric error codes of HTTP answers (reference §2.8).
//!
//! A code follows from what kind of error came and how far the request had got, never from the
//! words of a message. Options that this build does not do count as wrong options (9401/400), as
//! a `format` word that is not known does in the reference.

use super::headers::CSP_SANDBOX;
use super::situations::Situation;
use crate::options::{OnError, Options};
use crate::url::SourceRef;
use crate::{Error, Kind};

/// How far a request had got when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading the options.
    Options,
    /// Reading the rest of the URL, its signature included.
    Url,
    /// Fetching the source.
    Source,
    /// Reading the source as an image.
    Decode,
    /// Planning, and working on pixels.
    Transform,
    /// Writing the result.
    Encode,
}

impl Stage {
    /// Every stage with its name.
    pub const NAMES: [(Stage, &'static str); 6] = [
        (Stage::Options, "options"),
        (Stage::Url, "url"),
        (Stage::Source, "source"),
        (Stage::Decode, "decode"),
        (Stage::Transform, "transform"),
        (Stage::Encode, "encode"),
    ];
}

/// A numeric code with the HTTP status that it comes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The number.
    pub number: u16,
    /// The HTTP status.
    pub http: u16,
    /// What it stands for.
    pub meaning: &'static str,
}

const fn row(number: u16, http: u16, meaning: &'static str) -> Code {
    Code { number, http, meaning }
}

/// Every code of the reference, in the order of their numbers; some come with several statuses.
#[rustfmt::skip]
pub static CODES: &[Code] = &[
    row(9401, 400, "options are missing or wrong"),
    row(9401, 403, "sources from this origin are not allowed"),
    row(9402, 413, "the source has too many bytes"),
    row(9402, 502, "the source could not be fetched"),
    row(9403, 508, "a result was asked to be transformed again"),
    row(9404, 404, "the source does not exist"),
    row(9406, 403, "the url is not one that can be fetched"),
    row(9407, 523, "the source's host name was not found"),
    row(9408, 408, "the source's server refused the request"),
    row(9412, 415, "the source is not an image that can be read"),
    row(9413, 403, "the source or the result has too many pixels"),
    row(9416, 422, "the download of the source broke off"),
    row(9419, 403, "the url is malformed or not allowed"),
    row(9420, 400, "the source redirects to a url that is not allowed"),
    row(9420, 415, "the format is not available"),
    row(9421, 400, "the source redirects too often"),
    row(9422, 429, "the quota of transforms is used up"),
    row(9423, 403, "transforms without a plan are refused"),
    row(9424, 400, "parts of the request are missing or wrong"),
    row(9425, 403, "access to the image was denied"),
    row(9426, 403, "a part of the delivery url is not valid text"),
    row(9427, 403, "the account is another one"),
    row(9429, 403, "options in place of a variant are switched off"),
    row(9430, 403, "access to the binding was denied"),
    row(9431, 404, "there is no such image or variant"),
    row(9432, 400, "the request cannot be served"),
    row(9504, 522, "the source's server did not answer in time"),
    row(9504, 524, "the source did not arrive in time"),
    row(9505, 502, "the source could not be reached"),
    row(9509, 502, "the source's server failed"),
    row(9510, 523, "the source's host could not be reached"),
    row(9516, 422, "the source is broken"),
    row(9516, 500, "the result could not be written"),
    row(9517, 500, "an internal failure"),
    row(9518, 502, "an internal connection failed"),
    row(9519, 502, "the source's server called the request wrong"),
    row(9520, 415, "this format cannot be transformed"),
    row(9522, 503, "too busy"),
    row(9522, 504, "a processing limit was reached"),
    row(9523, 422, "the download could not be used"),
    row(9523, 500, "processing failed"),
    row(9524, 500, "transforms are not available at this address"),
    row(9525, 400, "the pipeline was used already"),
    row(9527, 503, "too busy for large images"),
    row(9528, 502, "the request was given up"),
    row(9529, 504, "the image took too long"),
];

/// What a client gets in place of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Response headers, without `Content-Length`.
    pub headers: Vec<(String, String)>,
    /// The body, one line.
    pub body: String,
}

/// The code for an error at a stage.
pub fn code_for(error: &Error, stage: Stage) -> Code {
    let (number, http) = pair(error.kind(), stage);
    let known = CODES.iter().find(|code| (code.number, code.http) == (number, http));
    known.copied().unwrap_or(row(9517, 500, "an internal failure"))
}

fn pair(kind: Kind, stage: Stage) -> (u16, u16) {
    match (kind, stage) {
        (Kind::Invalid | Kind::Unsupported | Kind::TooLarge, Stage::Options) => (9401, 400),
        (Kind::TooLarge, Stage::Url) => (9406, 403),
        (Kind::TooLarge, Stage::Source) => (9402, 413),
        (Kind::TooLarge, _) => (9413, 403),
        (Kind::Invalid | Kind::Unsupported | Kind::Forbidden, Stage::Url) => (9419, 403),
        (Kind::Invalid | Kind::Unsupported, Stage::Source) => (9419, 403),
        // What planning finds wrong is a matter of the options as well.
        (Kind::Invalid, _) => (9401, 400),
        (Kind::Unsupported, Stage::Decode) => (9412, 415),
        (Kind::Unsupported, _) => (9520, 415),
        (Kind::Forbidden, _) => (9401, 403),
        (Kind::Signature, _) => (9425, 403),
        (Kind::NotFound, Stage::Url) => (9431, 404),
        (Kind::NotFound, _) => (9404, 404),
        (Kind::Malformed, Stage::Source) => (9416, 422),
        (Kind::Malformed, _) => (9516, 422),
        (Kind::Cancelled, _) => (9528, 502),
        (Kind::Timeout, Stage::Source) => (9504, 524),
        (Kind::Timeout, _) => (9529, 504),
        (Kind::Storage, Stage::Source) => (9402, 502),
        (Kind::Storage, _) => (9518, 502),
        (Kind::Internal, Stage::Encode) => (9516, 500),
        (Kind::Internal | Kind::Conflict, _) => (9517, 500),
        (Kind::Busy, _) => (9522, 503),
    }
}

/// The HTTP answer for an error: `ERROR <code>: <message>` as plain text, with the code in
/// `Cf-Resized`.
pub fn answer(error: &Error, stage: Stage) -> Answer {
    answer_code(code_for(error, stage), error.message())
}

/// The HTTP answer for a request that comes from a transform: see [`is_loop`].
pub fn answer_loop() -> Answer {
    answer_situation(Situation::Loop)
}

/// The HTTP answer for a situation that no [`Error`] stands for.
pub fn answer_situation(situation: Situation) -> Answer {
    let code = situation.code();
    answer_code(code, code.meaning)
}

/// The HTTP answer for a code, in words of the caller's own.
pub fn answer_code(code: Code, message: &str) -> Answer {
    let headers = [
        ("Content-Type", "text/plain; charset=utf-8".to_owned()),
        ("Cf-Resized", format!("err={}", code.number)),
        ("Content-Security-Policy", CSP_SANDBOX.to_owned()),
        ("X-Content-Type-Options", "nosniff".to_owned()),
    ];
    Answer {
        status: code.http,
        headers: headers.map(|(name, value)| (name.to_owned(), value)).into(),
        body: format!("ERROR {}: {message}", code.number),
    }
}

/// The HTTP answer that sends the client to `location` in place of a failed result.
pub fn answer_redirect(error: &Error, stage: Stage, location: String) -> Answer {
    let code = code_for(error, stage);
    let headers = [("Location", location), ("Cf-Resized", format!("err={}", code.number))];
    Answer {
        status: 307,
        headers: headers.map(|(name, value)| (name.to_owned(), value)).into(),
        body: String::new(),
    }
}

/// Where a failed request is redirected: to its source, when `onerror=redirect` was asked for
/// and the source is on the very host that was asked (`Host` header). Other hosts are refused,
/// so that nobody can use us to send people elsewhere.
pub fn error_redirect(options: &Options, source: &SourceRef, host: Option<&str>) -> Option<String> {
    let asked = options.onerror == Some(OnError::Redirect);
    let sendable = source.text().bytes().all(|byte| byte.is_ascii_graphic());
    if !asked || !sendable {
        return None;
    }
    match source {
        // Two slashes, or one and a backslash, would name another host.
        SourceRef::Path(path) => {
            (!path.starts_with("//") && !path.contains('\\')).then(|| path.clone())
        }
        SourceRef::Remote { https, host: source_host, port, url } => {
            let default = if *https { 443 } else { 80 };
            let plain = host?.to_ascii_lowercase();
            let plain = plain.strip_suffix(&format!(":{default}")).unwrap_or(&plain);
            let source_host = match port {
                Some(port) if *port != default => format!("{source_host}:{port}"),
                _ => source_host.clone(),
            };
            (plain == source_host).then(|| url.clone())
        }
    }
}

/// Whether a request with this `Via` header was made by a transform to fetch its source.
pub fn is_loop(via: Option<&str>) -> bool {
    via.is_some_and(|via| via.to_ascii_lowercase().contains("image-resizing"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, KINDS};

    #[test]
    fn every_kind_at_every_stage_has_a_code_of_the_table() {
        for kind in KINDS.map(|row| row.kind) {
            for (stage, name) in Stage::NAMES {
                let (number, http) = pair(kind, stage);
                let known = CODES.iter().any(|code| (code.number, code.http) == (number, http));
                assert!(known, "{kind:?} at {name}: {number}/{http}");
            }
        }
    }

    #[test]
    fn the_table_is_in_order_and_without_doubles() {
        assert!(CODES
            .windows(2)
            .all(|two| { (two[0].number, two[0].http) < (two[1].number, two[1].http) }));
    }

    #[test]
    fn an_error_answer_is_plain_text_with_its_code() {
        let error = Error::invalid("width", "1 to 20000", 0).with_context("/secret/path");
        let answer = answer(&error, Stage::Options);
        assert_eq!(answer.status, 400);
        assert_eq!(answer.body, "ERROR 9401: width: expected 1 to 20000, got 0");
        assert!(answer.headers.contains(&("Cf-Resized".into(), "err=9401".into())));
        assert!(answer.headers[0].1.starts_with("text/plain"));
    }

    fn redirect(source: &str, host: Option<&str>) -> Option<String> {
        let options = Options { onerror: Some(OnError::Redirect), ..Options::default() };
        error_redirect(&options, &SourceRef::read(source).unwrap(), host)
    }

    #[test]
    fn a_failed_request_is_redirected_to_its_own_host_only() {
        assert_eq!(redirect("/a.jpg?x=1", None).as_deref(), Some("/a.jpg?x=1"));
        let same = "https://o.test/a.jpg";
        assert_eq!(redirect(same, Some("O.test")).as_deref(), Some(same));
        assert_eq!(redirect(same, Some("o.test:443")).as_deref(), Some(same));
        assert!(redirect("http://o.test:8080/a", Some("o.test:8080")).is_some());
        for host in [None, Some(""), Some("o.test:8443"), Some("a.o.test"), Some("o.test.evil")] {
            assert_eq!(redirect(same, host), None, "{host:?}");
        }
        assert_eq!(redirect("https://evil.test/a", Some("o.test")), None);
        let path = SourceRef::read("/a.jpg").unwrap();
        assert_eq!(error_redirect(&Options::default(), &path, None), None);
        let foreign = SourceRef::Path("//evil.test/a".into());
        let asked = Options { onerror: Some(OnError::Redirect), ..Options::default() };
        assert_eq!(error_redirect(&asked, &foreign, None), None);
    }

    #[test]
    fn a_redirect_tells_its_code_and_place() {
        let error = Error::malformed("broken");
        let answer = answer_redirect(&error, Stage::Decode, "/a.jpg".into());
        assert_eq!(answer.status, 307);
        assert_eq!(answer.headers[0], ("Location".into(), "/a.jpg".into()));
        assert_eq!(answer.headers[1], ("Cf-Resized".into(), "err=9516".into()));
    }

    #[test]
    fn a_request_that_a_transform_made_is_a_loop() {
        assert!(is_loop(Some("1.1 safelight (Image-Resizing)")));
        assert!(!is_loop(Some("1.1 varnish")));
        assert!(!is_loop(None));
        assert_eq!(answer_loop().status, 508);
    }
}
