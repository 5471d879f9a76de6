//! Counts the faces that are found in labelled photographs: `faces FOLDER LABELS`. Where both come
//! from is told in `tests/faces/README.md`.

use std::path::Path;
use std::time::Instant;
use std::{env, fs, process};

use safelight::{Engine, Input, Job};
use serde_json::Value;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [folder, labels] = arguments.as_slice() else {
        eprintln!("usage: faces FOLDER LABELS");
        process::exit(2);
    };
    let labels: Value =
        serde_json::from_str(&fs::read_to_string(labels).expect("labels")).expect("json");
    for set in ["portraits", "people"] {
        let pictures = labels[set].as_object().expect("an object");
        let count = |(path, boxes): (&String, &Value)| {
            let found = centers(folder, path);
            let inside =
                |center: &[f64; 2]| boxes.as_array().unwrap().iter().any(|b| within(b, *center));
            let hit = found.first().is_some_and(inside);
            println!("{set}\t{path}\t{}\t{}", if hit { "found" } else { "MISSED" }, found.len());
            let seen = boxes.as_array().unwrap().iter();
            let seen = seen.filter(|b| found.iter().any(|center| within(b, *center))).count();
            let wrong = found.iter().filter(|center| !inside(center)).count();
            let kept = boxes.as_array().unwrap().iter().any(|b| keeps(&crop(folder, path), b));
            [usize::from(hit), seen, boxes.as_array().unwrap().len(), wrong, usize::from(kept)]
        };
        let add = |a: [usize; 5], b: [usize; 5]| std::array::from_fn(|at| a[at] + b[at]);
        let [hits, seen, all, wrong, kept] = pictures.iter().map(count).fold([0; 5], add);
        println!(
            "{set}: best face right in {hits} of {}, {seen} of {all} faces found, {wrong} false, \
             a face kept by {kept} crops to a third",
            pictures.len()
        );
    }
    let nobody = labels["nobody"].as_array().expect("a list");
    let alarms = nobody.iter().filter(|path| {
        let path = path.as_str().expect("a path");
        let found = centers(folder, path).len();
        println!("nobody\t{path}\t{found}");
        found > 0
    });
    let alarms = alarms.count();
    println!("nobody: a face in {alarms} of {}", nobody.len());
}

/// The middles of the faces, best first.
fn centers(folder: &str, path: &str) -> Vec<[f64; 2]> {
    let source = fs::read(Path::new(folder).join(path)).expect(path);
    let start = Instant::now();
    let described = Engine::default().describe(&Input::new(&source), &Job::default()).expect(path);
    eprintln!("{path}: {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    let number = |face: &Value, name: &str| face[name].as_f64().expect("a number");
    let center = |face: &Value| {
        let x = number(face, "left") + number(face, "width") / 2.0;
        [x, number(face, "top") + number(face, "height") / 2.0]
    };
    described["faces"].as_array().expect("a list").iter().map(center).collect()
}

/// What `gravity=face` keeps when a picture is cut to a third of its longer side: left, top, right
/// and bottom as shares.
fn crop(folder: &str, path: &str) -> [f64; 4] {
    let source = fs::read(Path::new(folder).join(path)).expect(path);
    let input = Input::new(&source);
    let (engine, job) = (Engine::default(), Job::default());
    let probe = engine.probe(&source).expect(path);
    let (width, height) = (f64::from(probe.width), f64::from(probe.height));
    let shape = if width > height { (width / 3.0, height) } else { (width, height / 3.0) };
    let options =
        format!("width={:.0},height={:.0},fit=crop,gravity=face", shape.0.ceil(), shape.1.ceil());
    let plan = &engine.explain_text(&input, &options, &job).expect(path)["plan"];
    let edge = |at: usize| plan["crop"]["area"][at].as_f64().expect("a number");
    let (left, top) = (edge(0), edge(1));
    [left / width, top / height, (left + edge(2)) / width, (top + edge(3)) / height]
}

/// Whether the crop holds the whole label, or nothing else where the label is the larger; a tenth
/// may be missing.
fn keeps(crop: &[f64; 4], label: &Value) -> bool {
    let edge = |at: usize| label[at].as_f64().expect("a number");
    (0..2).all(|axis| {
        let (start, end) = (edge(axis), edge(axis + 2));
        let shared = end.min(crop[axis + 2]) - start.max(crop[axis]);
        shared >= 0.9 * (end - start).min(crop[axis + 2] - crop[axis])
    })
}

fn within(label: &Value, center: [f64; 2]) -> bool {
    let edge = |at: usize| label[at].as_f64().expect("a number");
    (edge(0)..=edge(2)).contains(&center[0]) && (edge(1)..=edge(3)).contains(&center[1])
}
