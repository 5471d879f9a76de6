//! Bulk imports: jobs shaped like those of the vendor's bulk migration, under paths of ours.

use serde_json::{json, Value};

use super::date;
use super::images::nothing;
use super::kind::{reference, Kind};
use super::operation::{field, path, query, Answer, Argument, Body, Call, Need, Operation};
use super::schemas::{list, object};
use crate::import::{line, JobInfo, LogFormat, Progress, Spec};
use crate::Result;

/// The result of what gives a part of a log as a file.
pub(super) const LOG_FILE: &str = "LogFile";

const ID: Argument = path("id", Kind::Word(64), "The job's id.");
const RATE: u64 = 1 << 40;
const STATUSES: [&str; 4] = ["running", "paused", "aborted", "completed"];
const AFTER: Argument = query(
    "after",
    Kind::Text(1, 2000),
    "Only objects behind this key: the one where the page before ended.",
);
const LIMIT: Argument =
    query("limit", Kind::Integer(1, 10_000), "Objects of one page; 1000 by default.");

/// An operation on one job without a body.
const fn on_job(
    verb: &'static str,
    method: &'static str,
    path: &'static str,
    doc: &'static str,
    run: fn(&Call<'_>) -> Result<Answer>,
) -> Operation {
    Operation {
        verb,
        method,
        path,
        need: Need::Write,
        batch: false,
        body: Body::None,
        arguments: &[ID],
        one_of: &[],
        result: "ImportJob",
        doc,
        run,
    }
}

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        verb: "imports.create",
        method: "POST",
        path: "/client/v4/accounts/{account}/images/imports",
        need: Need::Write,
        batch: false,
        body: Body::Json,
        arguments: &[
            field("source", Kind::Word(64), "The source's id.").required(),
            field("path", Kind::Text(0, 1024), "Only objects whose key begins so."),
            field("prefix", Kind::Text(0, 1024), "Stands before the key in the image's id."),
            field(
                "overwrite",
                Kind::Flag,
                "Whether an object that has changed takes the place of the image that has its \
                 id; false by default: that image stays.",
            ),
            field(
                "include",
                Kind::Texts(100),
                "Only keys that fit one of these patterns; `*` stays within a segment, `**` \
                 crosses them: `photos/**/*.jpg`.",
            ),
            field("exclude", Kind::Texts(100), "No keys that fit one of these patterns."),
            field(
                "dry_run",
                Kind::Flag,
                "Whether nothing is imported, and the log tells what would be; no bytes are read.",
            ),
            field(
                "variants",
                Kind::Flag,
                "Whether variants come along from a source of kind `images`; true by default.",
            ),
            field(
                "concurrency",
                Kind::Integer(1, 128),
                "Objects that a node works on at once; 8 by default.",
            ),
            field(
                "max_objects_per_second",
                Kind::Integer(0, RATE),
                "The most of each node; 0, the default, is no bound.",
            ),
            field(
                "max_bytes_per_second",
                Kind::Integer(0, RATE),
                "The most of each node; 0, the default, is no bound.",
            ),
        ],
        one_of: &[],
        result: "ImportJob",
        doc: "Begins to import from a source, in the background. The key of an object, behind \
              `prefix`, is the id of its image. Objects that were imported before and have not \
              changed are left out; so is whatever is no picture, and the log says why.",
        run: create,
    },
    Operation {
        verb: "imports.list",
        method: "GET",
        path: "/client/v4/accounts/{account}/images/imports",
        need: Need::Write,
        batch: false,
        body: Body::None,
        arguments: &[],
        one_of: &[],
        result: "ImportJobList",
        doc: "Every job, newest first.",
        run: list_all,
    },
    Operation {
        verb: "imports.abort_all",
        method: "PUT",
        path: "/client/v4/accounts/{account}/images/imports/abort_all",
        need: Need::Write,
        batch: false,
        body: Body::None,
        arguments: &[],
        one_of: &[],
        result: "ImportsAborted",
        doc: "Ends every job that runs or is paused.",
        run: abort_all,
    },
    on_job(
        "imports.get",
        "GET",
        "/client/v4/accounts/{account}/images/imports/{id}",
        "One job, and how far it is.",
        get,
    ),
    Operation {
        result: "Nothing",
        ..on_job(
            "imports.delete",
            "DELETE",
            "/client/v4/accounts/{account}/images/imports/{id}",
            "Removes a job that has ended, with its log. What was imported stays.",
            delete,
        )
    },
    on_job(
        "imports.pause",
        "PUT",
        "/client/v4/accounts/{account}/images/imports/{id}/pause",
        "Pauses a job: nothing more of it is imported when this returns.",
        |call| turned(call, Turn::Pause),
    ),
    on_job(
        "imports.resume",
        "PUT",
        "/client/v4/accounts/{account}/images/imports/{id}/resume",
        "Lets a paused job go on where it was.",
        |call| turned(call, Turn::Resume),
    ),
    on_job(
        "imports.abort",
        "PUT",
        "/client/v4/accounts/{account}/images/imports/{id}/abort",
        "Ends a job for good: nothing more of it is imported when this returns.",
        |call| turned(call, Turn::Abort),
    ),
    Operation {
        result: "ImportProgress",
        ..on_job(
            "imports.progress",
            "GET",
            "/client/v4/accounts/{account}/images/imports/{id}/progress",
            "How far a job is, at which rate, and how long it will take.",
            progress,
        )
    },
    Operation {
        result: "ImportLog",
        arguments: &[ID, AFTER, LIMIT],
        ..on_job(
            "imports.logs",
            "GET",
            "/client/v4/accounts/{account}/images/imports/{id}/logs",
            "What became of each object, by key, page by page; `cursor` is the next `after`, and \
             null at the end.",
            logs,
        )
    },
    Operation {
        result: LOG_FILE,
        arguments: &[
            ID,
            AFTER,
            LIMIT,
            query(
                "format",
                Kind::Choice(&["json", "csv"]),
                "Lines of `json`, the default, or `csv`.",
            ),
        ],
        ..on_job(
            "imports.download",
            "GET",
            "/client/v4/accounts/{account}/images/imports/{id}/log",
            "A page of the log as a part of a file: JSON lines, or CSV with a head on the first \
             page. Put together, the parts are the whole; the key of the last line is the next \
             `after`, and the part behind the end is empty.",
            download,
        )
    },
];

