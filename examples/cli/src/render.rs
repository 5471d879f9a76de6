//! `render`: one picture, or many into a folder on all cores.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{mpsc, Mutex};
use std::time::Duration;

use safelight::delivery::Hints;
use safelight::guard::guard;
use safelight::image::Format;
use safelight::{CancelToken, Engine, Input, Job, Rendered};
use serde_json::{Map, Value};

use crate::args::RenderArgs;
use crate::report::{self, Failure};
use crate::{files, progress};

/// Where results go.
#[derive(Debug)]
enum Target {
    Standard,
    File(PathBuf),
    Folder(PathBuf),
}

/// What every picture of one run shares.
struct Run<'a> {
    options: &'a str,
    hints: Hints,
    engine: Engine,
    timeout: Option<Duration>,
    target: Target,
    /// Names already written in this run, so that two sources never share one result.
    taken: Mutex<HashSet<PathBuf>>,
}

/// Renders every input; a picture that fails is reported and the rest goes on.
pub(crate) fn run(args: &RenderArgs) -> Result<(), Failure> {
    report::check_options(&args.options)?;
    let (inputs, target) = split(args)?;
    let run = Run {
        options: &args.options,
        hints: args.client.hints(),
        engine: Engine::new(args.limits.get()),
        timeout: args.timeout.map(Duration::from_millis),
        target,
        taken: Mutex::default(),
    };
    let print = if args.json { print_json } else { print_warnings };
    if let [input] = inputs {
        return run.one(input).and_then(|made| print(&run, input, &made));
    }
    run_all(&run, inputs, workers(args.jobs, inputs.len()), print)
}

type Print = fn(&Run, &Path, &Made) -> Result<(), Failure>;

/// A finished picture without its bytes.
struct Made {
    info: Value,
    warnings: Vec<String>,
    path: PathBuf,
}

/// Sorts the paths into inputs and target.
fn split(args: &RenderArgs) -> Result<(&[PathBuf], Target), Failure> {
    let (inputs, out) = match (&args.output, args.paths.split_last()) {
        (Some(out), _) => (&args.paths[..], out),
        (None, Some((out, inputs))) if !inputs.is_empty() => (inputs, out),
        _ => return Err(Failure::Usage("expected a picture and where to write it".into())),
    };
    let many = inputs.len() > 1;
    let target = target(out, many && args.output.is_some());
    match &target {
        Target::Folder(folder) => std::fs::create_dir_all(folder)
            .map_err(|error| Failure::of(folder, files::plain(&error)))?,
        _ if many => {
            let text = "expected a folder to write several pictures to, got";
            return Err(Failure::Usage(format!("{text} {}", out.display())));
        }
        _ => {}
    }
    Ok((inputs, target))
}

/// What `out` names; a name that is not there yet is a folder when `new_folder` says so.
fn target(out: &Path, new_folder: bool) -> Target {
    let slash = out.as_os_str().as_encoded_bytes().ends_with(b"/");
    if files::is_standard(out) {
        Target::Standard
    } else if slash || out.is_dir() || new_folder && !out.exists() {
        Target::Folder(out.to_owned())
    } else {
        Target::File(out.to_owned())
    }
}

fn workers(asked: Option<usize>, inputs: usize) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, Into::into);
    asked.unwrap_or_else(cores).clamp(1, inputs)
}

fn run_all(run: &Run, inputs: &[PathBuf], workers: usize, print: Print) -> Result<(), Failure> {
    let bar = progress::bar(inputs.len());
    let next = AtomicUsize::new(0);
    let (send, receive) = mpsc::channel();
    let mut outcome = Ok(());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            let (send, next) = (send.clone(), &next);
            scope.spawn(move || {
                while let Some(input) = inputs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if send.send((input, run.one(input))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(send);
        for (input, made) in &receive {
            bar.set_message(input.display().to_string());
            let told = bar.suspend(|| made.and_then(|made| print(run, input, &made)));
            if let Err(failure) = told {
                outcome = Err(bar.suspend(|| failure.report()));
                if matches!(outcome, Err(Failure::ClosedPipe)) {
                    // Nobody reads on: let the workers run out.
                    next.store(inputs.len(), Ordering::Relaxed);
                }
            }
            bar.inc(1);
        }
    });
    bar.finish_and_clear();
    outcome
}

impl Run<'_> {
    fn one(&self, input: &Path) -> Result<Made, Failure> {
        let data = files::read(input, self.engine.limits())?;
        let mut job = Job::new(self.engine.limits(), CancelToken::new());
        if let Some(timeout) = self.timeout {
            job = job.within(timeout);
        }
        let asked = Input::new(&data).with_hints(&self.hints);
        let rendered = guard(|| self.engine.render_text(&asked, self.options, &job))
            .map_err(|error| Failure::of(input, error))?;
        let path = self.write(input, &rendered)?;
        let info = rendered.info.to_json(rendered.data.len());
        Ok(Made { info, warnings: rendered.info.warnings, path })
    }

    fn write(&self, input: &Path, rendered: &Rendered) -> Result<PathBuf, Failure> {
        let path = match &self.target {
            Target::Standard => {
                use std::io::Write;
                report::written(std::io::stdout().write_all(&rendered.data))?;
                return Ok("-".into());
            }
            Target::File(path) => path.clone(),
            Target::Folder(folder) => self.name_in(folder, input, rendered)?,
        };
        if !files::is_standard(input) && files::same_file(input, &path) {
            return Err(Failure::of(input, "the result would overwrite its own source"));
        }
        files::write(&path, &rendered.data)?;
        Ok(path)
    }

    fn name_in(&self, folder: &Path, input: &Path, made: &Rendered) -> Result<PathBuf, Failure> {
        let stem = if files::is_standard(input) { None } else { input.file_stem() };
        let mut name = stem.unwrap_or("stdin".as_ref()).to_owned();
        name.push(".");
        name.push(extension(made.info.format));
        let path = folder.join(name);
        let mut taken = self.taken.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if !taken.insert(path.clone()) {
            let text = format!("another picture of this run was written to {}", path.display());
            return Err(Failure::of(input, text));
        }
        Ok(path)
    }
}

fn extension(format: Format) -> &'static str {
    match format {
        Format::Jpeg => "jpg",
        other => other.name(),
    }
}

/// One JSON line: what was read, what was written, and all that is known about it.
fn print_json(run: &Run, input: &Path, made: &Made) -> Result<(), Failure> {
    let mut line = Map::new();
    line.insert("file".into(), input.to_string_lossy().into());
    line.insert("output".into(), made.path.to_string_lossy().into());
    if let Value::Object(info) = &made.info {
        line.extend(info.clone());
    }
    let line = Value::from(line);
    if matches!(run.target, Target::Standard) {
        // Standard output carries the picture.
        eprintln!("{line}");
        return Ok(());
    }
    report::line(line)
}

fn print_warnings(_: &Run, input: &Path, made: &Made) -> Result<(), Failure> {
    for warning in &made.warnings {
        report::warn(format_args!("{}: warning: {warning}", input.display()));
    }
    Ok(())
}
