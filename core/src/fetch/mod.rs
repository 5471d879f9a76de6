//! Fetches sources over HTTP, guarded: nothing inside the network that we run in can be reached
//! by a URL that a client wrote.
//!
//! A URL is taken apart once ([`Target`]); its name is looked up once; every address it has must
//! be one of the public internet or be added by the configuration ([`may_connect`]); the
//! connection goes to exactly such an address. Redirects are followed by us, hop by hop, each with
//! the same checks. Sizes are counted after decoding. A [`Situation`] says what went wrong, and
//! with it the number that clients see.

mod address;
mod body;
mod client;
mod exchange;
mod network;
mod origins;
mod target;
mod watch;

pub use address::{is_special, may_connect, Network};
pub use client::{Answered, Asked, Client};
pub use network::{Connector, RealNetwork, Resolver, Stream};
pub use origins::Origins;
pub use target::{Host, Target};

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use base64::engine::{general_purpose::STANDARD, Engine as _};
use ureq::http::HeaderMap;

use crate::delivery::Situation;
use crate::{Error, Job, Kind};
use watch::{Watch, Watched};

/// Marks our requests, so that a transform of a transform is told: see
/// [`is_loop`](crate::delivery::is_loop).
const VIA: &str = "1.1 safelight (image-resizing)";
/// Addresses of one name that are tried.
const MOST_ADDRESSES: usize = 4;

/// What may be fetched.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Whether sources may come without TLS.
    pub http: bool,
    /// Ports besides those that an allowed origin names.
    pub ports: Vec<u16>,
    /// Special addresses that may be connected to all the same.
    pub networks: Vec<Network>,
    /// How many redirects are followed.
    pub redirects: u32,
    /// How long a name, a connection and the head of a response may take together.
    pub head: Duration,
    /// How long everything may take.
    pub whole: Duration,
}

impl Default for Rules {
    /// HTTPS at its usual ports, public addresses, 3 redirects, 5 s to the head and 10 s in all.
    fn default() -> Self {
        Rules {
            http: false,
            ports: vec![80, 443, 8080, 8443],
            networks: Vec::new(),
            redirects: 3,
            head: Duration::from_secs(5),
            whole: Duration::from_secs(10),
        }
    }
}

/// One fetch.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// The URL.
    pub url: &'a str,
    /// Headers of the request. All of them are for the URL's own host: a redirect to another one
    /// does not get them.
    pub headers: &'a [(String, String)],
    /// From where it may come; `None` for anywhere. As in the reference, this is about the URL
    /// itself and not about where it redirects to.
    pub origins: Option<&'a Origins>,
    /// Whether the URL may hold `user:password@`.
    pub credentials: bool,
    /// How many bytes the source may have.
    pub most: u64,
}

impl<'a> Order<'a> {
    /// An order for at most `most` bytes from anywhere.
    pub fn new(url: &'a str, most: u64) -> Self {
        Order { url, headers: &[], origins: None, credentials: false, most }
    }
}

/// What came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fetched {
    /// 200 or 203; 304 where the order's headers asked for what has changed.
    pub status: u16,
    /// The URL that it came from, without credentials: the order's, or where that redirected to.
    pub url: String,
    /// `Content-Type`, as it was sent.
    pub content_type: Option<String>,
    /// `ETag`, as it was sent.
    pub etag: Option<String>,
    /// `Last-Modified`, as it was sent.
    pub last_modified: Option<String>,
    /// All of `Cache-Control`.
    pub cache_control: Option<String>,
    /// All of `Vary`.
    pub vary: Option<String>,
    /// All of `Cache-Tag`.
    pub cache_tag: Option<String>,
    /// Whether it was for one client alone: it came with `Set-Cookie`.
    pub personal: bool,
    /// The bytes, decoded.
    pub body: Vec<u8>,
}

/// Why nothing came.
#[derive(Debug)]
pub struct Failure {
    /// What went wrong; the number and status for clients follow from it.
    pub situation: Situation,
    /// The same as an error; its context holds the URL.
    pub error: Error,
}

