//! `sign` and `verify`: links that nobody else can make.

use safelight::guard::guard;
use safelight::sign;

use crate::args::{KeyArgs, SignArgs, VerifyArgs};
use crate::files;
use crate::report::{self, Failure};

/// Below this, `--expires` is a number of seconds from now; above, a time.
const FIRST_UNIX_TIME: u64 = 1_000_000_000;

/// Prints the signed path.
pub(crate) fn sign(args: &SignArgs) -> Result<(), Failure> {
    let keys = keys(&args.keys)?;
    let [key] = keys.as_slice() else {
        return Err(Failure::Usage("expected one key to sign with".into()));
    };
    let expires = args.expires.map(|time| match time {
        0..FIRST_UNIX_TIME => sign::now().saturating_add(time),
        time => time,
    });
    let signed = guard(|| sign::sign(&args.path, key, expires))
        .map_err(|error| Failure::Usage(error.to_string()))?;
    report::line(signed)
}

/// Succeeds when the signature is right and has not expired.
pub(crate) fn verify(args: &VerifyArgs) -> Result<(), Failure> {
    let keys = keys(&args.keys)?;
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let now = args.now.unwrap_or_else(sign::now);
    guard(|| sign::verify(&args.path, &keys, now))
        .map_err(|error| Failure::Job(error.to_string()))?;
    report::line("valid")
}

/// Keys from the arguments, from files (one a line), or else from the environment.
fn keys(args: &KeyArgs) -> Result<Vec<String>, Failure> {
    let mut keys = args.key.clone();
    for file in &args.key_file {
        let text = std::fs::read_to_string(file)
            .map_err(|error| Failure::of(file, files::plain(&error)))?;
        keys.extend(text.lines().filter(|line| !line.is_empty()).map(str::to_owned));
    }
    if keys.is_empty() {
        keys.extend(std::env::var("SAFELIGHT_KEY").ok());
    }
    if keys.iter().any(String::is_empty) || keys.is_empty() {
        let text = "no key: give --key-file, --key or the environment variable SAFELIGHT_KEY";
        return Err(Failure::Usage(text.into()));
    }
    Ok(keys)
}
