//! The memory a plan announces is the memory its job books: enough to run, and not a byte less.
#![cfg(feature = "codecs")]

use std::fs;
use std::path::Path;

use safelight::{CancelToken, Engine, Input, Job, Kind, Limits, Options};

const FORMATS: [&str; 5] = ["jpeg", "png", "gif", "webp", "avif"];

fn picture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/images");
    fs::read(folder.join(name)).unwrap()
}

fn render(source: &[u8], options: &Options, memory: u64) -> safelight::Result<Vec<u8>> {
    let engine = Engine::new(Limits { memory, ..Limits::default() });
    let job = Job::new(engine.limits(), CancelToken::new());
    Ok(engine.render(&Input::new(source), options, &job)?.data)
}

#[test]
fn a_job_runs_in_the_memory_that_its_plan_announces_and_not_in_less() {
    for name in ["photo.jpg", "rgb.png", "alpha.png"] {
        let source = picture(name);
        for format in FORMATS {
            let text = format!("width=64,height=64,fit=cover,format={format}");
            let options = Options::parse(&text).unwrap().options;
            let input = Input::new(&source);
            let (_, plan) = Engine::default().plan(&input, &options, &Job::default()).unwrap();
            render(&source, &options, plan.memory)
                .unwrap_or_else(|error| panic!("{name} to {format}: {error}"));
            let error = render(&source, &options, plan.memory - 1).unwrap_err();
            assert_eq!(error.kind(), Kind::TooLarge, "{name} to {format}");
        }
    }
}

#[test]
fn a_job_without_room_for_what_the_plan_needs_is_refused_before_it_decodes() {
    let source = picture("photo.jpg");
    let options = Options::parse("width=64,format=avif").unwrap().options;
    let engine = Engine::default();
    let tight = Limits { memory: 10_000, ..Limits::default() };
    let job = Job::new(&tight, CancelToken::new());
    let error = engine.render(&Input::new(&source), &options, &job).unwrap_err();
    assert_eq!(error.kind(), Kind::TooLarge);
    assert_eq!(job.memory_peak(), 0);
}
