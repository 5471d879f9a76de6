//! `safelight-server [ROOT] [ADDRESS]`: the example server without the rest of the command line.

use std::process::ExitCode;

use safelight_server::{serve, Config};

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let root = args.next().unwrap_or_else(|| ".".to_owned());
    let listen = args.next().unwrap_or_else(|| "127.0.0.1:8787".to_owned());
    let Ok(listen) = listen.parse() else {
        eprintln!("usage: safelight-server [ROOT] [ADDRESS:PORT]");
        return ExitCode::from(2);
    };
    match serve(Config::new(root, listen)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("safelight-server: {message}");
            ExitCode::FAILURE
        }
    }
}
