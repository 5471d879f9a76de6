//! A service behind the smallest HTTP server that will do: `node CONFIG`, where CONFIG is a file
//! with a service's configuration as JSON.
//!
//! It listens on a port of 127.0.0.1 and prints it. It is what `tests/services/cluster/run.py` starts,
//! kills and starts again; a real host has a real server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use safelight::{Config, Error, Job, Kind, Request, Response, Result, Service};

/// Longest head and longest body of a request, in bytes.
const MOST: (usize, usize) = (64 << 10, 64 << 20);

fn main() -> Result<()> {
    let path = std::env::args().nth(1).unwrap_or_default();
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Error::invalid("config", "a readable file", error))?;
    let service = Service::open(&Config::from_json(&text)?)?;
    let told = |error: std::io::Error| Error::new(Kind::Internal, error.to_string());
    let listener = TcpListener::bind("127.0.0.1:0").map_err(told)?;
    println!("listening on {}", listener.local_addr().map_err(told)?.port());
    for stream in listener.incoming() {
        let (stream, service) = (stream.map_err(told)?, service.clone());
        std::thread::spawn(move || {
            // A client that goes away in the middle is no news.
            let _ = serve(&service, &stream);
        });
    }
    Ok(())
}

/// Answers the requests of one connection.
fn serve(service: &Service, stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some(head) = read_head(&mut reader)? {
        let mut lines = head.lines();
        let mut words = lines.next().unwrap_or_default().split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or("/"));
        let headers: Vec<(&str, &str)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name, value.trim()))
            .collect();
        let request = Request { method, target, headers: &headers, body: &[] };
        let length = request.header("content-length").and_then(|text| text.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        if body.len() > MOST.1 {
            return Ok(());
        }
        reader.read_exact(&mut body)?;
        let request = Request { body: &body, ..request };
        send(stream, &service.handle(&request, &Job::default()))?;
    }
    Ok(())
}

/// Everything up to the empty line; `None` where the connection ends.
fn read_head(reader: &mut impl BufRead) -> std::io::Result<Option<String>> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 || head.len() > MOST.0 {
            return Ok(None);
        }
    }
    Ok(Some(head))
}

fn send(mut stream: &TcpStream, response: &Response) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {} \r\n", response.status);
    let counted = |name: &str| name.eq_ignore_ascii_case("content-length");
    for (name, value) in response.headers.iter().filter(|(name, _)| !counted(name)) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if ![204, 304].contains(&response.status) {
        head.push_str(&format!("Content-Length: {}\r\n", response.body.len()));
    }
    head.push_str("\r\n");
    stream.write_all(&[head.as_bytes(), &response.body].concat())
}
