//! What a fetch asks of the network, behind traits, so that tests need none.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{sync_channel, RecvTimeoutError};
use std::time::Duration;

use super::watch::Watch;

/// Finds the addresses of names.
pub trait Resolver: Send + Sync {
    /// The addresses of `name`, best first; none when there is no such name.
    fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// Makes connections.
pub trait Connector: Send + Sync {
    /// Connects to exactly `address`, within `timeout`.
    fn connect(&self, address: SocketAddr, timeout: Duration) -> io::Result<Box<dyn Stream>>;
}

/// A connection.
pub trait Stream: Read + Write + Send + Sync {
    /// How long one read or write may block before it fails with `WouldBlock` or `TimedOut`.
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()>;
}

/// The network of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealNetwork;

impl Resolver for RealNetwork {
    fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok((name, 0).to_socket_addrs()?.map(|found| found.ip()).collect())
    }
}

impl Connector for RealNetwork {
    fn connect(&self, address: SocketAddr, timeout: Duration) -> io::Result<Box<dyn Stream>> {
        let stream = TcpStream::connect_timeout(&address, timeout)?;
        stream.set_nodelay(true)?;
        Ok(Box::new(stream))
    }
}

impl Stream for TcpStream {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(timeout))?;
        self.set_write_timeout(Some(timeout))
    }
}

/// Threads that look up names or connect, those included that nobody waits for any more.
static APART: AtomicUsize = AtomicUsize::new(0);
const MOST_APART: usize = 512;

/// Runs `work`, which cannot be interrupted, on a thread of its own, and stops waiting when
/// `watch` says so. The thread ends with the work.
pub(super) fn apart<T: Send + 'static>(
    watch: &Watch,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let place = Place::take()?;
    let (tell, told) = sync_channel(1);
    std::thread::Builder::new().name("safelight-fetch".into()).spawn(move || {
        let _place = place;
        // Nobody may be waiting.
        let _ = tell.send(work());
    })?;
    loop {
        match told.recv_timeout(watch.turn()?) {
            Ok(done) => return done,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(io::Error::other("it panicked")),
        }
    }
}

struct Place;

impl Place {
    fn take() -> io::Result<Self> {
        let place = Place;
        match APART.fetch_add(1, Ordering::Relaxed) < MOST_APART {
            true => Ok(place),
            false => Err(io::Error::other("too many names are being looked up")),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        APART.fetch_sub(1, Ordering::Relaxed);
    }
}
