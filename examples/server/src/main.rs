//! `safelight-server [ROOT] [ADDRESS]`: the example server without the rest of the command line; its
//! state lies in `.safelight` below ROOT.
//! `safelight-server --make-samples DIR` only fills a folder with the sample pictures.

use std::path::Path;
use std::process::ExitCode;

use safelight_server::{serve, Config};

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let root = args.next().unwrap_or_else(|| ".".to_owned());
    if root == "--make-samples" {
        return make_samples(args.next().as_deref());
    }
    let listen = args.next().unwrap_or_else(|| "127.0.0.1:8787".to_owned());
    let Ok(listen) = listen.parse() else {
        eprintln!("usage: safelight-server [ROOT] [ADDRESS:PORT]");
        return ExitCode::from(2);
    };
    let state = Path::new(&root).join(".safelight");
    match serve(&Config::new(&root, state, listen)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("safelight-server: {message}");
            ExitCode::FAILURE
        }
    }
}

fn make_samples(folder: Option<&str>) -> ExitCode {
    let Some(folder) = folder else {
        eprintln!("usage: safelight-server --make-samples DIR");
        return ExitCode::from(2);
    };
    match safelight_server::make_samples(Path::new(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("safelight-server: {error}");
            ExitCode::FAILURE
        }
    }
}
