//! One operation: its path, its arguments and what it does. Routing, reading, the OpenAPI file
//! and the verbs of every language follow from these rows.

use std::cell::Cell;

use serde_json::{Map, Value};

use super::codes::Subject;
use super::kind::{whole, Kind};
use super::Api;
use crate::import::Imports;
use crate::{Error, Job, Result};

/// Before every path of one account.
pub(crate) const ACCOUNT: &str = "/client/v4/accounts/{account}";

/// Whose paths those are.
pub(crate) const ACCOUNT_ID: Argument =
    path("account", Kind::Text(1, 64), "The account's id: 32 hex digits.");
/// Before the paths of transforms and caches.
pub(crate) const ZONE_ID: Argument =
    path("zone", Kind::Text(1, 64), "Any id: every account has one zone, that of the token.");

/// What can be asked for.
pub(crate) struct Operation {
    /// Its name in every language, unique.
    pub verb: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path, with names of arguments in braces.
    pub path: &'static str,
    /// What a token must allow.
    pub need: Need,
    /// Whether it is also answered under the short paths of the batch host.
    pub batch: bool,
    /// What the body is.
    pub body: Body,
    /// What it takes, besides account and zone.
    pub arguments: &'static [Argument],
    /// Exactly one of these must be given, where there are any.
    pub one_of: &'static [&'static str],
    /// The component that its result is; empty for bytes.
    pub result: &'static str,
    /// What it does, in a sentence or two.
    pub doc: &'static str,
    /// Does it.
    pub run: fn(&Call<'_>) -> Result<Answer>,
}

impl Operation {
    /// What its errors are about.
    pub(crate) fn subject(&self) -> Subject {
        match self.verb.split('.').next() {
            Some("variants") => Subject::Variant,
            Some("keys" | "tokens" | "domains" | "sources" | "imports") => Subject::Access,
            Some("uploads") => Subject::Upload,
            _ if self.verb == "images.upload" => Subject::Upload,
            _ => Subject::Other,
        }
    }
}

/// What a token must allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Reading images, variants and counts.
    Read,
    /// Adding images.
    Upload,
    /// Everything else.
    Write,
}

/// What the body of a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    /// Nothing; whatever comes is ignored.
    None,
    /// A JSON object.
    Json,
    /// A form, and nothing else.
    Form,
    /// A form, a JSON object or nothing.
    Either,
}

/// Where an argument stands in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// In the body.
    Field,
}

/// One argument.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Argument {
    /// Its name.
    pub name: &'static str,
    /// Where it stands.
    pub place: Place,
    /// What it may be.
    pub kind: Kind,
    /// Whether it must be given.
    pub required: bool,
    /// Whether JSON may say null.
    pub nullable: bool,
    /// What it means.
    pub doc: &'static str,
}

/// An argument in the path.
pub(crate) const fn path(name: &'static str, kind: Kind, doc: &'static str) -> Argument {
    Argument { name, place: Place::Path, kind, required: true, nullable: false, doc }
}

/// An argument in the query.
pub(crate) const fn query(name: &'static str, kind: Kind, doc: &'static str) -> Argument {
    Argument { name, place: Place::Query, kind, required: false, nullable: false, doc }
}

/// An argument in the body.
pub(crate) const fn field(name: &'static str, kind: Kind, doc: &'static str) -> Argument {
    Argument { name, place: Place::Field, kind, required: false, nullable: false, doc }
}

impl Argument {
    /// The same, but it must be given.
    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same, but JSON may say null.
    pub(crate) const fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }
}

/// What an operation gives back.
pub(crate) enum Answer {
    /// The `result` of the envelope.
    Json(Value),
    /// The same, and what the client should know of it.
    Noted(Value, &'static str),
    /// Bytes and their media type, without an envelope.
    Bytes(Vec<u8>, String),
}

/// One run of an operation: checked arguments of one account.
pub(crate) struct Call<'a> {
    /// Where it is answered.
    pub api: &'a Api<'a>,
    /// Whose it is.
    pub account: &'a str,
    /// Whether the service itself asks: by its own token, or in the host's code.
    pub trusted: bool,
    /// What it is given: checked values, and filters under their own names.
    pub arguments: Map<String, Value>,
    /// Bytes of the field `file`.
    pub file: Option<&'a [u8]>,
    /// Whether an address is being fetched: what fails then is not the service's.
    pub fetching: Cell<bool>,
    /// Deadline and cancel flag.
    pub job: &'a Job,
}

impl Call<'_> {
    /// Bulk imports, where the service has them.
    pub(crate) fn imports(&self) -> Result<&Imports> {
        let missing = || Error::unsupported("imports: the service was opened without them");
        self.api.imports.ok_or_else(missing)
    }

    /// A text that must be there.
    pub(crate) fn needed(&self, name: &str) -> Result<&str> {
        self.text(name).ok_or_else(|| Error::invalid(name, "a text", "nothing"))
    }

    /// A text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.arguments.get(name)?.as_str()
    }

    /// A text of its own.
    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// A number.
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        whole(self.arguments.get(name)?)
    }

    /// A flag.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.arguments.get(name)?.as_bool()
    }

    /// Any value but null.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.arguments.get(name).filter(|value| !value.is_null())
    }
}