/// Fetches by one set of rules. It keeps no connections.
pub struct Fetcher {
    rules: Rules,
    resolver: Arc<dyn Resolver>,
    connector: Arc<dyn Connector>,
}

/// A situation, and what the log may know of it.
type Trouble = (Situation, String);

impl Fetcher {
    /// A fetcher on the network of this machine.
    pub fn new(rules: Rules) -> Self {
        Self::on(rules, Arc::new(RealNetwork), Arc::new(RealNetwork))
    }

    /// A fetcher on another network.
    pub fn on(rules: Rules, resolver: Arc<dyn Resolver>, connector: Arc<dyn Connector>) -> Self {
        Fetcher { rules, resolver, connector }
    }

    /// Fetches. It ends by the rules' times and by the deadline of `job`, whichever comes first,
    /// and within about 20 ms of its being cancelled.
    pub fn fetch(&self, order: &Order<'_>, job: &Job) -> Result<Fetched, Failure> {
        let watch = Watch::new(job, self.rules.whole);
        self.follow(order, &watch).map_err(|(situation, detail)| {
            let shown = Target::read(order.url).map(|target| target.url()).unwrap_or_default();
            failure(situation, &format!("{shown}: {detail}"), job)
        })
    }

    /// Sends `body` to `url`, as messages are sent, and gives the status of the answer, whose
    /// body is not read. The address is checked like that of a source; nothing is followed.
    pub fn post(
        &self,
        url: &str,
        headers: &[(String, String)],
        body: &[u8],
        job: &Job,
    ) -> Result<u16, Failure> {
        let watch = Watch::new(job, self.rules.whole);
        let sent = || {
            let plain = |situation| (situation, String::new());
            let target = Target::read(url).map_err(plain)?;
            let order = Order { headers, ..Order::new(url, 0) };
            self.check_first(&target, &order).map_err(plain)?;
            let addresses = self.addresses(&target, &watch)?;
            let headers = self.headers(&target, &order);
            let response = self.ask(&target, &addresses, &headers, Some(body), &watch)?;
            Ok(response.status().as_u16())
        };
        sent().map_err(|(situation, detail): Trouble| failure(situation, &detail, job))
    }

    fn follow(&self, order: &Order<'_>, watch: &Arc<Watch>) -> Result<Fetched, Trouble> {
        let plain = |situation| (situation, String::new());
        let mut target = Target::read(order.url).map_err(plain)?;
        self.check_first(&target, order).map_err(plain)?;
        let mut headers = self.headers(&target, order);
        let mut hops = 0;
        loop {
            let addresses = self.addresses(&target, watch).map_err(|it| redirected(it, hops))?;
            let response = self.ask(&target, &addresses, &headers, None, watch)?;
            if !is_redirect(response.status().as_u16()) {
                return self.take(&target, order, response, watch);
            }
            if hops == self.rules.redirects {
                return Err(plain(Situation::TooManyRedirects));
            }
            hops += 1;
            let next = self.next(&target, response.headers()).map_err(plain)?;
            if !next.is_same_place(&target) {
                headers = own_headers();
            }
            target = next;
        }
    }

    fn check_first(&self, target: &Target, order: &Order<'_>) -> Result<(), Situation> {
        if !target.https && !self.rules.http {
            return Err(Situation::UrlNotFetchable);
        }
        if target.credentials.is_some() && !order.credentials {
            return Err(Situation::UrlNotAllowed);
        }
        if order.origins.is_some_and(|origins| !origins.allow(target)) {
            return Err(Situation::OriginNotAllowed);
        }
        let named = order.origins.is_some_and(|origins| origins.name_port(target));
        match named || self.rules.ports.contains(&target.port) {
            true => Ok(()),
            false => Err(Situation::UrlNotAllowed),
        }
    }

    fn headers(&self, target: &Target, order: &Order<'_>) -> Vec<(String, String)> {
        let mut headers = own_headers();
        let is_own = |name: &str| headers_are_ours(name);
        headers.extend(order.headers.iter().filter(|(name, _)| !is_own(name)).cloned());
        if let Some(credentials) = &target.credentials {
            headers.push(("Authorization".into(), basic(credentials)));
        }
        headers
    }

