//! One request and its response on a connection that is there already; HTTP itself is `ureq`'s.

use std::fmt;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};

use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};
use ureq::config::Config;
use ureq::http::{Response, Uri};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport,
};
use ureq::{Agent, Body};

use super::target::{Host, Target};
use super::watch::Watched;
use crate::tls;

/// Longest head of a response.
const MOST_HEAD: usize = 32 << 10;
/// Larger than a head may be, so that one too many bytes is seen.
const BUFFER: usize = 64 << 10;

trait Pipe: Read + Write + Send + Sync {}
impl<T: Read + Write + Send + Sync> Pipe for T {}

/// Asks for `target` on `stream`, which leads there; with a body, hands it over.
pub(super) fn send(
    target: &Target,
    headers: &[(String, String)],
    body: Option<&[u8]>,
    stream: Watched,
) -> Result<Response<Body>, ureq::Error> {
    let pipe: Box<dyn Pipe> = match target.https {
        true => Box::new(secure(&target.host, stream)?),
        false => Box::new(stream),
    };
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .max_idle_connections(0)
        .max_response_header_size(MOST_HEAD)
        .user_agent("")
        .accept("")
        .accept_encoding("")
        .build();
    let given = Given { pipe: Mutex::new(Some(pipe)), secure: target.https };
    let agent = Agent::with_parts(config, given, Nowhere);
    let named = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    match body {
        None => {
            named.fold(agent.get(target.url()), |it, (name, value)| it.header(name, value)).call()
        }
        Some(body) => named
            .fold(agent.post(target.url()), |it, (name, value)| it.header(name, value))
            .send(body),
    }
}

fn secure(
    host: &Host,
    mut stream: Watched,
) -> Result<StreamOwned<ClientConnection, Watched>, ureq::Error> {
    let name = match host {
        Host::Name(name) => ServerName::try_from(name.clone()),
        Host::Address(address) => Ok(ServerName::from(*address)),
    };
    let name = name.map_err(|_| ureq::Error::Tls("the name is none"))?;
    let mut session = ClientConnection::new(tls::trusted(), name).map_err(ureq::Error::Rustls)?;
    while session.is_handshaking() {
        session.complete_io(&mut stream)?;
    }
    Ok(StreamOwned::new(session, stream))
}

/// Gives the one connection that there is.
struct Given {
    pipe: Mutex<Option<Box<dyn Pipe>>>,
    secure: bool,
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Given")
    }
}

impl Connector for Given {
    type Out = Line;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        _: Option<()>,
    ) -> Result<Option<Line>, ureq::Error> {
        let pipe = self.pipe.lock().unwrap_or_else(PoisonError::into_inner).take();
        let line =
            |pipe| Line { pipe, secure: self.secure, buffers: LazyBuffers::new(BUFFER, BUFFER) };
        Ok(pipe.map(line))
    }
}

/// Looks nothing up: where the request goes has been decided.
#[derive(Debug)]
struct Nowhere;

impl Resolver for Nowhere {
    fn resolve(
        &self,
        _: &Uri,
        _: &Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut one = self.empty();
        one.push(SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0));
        Ok(one)
    }
}

/// The connection as `ureq` wants it. Times are kept by the stream below.
struct Line {
    pipe: Box<dyn Pipe>,
    secure: bool,
    buffers: LazyBuffers,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Line")
    }
}

impl Transport for Line {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        self.pipe.write_all(&self.buffers.output()[..amount])?;
        Ok(self.pipe.flush()?)
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        let amount = self.pipe.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        false
    }

    fn is_tls(&self) -> bool {
        self.secure
    }
}
