//! The arguments of an operation, from a request or from a caller's JSON.

use serde_json::{Map, Value};

use super::codes::{self, Subject};
use super::envelope::{Outcome, Problem};
use super::kind::Kind;
use super::operation::{Argument, Body, Operation, Place};
use super::{filters, form, multipart, query};
use crate::{Error, Request, Result};

/// Checked arguments and the bytes beside them.
#[derive(Debug, Default)]
pub(crate) struct Given<'a> {
    /// Values of their kinds; filters under their own names, as text.
    pub arguments: Map<String, Value>,
    /// The field `file`.
    pub file: Option<&'a [u8]>,
}

/// What a request gives. Names that nobody knows are ignored, as clients send more than they must.
pub(crate) fn of_request<'a>(
    operation: &Operation,
    parameters: Map<String, Value>,
    request: &Request<'a>,
) -> Outcome<Given<'a>> {
    let mut given = Given::default();
    of_body(operation, request, &mut given)?;
    let read = || -> Result<()> {
        for (name, value) in query::read(request.query())? {
            if filters::is_filter(&name) {
                add_filter(operation, &mut given, name, value)?;
            } else {
                add_text(operation, &mut given, Place::Query, &name, value)?;
            }
        }
        for (name, value) in parameters {
            let text = value.as_str().unwrap_or_default().to_owned();
            add_text(operation, &mut given, Place::Path, &name, text)?;
        }
        complete(operation, &given)
    };
    read().map_err(|error| Problem::of(&error, Subject::Other))?;
    Ok(given)
}

/// What a caller gives as one object. A name that nobody knows is a slip and refused.
pub(crate) fn of_call<'a>(
    operation: &Operation,
    arguments: &Map<String, Value>,
    body: &'a [u8],
) -> Result<Given<'a>> {
    let takes_file = operation.arguments.iter().any(|argument| argument.kind == Kind::File);
    let mut given = Given { file: Some(body).filter(|_| takes_file), ..Given::default() };
    given.file = given.file.filter(|file| !file.is_empty());
    for (name, value) in arguments.iter().filter(|(name, _)| *name != "account") {
        if filters::is_filter(name) {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            add_filter(operation, &mut given, name.clone(), text)?;
            continue;
        }
        let argument = find(operation, name, None);
        let argument = argument.ok_or_else(|| unknown(operation, name))?;
        add(&mut given, argument, value.clone())?;
    }
    complete(operation, &given)?;
    Ok(given)
}

fn unknown(operation: &Operation, name: &str) -> Error {
    let names: Vec<&str> = operation.arguments.iter().map(|argument| argument.name).collect();
    let expected = match names.is_empty() {
        true => "no arguments".to_owned(),
        false => format!("one of {}", names.join(", ")),
    };
    Error::invalid(operation.verb, &expected, name)
}

fn of_body<'a>(operation: &Operation, request: &Request<'a>, given: &mut Given<'a>) -> Outcome<()> {
    let kind = request.header("content-type").unwrap_or("");
    let wrong = |error: &Error| match error.kind() {
        crate::Kind::TooLarge => Problem::with(codes::BAD_REQUEST, error),
        _ => Problem::of(error, Subject::Other),
    };
    match operation.body {
        Body::None => Ok(()),
        Body::Form if !multipart::is_form(kind) => Err(Problem::new(codes::NOT_A_FORM)),
        Body::Form => of_form(operation, kind, request.body, given).map_err(|error| wrong(&error)),
        Body::Either if multipart::is_form(kind) => {
            of_form(operation, kind, request.body, given).map_err(|error| wrong(&error))
        }
        Body::Json | Body::Either => {
            of_json(operation, request.body, given).map_err(|error| wrong(&error))
        }
    }
}

fn of_form<'a>(
    operation: &Operation,
    kind: &str,
    body: &'a [u8],
    given: &mut Given<'a>,
) -> Result<()> {
    let read = form::read(&multipart::read(kind, body)?)?;
    given.file = read.file;
    for (name, value) in read.fields {
        match value {
            Value::String(text) if name != "metadata" => {
                add_text(operation, given, Place::Field, &name, text)?;
            }
            value => match find(operation, &name, Some(Place::Field)) {
                Some(argument) => add(given, argument, value)?,
                None => continue,
            },
        }
    }
    let unnamed = !given.arguments.contains_key("filename");
    if let Some(filename) = read.filename.filter(|filename| unnamed && !filename.is_empty()) {
        // A client cuts names where it likes, so a long one is no reason to refuse the picture.
        let filename = filename.chars().take(255).collect();
        add_text(operation, given, Place::Field, "filename", filename)?;
    }
    Ok(())
}

/// The members of a JSON object; some clients send an empty body with the type of JSON.
fn of_json(operation: &Operation, body: &[u8], given: &mut Given<'_>) -> Result<()> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(());
    }
    let members: Map<String, Value> = serde_json::from_slice(body)
        .map_err(|_| Error::invalid("body", "a JSON object", "something else"))?;
    for (name, value) in members {
        if let Some(argument) = find(operation, &name, Some(Place::Field)) {
            add(given, argument, value)?;
        }
    }
    Ok(())
}

fn find(operation: &Operation, name: &str, place: Option<Place>) -> Option<&'static Argument> {
    let fits = |argument: &&Argument| {
        argument.name == name && place.is_none_or(|place| argument.place == place)
    };
    operation.arguments.iter().find(fits)
}

fn add(given: &mut Given<'_>, argument: &Argument, value: Value) -> Result<()> {
    let value = match value {
        Value::Null if argument.nullable => Value::Null,
        value => argument.kind.check(argument.name, value)?,
    };
    given.arguments.insert(argument.name.to_owned(), value);
    Ok(())
}

fn add_text(
    operation: &Operation,
    given: &mut Given<'_>,
    place: Place,
    name: &str,
    text: String,
) -> Result<()> {
    if let Some(argument) = find(operation, name, Some(place)) {
        let value = argument.kind.check_text(name, text)?;
        given.arguments.insert(name.to_owned(), value);
    }
    Ok(())
}

fn add_filter(
    operation: &Operation,
    given: &mut Given<'_>,
    name: String,
    text: String,
) -> Result<()> {
    if !operation.arguments.iter().any(|argument| argument.kind == Kind::Filters) {
        return Err(Error::invalid(&name, "no filter here", text));
    }
    given.arguments.insert(name, Value::String(text));
    Ok(())
}

/// Checks that nothing is missing.
fn complete(operation: &Operation, given: &Given<'_>) -> Result<()> {
    let has = |name: &str| match name {
        "file" => given.file.is_some(),
        _ => given.arguments.contains_key(name),
    };
    let required = operation.arguments.iter().filter(|argument| argument.required);
    if let Some(missing) = required.map(|argument| argument.name).find(|name| !has(name)) {
        return Err(Error::invalid(missing, "a value", "nothing"));
    }
    match operation.one_of.iter().filter(|name| has(name)).count() {
        1 => Ok(()),
        _ if operation.one_of.is_empty() => Ok(()),
        count => {
            let expected = format!("exactly one of {}", operation.one_of.join(", "));
            Err(Error::invalid(operation.verb, &expected, count))
        }
    }
}