    /// Where a redirect leads; every rule of a first URL holds, and TLS is not given up.
    fn next(&self, from: &Target, headers: &HeaderMap) -> Result<Target, Situation> {
        let refused = Situation::RedirectNotAllowed;
        let location = headers.get("location").ok_or(refused)?;
        let location = std::str::from_utf8(location.as_bytes()).map_err(|_| refused)?;
        let next = from.join(location).map_err(|_| refused)?;
        let downgrade = !next.https && (from.https || !self.rules.http);
        let port = next.port == from.port || self.rules.ports.contains(&next.port);
        // A server must not choose as whom we come.
        let other = next.credentials.is_some() && next.credentials != from.credentials;
        match downgrade || !port || other {
            true => Err(refused),
            false => Ok(next),
        }
    }

    /// The addresses of a target: all of them must be fine, as any of them may be the one.
    fn addresses(&self, target: &Target, watch: &Arc<Watch>) -> Result<Vec<IpAddr>, Trouble> {
        watch.begin(self.rules.head);
        let addresses = match &target.host {
            Host::Address(address) => vec![*address],
            Host::Name(name) => {
                let (resolver, name) = (self.resolver.clone(), name.clone());
                network::apart(watch, move || resolver.resolve(&name))
                    .map_err(|error| (Situation::HostNotFound, error.to_string()))?
            }
        };
        if addresses.is_empty() {
            return Err((Situation::HostNotFound, "no address".into()));
        }
        match addresses.iter().find(|address| !may_connect(**address, &self.rules.networks)) {
            Some(special) => Err((Situation::UrlNotAllowed, special.to_string())),
            None => Ok(addresses),
        }
    }

    fn ask(
        &self,
        target: &Target,
        addresses: &[IpAddr],
        headers: &[(String, String)],
        body: Option<&[u8]>,
        watch: &Arc<Watch>,
    ) -> Result<ureq::http::Response<ureq::Body>, Trouble> {
        let stream = self.connect(target.port, addresses, watch)?;
        let stream = Watched::new(stream, watch.clone());
        exchange::send(target, headers, body, stream).map_err(|error| {
            let situation = match watch.is_over() {
                true => Situation::OriginSilent,
                false => no_answer(&error),
            };
            (situation, error.to_string())
        })
    }

