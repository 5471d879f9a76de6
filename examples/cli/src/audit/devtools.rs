//! Chromium, driven over the DevTools protocol: JSON with a NUL behind each message, through two
//! pipes of its own. No port is opened.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use serde_json::{json, Value};

/// What a command may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Names that the browser has, in the order in which they are tried.
const NAMES: [&str; 5] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
/// Nothing that a page did not ask for.
const FLAGS: [&str; 13] = [
    "--headless",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--hide-scrollbars",
    "--mute-audio",
    "--disable-features=Translate,MediaRouter",
];

/// A running browser with a profile of its own, which ends and is removed with this value.
pub(super) struct Browser {
    child: Child,
    commands: ChildStdin,
    messages: Receiver<Value>,
    /// Events that nobody has looked at yet.
    events: VecDeque<Value>,
    last: u64,
    profile: PathBuf,
}

impl Browser {
    /// Starts the browser at `path`, or the one of this machine.
    pub(super) fn start(path: Option<&Path>) -> Result<Self, String> {
        let program = match path {
            Some(path) => path.to_owned(),
            None => find().ok_or("no Chromium found: name it with --chromium")?,
        };
        let profile = std::env::temp_dir().join(format!("safelight-audit-{}", std::process::id()));
        std::fs::create_dir_all(&profile)
            .map_err(|error| format!("{}: {error}", profile.display()))?;
        let mut child = command(&program, &profile)
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let (Some(commands), Some(out)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("the browser has no pipes".into());
        };
        let messages = listen(out);
        let events = VecDeque::new();
        let mut browser = Browser { child, commands, messages, events, last: 0, profile };
        browser
            .call(None, "Browser.getVersion", json!({}))
            .map_err(|error| format!("{} does not answer: {error}", program.display()))?;
        Ok(browser)
    }

    /// What it calls itself.
    pub(super) fn version(&mut self) -> String {
        let answer = self.call(None, "Browser.getVersion", json!({})).unwrap_or_default();
        answer["product"].as_str().unwrap_or("unknown").to_owned()
    }

    /// Sends a command and waits for its result; events that come meanwhile are kept.
    pub(super) fn call(
        &mut self,
        session: Option<&str>,
        method: &str,
        parameters: Value,
    ) -> Result<Value, String> {
        self.last += 1;
        let id = self.last;
        let mut message = json!({ "id": id, "method": method, "params": parameters });
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        let mut text = message.to_string().into_bytes();
        text.push(0);
        let sent = self.commands.write_all(&text).and_then(|()| self.commands.flush());
        sent.map_err(|error| format!("{method}: {error}"))?;
        let until = Instant::now() + PATIENCE;
        while let Some(message) = self.message(until)? {
            if message["id"] == id {
                return match message["error"]["message"].as_str() {
                    Some(error) => Err(format!("{method}: {error}")),
                    None => Ok(message["result"].clone()),
                };
            }
            if message["method"].is_string() {
                self.events.push_back(message);
            }
        }
        Err(format!("{method}: no answer in time"))
    }

    /// The next event of a session, or `None` when none comes in `patience`.
    pub(super) fn event(
        &mut self,
        session: &str,
        patience: Duration,
    ) -> Result<Option<Value>, String> {
        let until = Instant::now() + patience;
        loop {
            let message = match self.events.pop_front() {
                Some(message) => message,
                None => match self.message(until)? {
                    Some(message) => message,
                    None => return Ok(None),
                },
            };
            if message["sessionId"] == session {
                return Ok(Some(message));
            }
        }
    }

    fn message(&mut self, until: Instant) -> Result<Option<Value>, String> {
        match self.messages.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(message) => Ok(Some(message)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err("the browser has ended".into()),
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It ends by itself once asked; what is left of it is ended.
        let _ = self.call(None, "Browser.close", json!({}));
        let until = Instant::now() + Duration::from_secs(5);
        while Instant::now() < until && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

/// The browser reads commands from descriptor 3 and writes to 4: the shell turns our two pipes
/// into these.
fn command(program: &Path, profile: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "exec \"$@\" 3<&0 4>&1 0</dev/null 1>/dev/null", "sh"]);
    command.arg(program).args(FLAGS);
    if is_root() {
        // As root Chromium has no sandbox, and refuses to start unless that is said.
        command.arg("--no-sandbox");
    }
    let mut folder = OsString::from("--user-data-dir=");
    folder.push(profile);
    command.arg(folder).arg("about:blank");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

fn listen(out: ChildStdout) -> Receiver<Value> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut out = BufReader::new(out);
        let mut text = Vec::new();
        while out.read_until(0, &mut text).is_ok_and(|read| read > 0) {
            let message = serde_json::from_slice(text.strip_suffix(&[0]).unwrap_or(&text));
            if message.is_ok_and(|message| sender.send(message).is_err()) {
                return;
            }
            text.clear();
        }
    });
    receiver
}

/// The first of `names` on the path.
pub(super) fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut places =
        names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places.find(|place| place.is_file())
}

fn find() -> Option<PathBuf> {
    on_path(&NAMES)
}

#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}
