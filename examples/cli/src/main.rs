//! `safelight`: the library on the command line.
//!
//! Reads files, writes files, prints JSON. Exit code 0 is success, 1 a failed job, 2 wrong usage.

mod args;
mod audit;
mod files;
mod import;
mod inspect;
mod polish;
mod progress;
mod render;
mod report;
mod serve;
mod sign;
mod url;
mod version;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Cli, Command};
use report::Failure;

fn main() -> ExitCode {
    let cli = Cli::parse();
    if cli.version {
        return report::finish(version::print());
    }
    let Some(command) = cli.command else {
        Cli::command().print_help().ok();
        return ExitCode::from(report::USAGE);
    };
    report::finish(run(command))
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Render(args) => render::run(&args),
        Command::Probe(args) => inspect::probe(&args),
        Command::Explain(args) => inspect::explain(&args),
        Command::Polish(args) => polish::run(&args),
        Command::Url(args) => url::run(&args),
        Command::Sign(args) => sign::sign(&args),
        Command::Verify(args) => sign::verify(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Audit(args) => audit::run(&args),
        Command::Import(args) => import::run(&args),
    }
}
