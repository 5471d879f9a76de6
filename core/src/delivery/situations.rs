//! What goes wrong around the pixels, where no [`Error`](crate::Error) of the engine stands for
//! it: fetching a source, serving hosted images, the load of the machine.
//!
//! Whoever fetches or hosts says which situation it is in; the number and the status follow here.

use super::errors::{Code, CODES};

/// Each situation with its name, code and status.
macro_rules! situations {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $number:literal, $http:literal;)+) => {
        /// What went wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Situation { $($(#[doc = $doc])+ $variant,)+ }

        impl Situation {
            /// Every situation with its name.
            pub const NAMES: &'static [(Situation, &'static str)] =
                &[$((Situation::$variant, $name),)+];

            /// Number and status.
            const fn pair(self) -> (u16, u16) {
                match self { $(Situation::$variant => ($number, $http),)+ }
            }
        }
    };
}

situations! {
    /// The source is on a host that the configuration does not allow.
    OriginNotAllowed = "origin-not-allowed", 9401, 403;
    /// The connection was made, and then the exchange failed.
    FetchFailed = "fetch-failed", 9402, 502;
    /// The source announced, or sent, more bytes than the limit.
    SourceTooLarge = "source-too-large", 9402, 413;
    /// The request comes from a transform.
    Loop = "loop", 9403, 508;
    /// The source's server says that there is none.
    SourceMissing = "source-missing", 9404, 404;
    /// The URL is none that is fetched: not `https`, spaces, raw letters beyond ASCII.
    UrlNotFetchable = "url-not-fetchable", 9406, 403;
    /// Its host name has no address.
    HostNotFound = "host-not-found", 9407, 523;
    /// The source's server refused the request: a status from 401 to 499 other than 404.
    OriginRefused = "origin-refused", 9408, 408;
    /// The download ended before the announced length.
    DownloadBrokeOff = "download-broke-off", 9416, 422;
    /// The URL points where nothing may be fetched from, such as a private address.
    UrlNotAllowed = "url-not-allowed", 9419, 403;
    /// A redirect without a place to go, or to one that is not allowed.
    RedirectNotAllowed = "redirect-not-allowed", 9420, 400;
    /// The format exists and is switched off here.
    FormatSwitchedOff = "format-switched-off", 9420, 415;
    /// More redirects than are followed.
    TooManyRedirects = "too-many-redirects", 9421, 400;
    /// The quota of transforms is used up.
    QuotaUsedUp = "quota-used-up", 9422, 429;
    /// Transforms are refused without a plan.
    NoPlan = "no-plan", 9423, 403;
    /// Parts of the request are missing or wrong.
    RequestMalformed = "request-malformed", 9424, 400;
    /// No variant with this name, or not for this client.
    AccessDenied = "access-denied", 9425, 403;
    /// A part of a delivery URL is not valid text.
    UrlTextInvalid = "url-text-invalid", 9426, 403;
    /// The account of a delivery URL is not the one that is served.
    WrongAccount = "wrong-account", 9427, 403;
    /// Options stand where a variant's name should, and that is switched off.
    FlexibleVariantsOff = "flexible-variants-off", 9429, 403;
    /// The binding may not be used.
    BindingDenied = "binding-denied", 9430, 403;
    /// No image or variant with this id.
    NoSuchImage = "no-such-image", 9431, 404;
    /// The request cannot be served here.
    NotServed = "not-served", 9432, 400;
    /// The source's server took the connection and did not answer in time.
    OriginSilent = "origin-silent", 9504, 522;
    /// The source did not arrive in time.
    DownloadTooSlow = "download-too-slow", 9504, 524;
    /// The source's server refused or broke the connection.
    ConnectionRefused = "connection-refused", 9505, 502;
    /// The source's server failed: a status from 500.
    OriginFailed = "origin-failed", 9509, 502;
    /// There is no way to the source's host.
    HostUnreachable = "host-unreachable", 9510, 523;
    /// A connection between our own parts failed.
    OwnConnectionFailed = "own-connection-failed", 9518, 502;
    /// The source's server calls the request wrong: status 400.
    OriginCalledWrong = "origin-called-wrong", 9519, 502;
    /// Too many jobs are waiting.
    Busy = "busy", 9522, 503;
    /// A job was stopped by a limit of the machine.
    WorkLimit = "work-limit", 9522, 504;
    /// What was downloaded cannot be used: for example a page in place of an image's bytes.
    DownloadUnusable = "download-unusable", 9523, 422;
    /// A step failed for no reason that the client could mend.
    ProcessingFailed = "processing-failed", 9523, 500;
    /// Transforms are not available at this address.
    NotHere = "not-here", 9524, 500;
    /// A pipeline was used a second time.
    Consumed = "consumed", 9525, 400;
    /// Too many jobs are waiting for one as large as this.
    BusyForLarge = "busy-for-large", 9527, 503;
    /// The client went away.
    Aborted = "aborted", 9528, 502;
}

impl Situation {
    /// The code that an answer gives.
    pub fn code(self) -> Code {
        let (number, http) = self.pair();
        let known = CODES.iter().find(|code| (code.number, code.http) == (number, http));
        known.copied().unwrap_or(Code { number, http, meaning: "an internal failure" })
    }

    /// What a status of the source's server means; `None` when it is no failure.
    pub fn from_status(status: u16) -> Option<Situation> {
        match status {
            200 | 203 | 304 => None,
            400 => Some(Situation::OriginCalledWrong),
            404 => Some(Situation::SourceMissing),
            401..=499 => Some(Situation::OriginRefused),
            300..=399 => Some(Situation::RedirectNotAllowed),
            500..=599 => Some(Situation::OriginFailed),
            // Nothing, a part of something, or no HTTP at all.
            _ => Some(Situation::DownloadUnusable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_situation_has_a_code_of_the_table() {
        for (situation, name) in Situation::NAMES {
            assert!(CODES.contains(&situation.code()), "{name}");
        }
    }

    #[test]
    fn statuses_of_a_source_lead_to_the_documented_codes() {
        let number = |status| Situation::from_status(status).map(|it| it.code().number);
        for (status, expected) in [
            (200, None),
            (304, None),
            (204, Some(9523)),
            (206, Some(9523)),
            (301, Some(9420)),
            (400, Some(9519)),
            (401, Some(9408)),
            (403, Some(9408)),
            (404, Some(9404)),
            (408, Some(9408)),
            (429, Some(9408)),
            (500, Some(9509)),
            (503, Some(9509)),
            (0, Some(9523)),
            (999, Some(9523)),
        ] {
            assert_eq!(number(status), expected, "{status}");
        }
    }
}
