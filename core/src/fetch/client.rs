//! A client for stores that are asked many thousand times: it keeps its connections.
//!
//! It is guarded as a fetch is: schemes, ports and addresses by the same rules, and a connection
//! goes to an address that was checked. It follows no redirect.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::{HeaderMap, Request, Uri};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, RequestExt};

use super::{all, may_connect, Network, Rules, Target};
use crate::{tls, Error, Job, Kind, Result};

const CONNECT: Duration = Duration::from_secs(5);
/// How long the head of an answer may take.
const HEAD: Duration = Duration::from_secs(20);
/// How long one request may take.
const LONGEST: Duration = Duration::from_secs(60);
const CHUNK: usize = 32 << 10;

/// Asks by one set of rules.
pub struct Client {
    agent: Agent,
    rules: Rules,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The method.
    pub method: &'a str,
    /// The whole URL, encoded.
    pub url: &'a str,
    /// Headers besides `Host`, which may be among them.
    pub headers: &'a [(String, String)],
    /// The body; its type stands in the headers.
    pub body: Option<&'a [u8]>,
    /// How many bytes the answer may have.
    pub most: u64,
}

impl<'a> Asked<'a> {
    /// A `GET` of `url`.
    pub fn get(url: &'a str, headers: &'a [(String, String)], most: u64) -> Self {
        Asked { method: "GET", url, headers, body: None, most }
    }
}

/// What was answered.
#[derive(Debug, Default)]
pub struct Answered {
    /// The status.
    pub status: u16,
    headers: HeaderMap,
    /// The body; empty where it would be too long.
    pub body: Vec<u8>,
    /// Whether the body has more bytes than it may have.
    pub too_large: bool,
}

impl Answered {
    /// A header.
    pub fn header(&self, name: &str) -> Option<String> {
        all(&self.headers, name)
    }
}

impl Client {
    /// A client with at most `connections` open while nothing is asked.
    pub fn new(rules: Rules, connections: usize) -> Self {
        let config = Agent::config_builder()
            .tls_config(tls::for_agents())
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(HEAD))
            .max_idle_connections(connections)
            .max_idle_connections_per_host(connections)
            .user_agent(concat!("safelight/", env!("CARGO_PKG_VERSION")))
            .accept("")
            .accept_encoding("")
            .build();
        let guarded = Guarded { networks: rules.networks.clone() };
        let agent = Agent::with_parts(config, DefaultConnector::default(), guarded);
        Client { agent, rules }
    }

    /// Asks, and reads the answer to its end. `Forbidden` for what the rules do not allow,
    /// `Storage` or `Timeout` where there is no whole answer.
    pub fn ask(&self, asked: &Asked<'_>, job: &Job) -> Result<Answered> {
        job.check()?;
        self.check(asked.url)?;
        let left = job.deadline().map_or(LONGEST, |until| until.duration_since(Instant::now()));
        let timeout = left.clamp(Duration::from_millis(1), LONGEST);
        let mut request = Request::builder().method(asked.method).uri(asked.url);
        for (name, value) in asked.headers {
            request = request.header(name, value);
        }
        let sent = match asked.body {
            None => self.send(request.body(()), timeout),
            Some(body) => self.send(request.body(body), timeout),
        }?;
        let (parts, body) = sent.into_parts();
        let mut answered = Answered {
            status: parts.status.as_u16(),
            headers: parts.headers,
            ..Answered::default()
        };
        let reader = body.into_with_config().limit(u64::MAX).reader();
        match read(reader, asked.most) {
            Ok(Some(body)) => answered.body = body,
            Ok(None) => answered.too_large = true,
            Err(error) => return Err(broken(&error.to_string())),
        }
        Ok(answered)
    }

    fn send<B: ureq::AsSendBody>(
        &self,
        request: std::result::Result<Request<B>, ureq::http::Error>,
        timeout: Duration,
    ) -> Result<ureq::http::Response<ureq::Body>> {
        let unusable = |error: ureq::http::Error| {
            Error::invalid("url", "one that can be asked", "another")
                .with_context(error.to_string())
        };
        let request = request.map_err(unusable)?;
        let asked = request.with_agent(&self.agent).configure();
        asked.timeout_global(Some(timeout)).run().map_err(|error| told(&error))
    }

    /// The part of the rules that the URL itself can break.
    fn check(&self, url: &str) -> Result<()> {
        let target = Target::read(url)
            .map_err(|_| Error::invalid("url", "an http or https url", "another text"))?;
        if !target.https && !self.rules.http {
            return Err(refused("the service asks no server without TLS"));
        }
        match self.rules.ports.contains(&target.port) {
            true => Ok(()),
            false => Err(refused("the service asks no server at this port")),
        }
    }
}

