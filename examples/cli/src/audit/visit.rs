//! One load of a page in a browser that has never seen it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use base64::engine::{general_purpose::STANDARD, Engine as _};
use serde_json::{json, Value};

use super::devtools::Browser;
use super::network::Network;

const OBSERVE: &str = include_str!("observe.js");
const SCROLL: &str = include_str!("scroll.js");
const COLLECT: &str = include_str!("collect.js");

/// What a page may take to load.
const LOAD: Duration = Duration::from_secs(90);
/// How long nothing is loaded before a page counts as loaded.
const QUIET: Duration = Duration::from_millis(700);

/// Width and height in CSS pixels, and device pixels in one of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Screen {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) dpr: f64,
    pub(super) mobile: bool,
}

/// How a page is loaded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Conditions {
    pub(super) screen: Screen,
    pub(super) network: Network,
    /// Whether files and sizes are wanted, and a picture of the page.
    pub(super) collect: bool,
}

/// What a load was like.
#[derive(Debug, Default, Clone)]
pub(super) struct Visit {
    /// Largest contentful paint in milliseconds.
    pub(super) lcp: f64,
    /// Cumulative layout shift, also while the page is scrolled through.
    pub(super) cls: f64,
    /// Bytes of pictures as they came over the line: until the page was loaded, and when all of it
    /// was seen.
    pub(super) first_bytes: u64,
    pub(super) bytes: u64,
    /// Requests for pictures.
    pub(super) images: usize,
    /// What was shown; see `audit` in the library.
    pub(super) shown: Value,
    /// Pictures and style sheets by URL.
    pub(super) files: BTreeMap<String, Vec<u8>>,
    /// The first view, as JPEG.
    pub(super) screenshot: Vec<u8>,
}

/// One request of the page.
#[derive(Debug, Default)]
struct Load {
    /// The URL that was asked for first, and the one that answered.
    urls: Vec<String>,
    kind: String,
    bytes: u64,
    done: bool,
}

/// Loads `url` once.
pub(super) fn visit(
    browser: &mut Browser,
    url: &str,
    conditions: &Conditions,
) -> Result<Visit, String> {
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let context = browser.call(None, "Target.createBrowserContext", json!({}))?;
    let context = text(&context, "browserContextId");
    let target = json!({ "url": "about:blank", "browserContextId": context });
    let target = browser.call(None, "Target.createTarget", target)?;
    let attach = json!({ "targetId": target["targetId"], "flatten": true });
    let session = text(&browser.call(None, "Target.attachToTarget", attach)?, "sessionId");
    let mut tab = Tab { browser, session, loads: BTreeMap::new(), loaded: false };
    let outcome = tab.run(url, conditions);
    let gone = json!({ "browserContextId": context });
    let _ = tab.browser.call(None, "Target.disposeBrowserContext", gone);
    outcome
}

struct Tab<'a> {
    browser: &'a mut Browser,
    session: String,
    loads: BTreeMap<String, Load>,
    loaded: bool,
}