    fn connect(
        &self,
        port: u16,
        addresses: &[IpAddr],
        watch: &Arc<Watch>,
    ) -> Result<Box<dyn Stream>, Trouble> {
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        let tried = &addresses[..addresses.len().min(MOST_ADDRESSES)];
        for (at, address) in tried.iter().enumerate() {
            let address = SocketAddr::new(*address, port);
            let connector = self.connector.clone();
            let connected = watch.left().and_then(|left| {
                // A host that does not answer leaves time for the next one.
                let share = left / u32::try_from(tried.len() - at).unwrap_or(1);
                network::apart(watch, move || connector.connect(address, share))
            });
            match connected {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err((unconnected(&last), last.to_string()))
    }

    fn take(
        &self,
        target: &Target,
        order: &Order<'_>,
        response: ureq::http::Response<ureq::Body>,
        watch: &Watch,
    ) -> Result<Fetched, Trouble> {
        watch.begin(self.rules.whole);
        let (parts, body) = response.into_parts();
        let status = parts.status.as_u16();
        let text = |name| all(&parts.headers, name);
        if let Some(situation) = status_trouble(status, text("cf-resized").as_deref()) {
            return Err((situation, format!("status {status}")));
        }
        let length = text("content-length").and_then(|length| length.parse::<u64>().ok());
        if length.is_some_and(|length| length > order.most) {
            return Err((Situation::SourceTooLarge, format!("{length:?} bytes are announced")));
        }
        let reader = body.into_with_config().limit(u64::MAX).reader();
        let body = match status {
            304 => Vec::new(),
            _ => body::read(reader, text("content-encoding").as_deref(), order.most).map_err(
                |(situation, detail)| match watch.is_over() {
                    true => (Situation::DownloadTooSlow, detail),
                    false => (situation, detail),
                },
            )?,
        };
        Ok(Fetched {
            status,
            url: target.url(),
            content_type: text("content-type"),
            etag: text("etag"),
            last_modified: text("last-modified"),
            cache_control: text("cache-control"),
            vary: text("vary"),
            cache_tag: text("cache-tag"),
            personal: parts.headers.contains_key("set-cookie"),
            body,
        })
    }
}

/// All headers of a name as one.
fn all(headers: &HeaderMap, name: &str) -> Option<String> {
    let found = headers.get_all(name).iter();
    let texts: Vec<String> =
        found.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}

fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// A server that knows its own requests says so.
fn status_trouble(status: u16, resized: Option<&str>) -> Option<Situation> {
    let situation = Situation::from_status(status)?;
    match status == 508 || resized.is_some_and(|text| text.contains("err=9403")) {
        true => Some(Situation::Loop),
        false => Some(situation),
    }
}

/// What a hop after the first one may not do is a matter of the redirect.
fn redirected((situation, detail): Trouble, hops: u32) -> Trouble {
    match situation == Situation::UrlNotAllowed && hops > 0 {
        true => (Situation::RedirectNotAllowed, detail),
        false => (situation, detail),
    }
}

fn unconnected(error: &io::Error) -> Situation {
    use io::ErrorKind::{AddrNotAvailable, HostUnreachable, NetworkUnreachable, TimedOut};
    match error.kind() {
        TimedOut => Situation::OriginSilent,
        HostUnreachable | NetworkUnreachable | AddrNotAvailable => Situation::HostUnreachable,
        _ => Situation::ConnectionRefused,
    }
}

fn no_answer(error: &ureq::Error) -> Situation {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    match error {
        ureq::Error::Io(error) => match error.kind() {
            BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof => {
                Situation::ConnectionRefused
            }
            _ => Situation::FetchFailed,
        },
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => Situation::UrlNotFetchable,
        _ => Situation::FetchFailed,
    }
}

fn failure(situation: Situation, detail: &str, job: &Job) -> Failure {
    if let Err(error) = job.check() {
        let situation = match error.kind() {
            Kind::Cancelled => Situation::Aborted,
            _ => Situation::DownloadTooSlow,
        };
        return Failure { situation, error: error.with_context(detail) };
    }
    let error = Error::new(kind(situation), situation.code().meaning).with_context(detail);
    Failure { situation, error }
}

fn kind(situation: Situation) -> Kind {
    match situation {
        Situation::OriginNotAllowed
        | Situation::UrlNotAllowed
        | Situation::RedirectNotAllowed
        | Situation::TooManyRedirects
        | Situation::Loop => Kind::Forbidden,
        Situation::UrlNotFetchable => Kind::Invalid,
        Situation::HostNotFound | Situation::SourceMissing => Kind::NotFound,
        Situation::SourceTooLarge => Kind::TooLarge,
        Situation::DownloadBrokeOff | Situation::DownloadUnusable => Kind::Malformed,
        Situation::OriginSilent | Situation::DownloadTooSlow => Kind::Timeout,
        _ => Kind::Storage,
    }
}

fn own_headers() -> Vec<(String, String)> {
    let agent = concat!("safelight/", env!("CARGO_PKG_VERSION"));
    let own = [("Via", VIA), ("User-Agent", agent), ("Accept", "image/*, */*;q=0.5")];
    let more = [("Accept-Encoding", "gzip")];
    own.into_iter().chain(more).map(|(name, value)| (name.into(), value.into())).collect()
}

/// Headers that an order cannot set: ours, and those that frame a request.
fn headers_are_ours(name: &str) -> bool {
    const OURS: [&str; 8] = [
        "via",
        "user-agent",
        "accept",
        "accept-encoding",
        "host",
        "connection",
        "content-length",
        "transfer-encoding",
    ];
    OURS.iter().any(|ours| ours.eq_ignore_ascii_case(name))
}

/// HTTP's simplest way of naming oneself.
fn basic(credentials: &str) -> String {
    format!("Basic {}", STANDARD.encode(credentials))
}

#[cfg(test)]
mod tests;