pub(super) fn schemas() -> Value {
    let (text, flag) = (json!({"type": "string"}), json!({"type": "boolean"}));
    let count = json!({"type": "integer", "minimum": 0});
    let (time, rate) =
        (json!({"type": "string", "format": "date-time"}), json!({"type": "number"}));
    let or_null = |kind: &str| json!({"type": [kind, "null"]});
    let progress = json!({
        "id": text, "status": Kind::Choice(&STATUSES).schema(), "reason": or_null("string"),
        "listed": flag, "found": count, "imported": count, "skipped": count, "failed": count,
        "excluded": count, "bytes": count, "objects_per_second": rate, "bytes_per_second": rate,
        "seconds_left": or_null("integer"), "created": time, "started": time,
        "finished": or_null("string"),
    });
    let mut job = progress.clone();
    let texts = list(text.clone());
    let spec = json!({
        "source": text, "path": text, "prefix": text, "overwrite": flag, "include": texts,
        "exclude": texts, "dry_run": flag, "variants": flag, "concurrency": count,
        "max_objects_per_second": count, "max_bytes_per_second": count,
    });
    if let (Some(job), Value::Object(spec)) = (job.as_object_mut(), spec) {
        job.extend(spec);
    }
    let states = ["imported", "skipped", "failed"];
    let line = object(json!({
        "key": text, "status": {"type": "string", "enum": states}, "reason": text,
        "image": text, "bytes": count, "at": time,
    }));
    json!({
        "ImportProgress": object(progress),
        "ImportJob": object(job),
        "ImportJobList": object(json!({"imports": list(reference("ImportJob"))})),
        "ImportsAborted": object(json!({"aborted": count})),
        "ImportLog": object(json!({"entries": list(line), "cursor": or_null("string")})),
    })
}

fn create(call: &Call<'_>) -> Result<Answer> {
    let usual = Spec::default();
    let texts = |name: &str| -> Vec<String> {
        let items = call.value(name).and_then(Value::as_array);
        let texts = items.into_iter().flatten().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    };
    let spec = Spec {
        path: call.owned("path").unwrap_or_default(),
        prefix: call.owned("prefix").unwrap_or_default(),
        overwrite: call.flag("overwrite").unwrap_or(usual.overwrite),
        include: texts("include"),
        exclude: texts("exclude"),
        dry_run: call.flag("dry_run").unwrap_or(usual.dry_run),
        variants: call.flag("variants").unwrap_or(usual.variants),
        concurrency: call.number("concurrency").map_or(usual.concurrency, |it| it as usize),
        max_objects_per_second: call.number("max_objects_per_second").unwrap_or(0),
        max_bytes_per_second: call.number("max_bytes_per_second").unwrap_or(0),
    };
    let job = call.imports()?.create(call.account, call.needed("source")?, &spec)?;
    Ok(Answer::Json(shown(&job)))
}