fn refused(message: &str) -> Error {
    Error::new(Kind::Forbidden, message)
}

fn broken(detail: &str) -> Error {
    Error::new(Kind::Storage, "the server gave no whole answer").with_context(detail)
}

fn told(error: &ureq::Error) -> Error {
    match error {
        ureq::Error::Io(io) if io.kind() == io::ErrorKind::PermissionDenied => {
            refused("the service asks no server at this address")
        }
        ureq::Error::Timeout(_) => {
            Error::new(Kind::Timeout, "the server took too long").with_context(error.to_string())
        }
        ureq::Error::HostNotFound => {
            Error::new(Kind::Storage, "there is no such server").with_context(error.to_string())
        }
        _ => broken(&error.to_string()),
    }
}

/// The whole of a body; `None` when it has more than `most` bytes.
fn read(mut body: impl Read, most: u64) -> io::Result<Option<Vec<u8>>> {
    let (mut bytes, mut chunk) = (Vec::new(), vec![0; CHUNK]);
    loop {
        let amount = body.read(&mut chunk)?;
        if amount == 0 {
            return Ok(Some(bytes));
        }
        if (bytes.len() + amount) as u64 > most {
            return Ok(None);
        }
        bytes.extend_from_slice(&chunk[..amount]);
    }
}

/// Finds addresses, and refuses those that must not be connected to.
#[derive(Debug)]
struct Guarded {
    networks: Vec<Network>,
}

impl Resolver for Guarded {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> std::result::Result<ResolvedSocketAddrs, ureq::Error> {
        let found = DefaultResolver::default().resolve(uri, config, timeout)?;
        match found.iter().all(|address| may_connect(address.ip(), &self.networks)) {
            true => Ok(found),
            false => Err(ureq::Error::Io(io::ErrorKind::PermissionDenied.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;

    use super::*;

    fn rules(port: u16, network: &str) -> Rules {
        let networks = network.parse().into_iter().collect();
        Rules { http: true, ports: vec![port], networks, ..Rules::default() }
    }

    fn asked(url: &str) -> Asked<'_> {
        Asked::get(url, &[], 5)
    }

    /// A server of one connection that answers each request with the number of it.
    fn serve(answers: usize) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            for number in 0..answers {
                let (mut head, mut byte) = (Vec::new(), [0]);
                while !head.ends_with(b"\r\n\r\n") {
                    stream.read_exact(&mut byte).unwrap();
                    head.push(byte[0]);
                }
                let body = "x".repeat(number + 4);
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
                stream.write_all((head + &body).as_bytes()).unwrap();
            }
        });
        port
    }

    #[test]
    fn one_connection_is_kept_and_a_long_answer_is_told() {
        let port = serve(3);
        let client = Client::new(rules(port, "127.0.0.1/32"), 4);
        let url = format!("http://127.0.0.1:{port}/a%2Fb//c");
        let job = Job::default();
        assert_eq!(client.ask(&asked(&url), &job).unwrap().body, b"xxxx");
        let second = client.ask(&asked(&url), &job).unwrap();
        assert_eq!((second.body.len(), second.too_large), (5, false));
        assert!(client.ask(&asked(&url), &job).unwrap().too_large);
    }

    #[test]
    fn special_addresses_other_ports_and_plain_http_are_refused() {
        let kind = |client: &Client, url: &str| {
            client.ask(&asked(url), &Job::default()).unwrap_err().kind()
        };
        let open = Client::new(rules(80, "10.0.0.0/8"), 1);
        assert_eq!(kind(&open, "http://127.0.0.1/"), Kind::Forbidden);
        assert_eq!(kind(&open, "http://localhost/"), Kind::Forbidden);
        assert_eq!(kind(&open, "http://10.0.0.1:22/"), Kind::Forbidden);
        assert_eq!(kind(&Client::new(Rules::default(), 1), "http://example.com/"), Kind::Forbidden);
        assert_eq!(kind(&open, "ftp://example.com/"), Kind::Invalid);
    }
}
