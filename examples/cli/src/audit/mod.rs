//! `audit`: a page as it is beside the same page with our changes, in a real browser.

mod devtools;
mod figures;
mod lighthouse;
mod network;
mod pictures;
mod proxy;
mod report;
mod visit;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use safelight::guard::guard;
use safelight::{Assets, CancelToken, Engine, Job, Limits};
use serde_json::{json, Value};

use self::devtools::Browser;
use self::figures::Figures;
use self::proxy::{Ports, Site};
use self::visit::{visit, Conditions, Screen, Visit};
use crate::args::AuditArgs;
use crate::files;
use crate::report::{self as console, Failure};

pub(crate) use network::Network;

/// What Chromium says about pictures.
const ACCEPT: &str = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";
/// Milliseconds that the pictures of one page may take together.
const TIME: u64 = 30 * 60_000;

/// Measures, says what to change, and writes the reports.
pub(crate) fn run(args: &AuditArgs) -> Result<(), Failure> {
    let measured = Measuring::start(args).and_then(|mut it| it.run()).map_err(Failure::Job)?;
    if let Some(path) = &args.json {
        files::write(path, format!("{:#}\n", measured.json).as_bytes())?;
    }
    if let Some(path) = &args.html {
        files::write(path, report::html(&measured).as_bytes())?;
    }
    console::line(report::text(&measured.json))
}

/// All that is known in the end.
struct Measured {
    json: Value,
    /// The first view before and after, as JPEG.
    screenshots: [Vec<u8>; 2],
    /// Pictures before and after, by their place among the audit's images.
    pictures: Vec<pictures::Pair>,
}

struct Measuring<'a> {
    args: &'a AuditArgs,
    limits: Limits,
    site: Arc<Site>,
    ports: Ports,
    browser: Browser,
}

impl<'a> Measuring<'a> {
    fn start(args: &'a AuditArgs) -> Result<Self, String> {
        let page = url::Url::parse(&args.url).map_err(|error| format!("{}: {error}", args.url))?;
        if !matches!(page.scheme(), "http" | "https") {
            return Err(format!("{}: expected an http(s) URL", args.url));
        }
        let limits = Limits { time_ms: TIME, ..args.limits.get() };
        let site = Arc::new(Site::new(page, &limits));
        site.html()?;
        let ports = Ports::open(&site)?;
        let browser = Browser::start(args.chromium.as_deref())?;
        Ok(Measuring { args, limits, site, ports, browser })
    }

    fn run(&mut self) -> Result<Measured, String> {
        console::progress("looking at the page");
        let seen = self.visit(self.ports.before, Network::None, true)?;
        let shown = self.shown(&seen);
        let files = self.files(&seen);
        console::progress("rendering its pictures");
        let audit = self.audit(&shown, &files)?;
        self.site.change(audit.clone(), files.clone());
        // Once beforehand, so that no run waits for a picture to be rendered: a cache has them.
        let after = self.visit(self.ports.after, Network::None, true)?;
        let [mut old, mut new] = [Figures::default(), Figures::default()];
        for run in 1..=self.args.runs {
            console::progress(&format!("run {run} of {}", self.args.runs));
            old.add(self.visit(self.ports.before, self.args.network, false)?);
            new.add(self.visit(self.ports.after, self.args.network, false)?);
        }
        let (before, chromium) = (self.address(self.ports.before), self.args.chromium.as_deref());
        let lighthouse = match self.args.no_lighthouse {
            true => None,
            false => lighthouse::run(&before, &self.address(self.ports.after), chromium),
        };
        let pictures = pictures::pairs(&audit, &files, &self.limits);
        let json = self.summary(&audit, &old, &new, lighthouse);
        Ok(Measured { json, screenshots: [seen.screenshot, after.screenshot], pictures })
    }

    fn summary(
        &mut self,
        audit: &Value,
        old: &Figures,
        new: &Figures,
        lighthouse: Option<Value>,
    ) -> Value {
        let screen = self.screen();
        json!({
            "url": self.site.page.as_str(),
            "browser": self.browser.version(),
            "network": self.args.network.to_json(),
            "viewport": { "width": screen.width, "height": screen.height, "dpr": screen.dpr },
            "before": old.to_json(),
            "after": new.to_json(),
            "saved": {
                "predicted": audit["summary"]["saved"],
                "measured": old.bytes().saturating_sub(new.bytes()),
            },
            "lighthouse": lighthouse.unwrap_or_else(|| json!("not installed")),
            "audit": audit,
        })
    }

    fn screen(&self) -> Screen {
        match self.args.mobile {
            true => Screen { width: 412, height: 823, dpr: 1.75, mobile: true },
            false => Screen { width: 1350, height: 940, dpr: 1.0, mobile: false },
        }
    }

    fn address(&self, port: SocketAddr) -> String {
        format!("http://{port}{}", self.site.path())
    }

    fn visit(
        &mut self,
        port: SocketAddr,
        network: Network,
        collect: bool,
    ) -> Result<Visit, String> {
        let conditions = Conditions { screen: self.screen(), network, collect };
        let address = self.address(port);
        visit(&mut self.browser, &address, &conditions)
    }

    /// An address as the world knows it: ours is only that of the proxy.
    fn public(&self, address: &str) -> String {
        let local = format!("http://{}/", self.ports.before);
        match address.strip_prefix(&local) {
            Some(path) => self.site.page.join(&format!("/{path}")).map(String::from),
            None => return address.to_owned(),
        }
        .unwrap_or_else(|_| address.to_owned())
    }

    fn shown(&self, seen: &Visit) -> Value {
        let mut shown = seen.shown.clone();
        for entry in shown.as_array_mut().into_iter().flatten() {
            let url = self.public(entry["url"].as_str().unwrap_or_default());
            entry["url"] = url.into();
        }
        shown
    }

    fn files(&self, seen: &Visit) -> BTreeMap<String, Vec<u8>> {
        seen.files.iter().map(|(url, bytes)| (self.public(url), bytes.clone())).collect()
    }

    fn audit(&self, shown: &Value, files: &BTreeMap<String, Vec<u8>>) -> Result<Value, String> {
        let screen = self.screen();
        let mut request = json!({
            "url": self.site.page.as_str(),
            "viewport": { "width": screen.width, "height": screen.height, "dpr": screen.dpr },
            "accept": ACCEPT,
        });
        // An empty list is no list: then the text alone says what is shown.
        if shown.as_array().is_some_and(|shown| !shown.is_empty()) {
            request["shown"] = shown.clone();
        }
        if let Some(options) = &self.args.options {
            request["options"] = options.as_str().into();
        }
        let mut assets = Assets::new();
        for (url, bytes) in files {
            assets.insert(url, bytes.as_slice());
        }
        let html = self.site.html()?;
        let engine = Engine::new(self.limits.clone());
        let job = Job::new(&self.limits, CancelToken::new());
        guard(|| engine.audit(&html, &request.to_string(), &assets, &job))
            .map_err(|error| error.to_string())
    }
}