impl Tab<'_> {
    fn call(&mut self, method: &str, parameters: Value) -> Result<Value, String> {
        self.browser.call(Some(&self.session), method, parameters)
    }

    fn run(&mut self, url: &str, conditions: &Conditions) -> Result<Visit, String> {
        self.prepare(conditions)?;
        let answer = self.call("Page.navigate", json!({ "url": url }))?;
        if let Some(error) = answer["errorText"].as_str() {
            return Err(format!("{url}: {error}"));
        }
        self.settle()?;
        let mut visit = Visit { first_bytes: self.image_bytes(), ..Visit::default() };
        visit.lcp = self.evaluate("window.__safelight.lcp")?.as_f64().unwrap_or(0.0);
        if conditions.collect {
            visit.screenshot = self.screenshot()?;
        }
        self.evaluate(SCROLL)?;
        self.settle()?;
        visit.cls = self.evaluate("window.__safelight.cls")?.as_f64().unwrap_or(0.0);
        visit.bytes = self.image_bytes();
        visit.images = self.images().count();
        if conditions.collect {
            let collected = self.evaluate(COLLECT)?;
            let collected: Value = serde_json::from_str(collected.as_str().unwrap_or("{}"))
                .map_err(|error| error.to_string())?;
            visit.shown = collected["shown"].clone();
            visit.files = self.files()?;
        }
        Ok(visit)
    }

    fn prepare(&mut self, conditions: &Conditions) -> Result<(), String> {
        let Screen { width, height, dpr, mobile } = conditions.screen;
        let keep = 200_000_000;
        let buffers = json!({ "maxTotalBufferSize": keep, "maxResourceBufferSize": keep });
        self.call("Page.enable", json!({}))?;
        self.call("Network.enable", buffers)?;
        self.call("Network.emulateNetworkConditions", conditions.network.to_devtools())?;
        self.call(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": height, "deviceScaleFactor": dpr, "mobile": mobile }),
        )?;
        self.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": OBSERVE }))?;
        Ok(())
    }

    fn evaluate(&mut self, expression: &str) -> Result<Value, String> {
        let asked =
            json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.call("Runtime.evaluate", asked)?;
        match answer["exceptionDetails"]["text"].as_str() {
            Some(error) => Err(format!("a script failed in the page: {error}")),
            None => Ok(answer["result"]["value"].clone()),
        }
    }

    /// Waits until the page is loaded and nothing more comes.
    fn settle(&mut self) -> Result<(), String> {
        let until = Instant::now() + LOAD;
        let mut quiet = Instant::now();
        while Instant::now() < until {
            match self.browser.event(&self.session, Duration::from_millis(50))? {
                Some(event) if self.note(&event) => quiet = Instant::now(),
                Some(_) => {}
                None if !self.loaded || self.loads.values().any(|load| !load.done) => {
                    quiet = Instant::now();
                }
                None if quiet.elapsed() >= QUIET => return Ok(()),
                None => {}
            }
        }
        match self.loaded {
            // Some pages never stop to load; what there is by now is what is measured.
            true => Ok(()),
            false => Err("the page is not loaded after 90 seconds".into()),
        }
    }

    /// Takes an event in; true when it is about the network.
    fn note(&mut self, event: &Value) -> bool {
        let parameters = &event["params"];
        let id = parameters["requestId"].as_str().unwrap_or_default().to_owned();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match event["method"].as_str().unwrap_or_default() {
            "Page.loadEventFired" => self.loaded = true,
            "Network.requestWillBeSent" => {
                let load = self.loads.entry(id).or_default();
                load.urls.push(plain(&text(&parameters["request"]["url"])));
                load.kind = text(&parameters["type"]);
                load.done = load.urls.iter().any(|url| !url.starts_with("http"));
            }
            "Network.responseReceived" => {
                if let Some(load) = self.loads.get_mut(&id) {
                    load.kind = text(&parameters["type"]);
                }
            }
            "Network.loadingFinished" => {
                if let Some(load) = self.loads.get_mut(&id) {
                    load.bytes = parameters["encodedDataLength"].as_f64().unwrap_or(0.0) as u64;
                    load.done = true;
                }
            }
            "Network.loadingFailed" => {
                if let Some(load) = self.loads.get_mut(&id) {
                    load.done = true;
                }
            }
            _ => return false,
        }
        true
    }

    fn images(&self) -> impl Iterator<Item = &Load> {
        let from_web = |load: &&Load| load.urls.iter().any(|url| url.starts_with("http"));
        self.loads.values().filter(|load| load.kind == "Image").filter(from_web)
    }

    fn image_bytes(&self) -> u64 {
        self.images().map(|load| load.bytes).sum()
    }

    /// The bodies of pictures and style sheets, under every URL that led to them.
    fn files(&mut self) -> Result<BTreeMap<String, Vec<u8>>, String> {
        let wanted: Vec<(String, Vec<String>)> = (self.loads.iter())
            .filter(|(_, load)| load.bytes > 0)
            .filter(|(_, load)| matches!(load.kind.as_str(), "Image" | "Stylesheet" | "Other"))
            .map(|(id, load)| (id.clone(), load.urls.clone()))
            .collect();
        let mut files = BTreeMap::new();
        for (id, urls) in wanted {
            // What the browser has thrown away is reported as not given.
            let Ok(body) = self.call("Network.getResponseBody", json!({ "requestId": id })) else {
                continue;
            };
            let text = body["body"].as_str().unwrap_or_default();
            let bytes = match body["base64Encoded"] == true {
                true => STANDARD.decode(text).map_err(|error| error.to_string())?,
                false => text.as_bytes().to_vec(),
            };
            for url in urls {
                files.insert(url, bytes.clone());
            }
        }
        Ok(files)
    }

    fn screenshot(&mut self) -> Result<Vec<u8>, String> {
        let asked = json!({ "format": "jpeg", "quality": 70 });
        let answer = self.call("Page.captureScreenshot", asked)?;
        let data = answer["data"].as_str().unwrap_or_default();
        STANDARD.decode(data).map_err(|error| error.to_string())
    }
}

/// A URL without what stays in the browser.
fn plain(url: &str) -> String {
    url.split('#').next().unwrap_or_default().to_owned()
}