fn list_all(call: &Call<'_>) -> Result<Answer> {
    let jobs = call.imports()?.jobs(call.account)?;
    Ok(Answer::Json(json!({"imports": jobs.iter().map(shown).collect::<Vec<Value>>()})))
}

fn get(call: &Call<'_>) -> Result<Answer> {
    Ok(Answer::Json(shown(&call.imports()?.job(call.account, call.needed("id")?)?)))
}

fn delete(call: &Call<'_>) -> Result<Answer> {
    call.imports()?.delete(call.account, call.needed("id")?)?;
    Ok(Answer::Json(nothing()))
}

/// What a job is told.
enum Turn {
    Pause,
    Resume,
    Abort,
}

fn turned(call: &Call<'_>, turn: Turn) -> Result<Answer> {
    let (imports, id) = (call.imports()?, call.needed("id")?);
    let job = match turn {
        Turn::Pause => imports.pause(call.account, id),
        Turn::Resume => imports.resume(call.account, id),
        Turn::Abort => imports.abort(call.account, id),
    };
    Ok(Answer::Json(shown(&job?)))
}

fn abort_all(call: &Call<'_>) -> Result<Answer> {
    Ok(Answer::Json(json!({"aborted": call.imports()?.abort_all(call.account)?})))
}

fn progress(call: &Call<'_>) -> Result<Answer> {
    let job = call.imports()?.job(call.account, call.needed("id")?)?;
    Ok(Answer::Json(told(&job)))
}

fn logs(call: &Call<'_>) -> Result<Answer> {
    let (after, most) = page(call);
    let page = call.imports()?.log(call.account, call.needed("id")?, after, most)?;
    let entries: Vec<Value> = page.items.iter().map(line).collect();
    Ok(Answer::Json(json!({"entries": entries, "cursor": page.cursor})))
}

fn download(call: &Call<'_>) -> Result<Answer> {
    let (after, most) = page(call);
    let (format, mime) = match call.text("format") {
        Some("csv") => (LogFormat::Csv, "text/csv"),
        _ => (LogFormat::Json, "application/x-ndjson"),
    };
    let id = call.needed("id")?;
    let text = call.imports()?.log_file(call.account, id, after, most, format)?;
    Ok(Answer::Bytes(text.into_bytes(), mime.to_owned()))
}

fn page<'a>(call: &'a Call<'_>) -> (&'a str, usize) {
    (call.text("after").unwrap_or_default(), call.number("limit").unwrap_or(1000) as usize)
}

/// How far a job is.
fn told(job: &JobInfo) -> Value {
    let Progress { status, reason, listed, found, imported, skipped, failed, excluded, .. } =
        &job.progress;
    let rounded = |rate: f64| (rate * 1000.0).round() / 1000.0;
    json!({
        "id": job.id,
        "status": status,
        "reason": reason,
        "listed": listed,
        "found": found,
        "imported": imported,
        "skipped": skipped,
        "failed": failed,
        "excluded": excluded,
        "bytes": job.progress.bytes,
        "objects_per_second": rounded(job.progress.objects_per_second),
        "bytes_per_second": rounded(job.progress.bytes_per_second),
        "seconds_left": job.progress.seconds_left,
        "created": date::print(job.created),
        "started": date::print(job.progress.started),
        "finished": job.progress.finished.map(date::print),
    })
}

/// A job: how far it is, and what it shall do.
fn shown(job: &JobInfo) -> Value {
    let (mut shown, spec) = (told(job), &job.spec);
    let more = json!({
        "source": job.source,
        "path": spec.path,
        "prefix": spec.prefix,
        "overwrite": spec.overwrite,
        "include": spec.include,
        "exclude": spec.exclude,
        "dry_run": spec.dry_run,
        "variants": spec.variants,
        "concurrency": spec.concurrency,
        "max_objects_per_second": spec.max_objects_per_second,
        "max_bytes_per_second": spec.max_bytes_per_second,
    });
    if let (Some(shown), Value::Object(more)) = (shown.as_object_mut(), more) {
        shown.extend(more);
    }
    shown
}
