//! From method and path to an operation.
//!
//! An image's id may come encoded as one segment (`a%2Fb`) or as several (`a/b`). The words of
//! [`RESERVED`] begin no id that comes raw, and a raw id does not end with `/blob`; encoded, both
//! are ids like any other. An image whose whole id is such a word could not be asked for, so
//! none is accepted.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::codes::{self, Code};
use super::kind::Kind;
use super::operation::{Operation, ACCOUNT};
use super::query::decoded;
use super::OPERATIONS;

/// First words of paths that are no ids.
const RESERVED: [&str; 6] = ["keys", "variants", "stats", "config", "batch_token", "direct_upload"];

/// What was found.
pub(crate) struct Route {
    /// What is asked for.
    pub operation: &'static Operation,
    /// The arguments in the path, decoded.
    pub parameters: Map<String, Value>,
}

/// Why nothing was found.
pub(crate) struct Missing {
    /// `NO_ROUTE` or `NO_METHOD`.
    pub code: Code,
    /// The methods that the path knows.
    pub allowed: Vec<&'static str>,
}

/// Every operation.
pub(crate) fn operations() -> impl Iterator<Item = &'static Operation> {
    OPERATIONS.iter().flat_map(|group| group.iter())
}

/// The operation of a request; `path` is not decoded. A word of a path that an operation names
/// is no argument of others.
pub(crate) fn find(method: &str, path: &str) -> Result<Route, Missing> {
    let fits = |operation| Some(Route { operation, parameters: matches(operation, path)? });
    let mut routes: Vec<Route> = operations().filter_map(fits).collect();
    let fewest = routes.iter().map(|route| route.parameters.len()).min();
    routes.retain(|route| Some(route.parameters.len()) == fewest);
    let allowed: BTreeSet<_> = routes.iter().map(|route| route.operation.method).collect();
    let code = if allowed.is_empty() { codes::NO_ROUTE } else { codes::NO_METHOD };
    let missing = Missing { code, allowed: allowed.into_iter().collect() };
    routes.into_iter().find(|route| route.operation.method == method).ok_or(missing)
}

/// The path below the account, which the batch host answers without it.
pub(crate) fn short(operation: &Operation) -> Option<&'static str> {
    operation.path.strip_prefix(ACCOUNT).filter(|_| operation.batch)
}

fn matches(operation: &Operation, path: &str) -> Option<Map<String, Value>> {
    template(operation, operation.path, path)
        .or_else(|| template(operation, short(operation)?, path))
}

/// The arguments of a path that fits a template.
fn template(operation: &Operation, template: &str, path: &str) -> Option<Map<String, Value>> {
    let wanted: Vec<&str> = template.split('/').collect();
    let mut given: Vec<&str> = path.split('/').collect();
    let mut parameters = Map::new();
    for (at, word) in wanted.iter().enumerate() {
        let Some(name) = word.strip_prefix('{').and_then(|word| word.strip_suffix('}')) else {
            if given.first() != Some(word) {
                return None;
            }
            given.remove(0);
            continue;
        };
        let argument = operation.arguments.iter().find(|argument| argument.name == name);
        let count = match argument.map(|argument| argument.kind) {
            Some(Kind::Id) => id_segments(&given, wanted.len() - at - 1)?,
            _ => 1,
        };
        let rest = given.split_off(count.min(given.len()));
        parameters.insert(name.to_owned(), Value::String(segments(&given)?));
        given = rest;
    }
    given.is_empty().then_some(parameters)
}

/// How many segments are the id, when `after` words follow it.
fn id_segments(given: &[&str], after: usize) -> Option<usize> {
    let count = given.len().checked_sub(after).filter(|count| *count > 0)?;
    let raw_blob = after == 0 && count > 1 && given.last() == Some(&"blob");
    (!raw_blob && !RESERVED.contains(&given[0])).then_some(count)
}

/// Decoded segments, at least one of them with something in it.
fn segments(given: &[&str]) -> Option<String> {
    let segments: Option<Vec<String>> = given.iter().map(|segment| decoded(segment)).collect();
    segments.map(|segments| segments.join("/")).filter(|text| !text.is_empty())
}
