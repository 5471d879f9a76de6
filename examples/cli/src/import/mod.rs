//! `import`: makes the source and the job, and shows how far it is until it is done.

mod place;
mod target;

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use safelight::Service;
use serde_json::{json, Value};

use crate::args::ImportArgs;
use crate::report::{self, Failure};
use crate::serve;
use place::Place;
use target::{told, Target};

/// How often the progress is asked for.
const EVERY: Duration = Duration::from_millis(250);

/// Imports until everything is dealt with; the result is one line of JSON.
pub(crate) fn run(args: &ImportArgs) -> Result<(), Failure> {
    let place = Place::read(args)?;
    let target = open(args, &place)?;
    let outcome = import(args, &place, &target);
    if let Target::Here(service) = &target {
        service.close();
    }
    let last = outcome?;
    report::line(&last)?;
    match last["status"] == "completed" {
        true => Ok(()),
        false => {
            let reason = last["reason"].as_str().unwrap_or("somebody stopped it");
            Err(Failure::Job(format!("the import is {}: {reason}", last["status"])))
        }
    }
}

fn open(args: &ImportArgs, place: &Place) -> Result<Target, Failure> {
    if let Some(url) = &args.to {
        let token = args.to_token.clone().or_else(|| std::env::var("SAFELIGHT_TOKEN").ok());
        let missing = || Failure::Usage("--to needs --to-token or SAFELIGHT_TOKEN".to_owned());
        return Target::there(url, token.ok_or_else(missing)?);
    }
    let usual = safelight::Config::default();
    let mut config = match &args.service.config {
        Some(file) => serve::read(file, usual)?,
        None => usual,
    };
    args.service.apply(&mut config);
    if config.folder.is_none() && (config.catalog.is_none() || config.originals.is_none()) {
        let message = "where to: --state, or --postgres and --bucket, or --to";
        return Err(Failure::Usage(message.to_owned()));
    }
    place.allow(&mut config);
    if config.imports.secrets_key.is_none() {
        config.imports.secrets_key = serve::secrets_key(&config, !place.credentials.is_empty())?;
    }
    config.imports.workers = config.imports.workers.max(args.concurrency);
    let service = Service::open(&config).map_err(|error| told(&error))?;
    if let Some(quota) = args.service.quota {
        safelight_server::set_quota(&service, quota).map_err(|error| told(&error))?;
    }
    Ok(Target::Here(Box::new(service)))
}

fn import(args: &ImportArgs, place: &Place, target: &Target) -> Result<Value, Failure> {
    let source = source(place, target)?;
    let id = job(args, place, target, &source)?;
    let last = follow(target, &id)?;
    if let Some(file) = &args.log {
        write_log(target, &id, file)?;
    }
    Ok(last)
}

/// The source's id; one of the name is taken, with the credentials of now.
fn source(place: &Place, target: &Target) -> Result<String, Failure> {
    let known = target.call("sources.list", "", json!({}))?;
    let sources = known["sources"].as_array().map(Vec::as_slice).unwrap_or_default();
    let found = sources.iter().find(|source| Some(&source["name"]) == place.fields.get("name"));
    let Some(id) = found.and_then(|source| source["id"].as_str()) else {
        let made = target.call("sources.create", "", place.body())?;
        return Ok(made["id"].as_str().unwrap_or_default().to_owned());
    };
    let mut changed = place.body();
    if let Some(changed) = changed.as_object_mut() {
        changed.remove("kind");
    }
    // While a job of it runs it stays as it is.
    let _ = target.call("sources.edit", id, changed);
    Ok(id.to_owned())
}

/// The job's id: one that was interrupted and shall do the same, or a new one.
fn job(args: &ImportArgs, place: &Place, target: &Target, source: &str) -> Result<String, Failure> {
    let mut order = json!({
        "source": source,
        "path": place.path,
        "prefix": args.prefix,
        "overwrite": args.overwrite,
        "dry_run": args.dry_run,
        "variants": !args.no_variants,
        "concurrency": args.concurrency,
        "max_objects_per_second": args.objects_per_second,
        "max_bytes_per_second": args.bytes_per_second,
    });
    for (name, patterns) in [("include", &args.include), ("exclude", &args.exclude)] {
        if !patterns.is_empty() {
            order[name] = json!(patterns);
        }
    }
    let known = target.call("imports.list", "", json!({}))?;
    let jobs = known["imports"].as_array().map(Vec::as_slice).unwrap_or_default();
    let same = |job: &&Value| {
        let open = job["status"] == "running" || job["status"] == "paused";
        let members = order.as_object().into_iter().flatten();
        open && members.into_iter().all(|(name, value)| job[name] == *value)
    };
    let made = match jobs.iter().find(same) {
        Some(job) if job["status"] == "paused" => {
            target.call("imports.resume", job["id"].as_str().unwrap_or_default(), json!({}))?
        }
        Some(job) => job.clone(),
        None => target.call("imports.create", "", order)?,
    };
    Ok(made["id"].as_str().unwrap_or_default().to_owned())
}

/// Shows how far a job is until it no longer runs; gives the last progress.
fn follow(target: &Target, id: &str) -> Result<Value, Failure> {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len}  {wide_msg}") {
        bar.set_style(style);
    }
    loop {
        let progress = target.call("imports.progress", id, json!({}))?;
        show(&bar, &progress);
        if progress["status"] != "running" {
            bar.finish_and_clear();
            return Ok(progress);
        }
        std::thread::sleep(EVERY);
    }
}

fn show(bar: &ProgressBar, progress: &Value) {
    let count = |name: &str| progress[name].as_u64().unwrap_or(0);
    bar.set_length(count("found"));
    bar.set_position(count("imported") + count("skipped") + count("failed"));
    let left = match (progress["listed"] == true, progress["seconds_left"].as_u64()) {
        (true, Some(seconds)) => format!("{seconds} s left"),
        (true, None) => String::new(),
        (false, _) => "listing".to_owned(),
    };
    bar.set_message(format!(
        "{} imported, {} skipped, {} failed, {:.0}/s {left}",
        count("imported"),
        count("skipped"),
        count("failed"),
        progress["objects_per_second"].as_f64().unwrap_or(0.0),
    ));
}

fn write_log(target: &Target, id: &str, file: &Path) -> Result<(), Failure> {
    let csv = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    let format = if csv { "csv" } else { "json" };
    let failed = |error: std::io::Error| Failure::of(file, error);
    let mut out = File::create(file).map_err(failed)?;
    let mut after = String::new();
    loop {
        let part = target.log(id, &after, format)?;
        out.write_all(&part).map_err(failed)?;
        match target.next(id, &after)? {
            Some(next) => after = next,
            None => return Ok(()),
        }
    }
}
