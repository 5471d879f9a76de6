//! A network of scripts: names with addresses, connections that say what they are told to.

mod addresses;
mod confusion;
mod hops;
mod origins;
mod replies;

use std::collections::HashMap;
use std::io::{self, Cursor, Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::*;

/// An ordinary address.
const PUBLIC: &str = "93.184.215.14";
const MOST: u64 = 1 << 20;
const IMAGE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nimg";

#[derive(Default)]
struct Net {
    /// Answers of the name server, one after the other; the last one stays.
    names: Mutex<HashMap<String, Vec<Vec<IpAddr>>>>,
    /// What servers say, one connection after the other; the last one stays.
    replies: Mutex<Vec<Vec<u8>>>,
    looked_up: Mutex<Vec<String>>,
    connected: Mutex<Vec<SocketAddr>>,
    /// What was said to each connection.
    sent: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Net {
    fn new() -> Arc<Self> {
        Arc::new(Net::default())
    }

    fn name(&self, name: &str, answers: &[&[&str]]) {
        let read = |answer: &&[&str]| answer.iter().map(|text| text.parse().unwrap()).collect();
        self.names.lock().unwrap().insert(name.into(), answers.iter().map(read).collect());
    }

    fn reply(&self, reply: &[u8]) {
        self.replies.lock().unwrap().push(reply.to_vec());
    }

    fn connects(&self) -> usize {
        self.connected.lock().unwrap().len()
    }

    fn request(&self, at: usize) -> String {
        String::from_utf8(self.sent.lock().unwrap()[at].clone()).unwrap()
    }
}

/// Takes the next of a list, of which the last one stays.
fn next<T: Clone>(list: &mut Vec<T>) -> Option<T> {
    match list.len() {
        0 => None,
        1 => list.first().cloned(),
        _ => Some(list.remove(0)),
    }
}

impl Resolver for Net {
    fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.looked_up.lock().unwrap().push(name.into());
        Ok(self.names.lock().unwrap().get_mut(name).and_then(next).unwrap_or_default())
    }
}

impl Connector for Net {
    fn connect(&self, address: SocketAddr, _: Duration) -> io::Result<Box<dyn Stream>> {
        self.connected.lock().unwrap().push(address);
        let Some(reply) = next(&mut self.replies.lock().unwrap()) else {
            return Err(io::ErrorKind::ConnectionRefused.into());
        };
        let mut sent = self.sent.lock().unwrap();
        sent.push(Vec::new());
        let at = sent.len() - 1;
        Ok(Box::new(Line { reply: Cursor::new(reply), sent: self.sent.clone(), at }))
    }
}

struct Line {
    reply: Cursor<Vec<u8>>,
    sent: Arc<Mutex<Vec<Vec<u8>>>>,
    at: usize,
}

impl Read for Line {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.reply.read(bytes)
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sent.lock().unwrap()[self.at].extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream for Line {
    fn set_timeout(&mut self, _: Duration) -> io::Result<()> {
        Ok(())
    }
}

/// Rules that let a script speak without TLS.
fn plain() -> Rules {
    Rules { http: true, ..Rules::default() }
}

fn fetcher(net: &Arc<Net>, rules: Rules) -> Fetcher {
    Fetcher::on(rules, net.clone(), net.clone())
}

fn fetch(net: &Arc<Net>, url: &str) -> std::result::Result<Fetched, Situation> {
    ordered(net, plain(), &Order::new(url, MOST))
}

fn ordered(
    net: &Arc<Net>,
    rules: Rules,
    order: &Order<'_>,
) -> std::result::Result<Fetched, Situation> {
    fetcher(net, rules).fetch(order, &Job::default()).map_err(|failure| failure.situation)
}
