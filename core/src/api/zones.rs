//! Vary for Images (reference §6).

use std::collections::BTreeMap;

use serde_json::{json, Value};

use super::date;
use super::kind::Kind;
use super::operation::{field, Answer, Body, Call, Need, Operation};
use crate::delivery::VARY_EXTENSIONS;
use crate::hosted::VaryRules;
use crate::{Error, Result};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        verb: "vary.get",
        method: "GET",
        path: "/client/v4/zones/{zone}/cache/variants",
        need: Need::Read,
        batch: false,
        body: Body::None,
        arguments: &[],
        one_of: &[],
        result: "VaryRules",
        doc: "The rules of Vary for Images: which media types an origin sends for an extension.",
        run: get,
    },
    Operation {
        verb: "vary.edit",
        method: "PATCH",
        path: "/client/v4/zones/{zone}/cache/variants",
        need: Need::Write,
        batch: false,
        body: Body::Json,
        arguments: &[field(
            "value",
            Kind::Object("VaryValue"),
            "Media types by extension; replaces all rules there were.",
        )
        .required()],
        one_of: &[],
        result: "VaryRules",
        doc: "Replaces the rules of Vary for Images.",
        run: edit,
    },
    Operation {
        verb: "vary.delete",
        method: "DELETE",
        path: "/client/v4/zones/{zone}/cache/variants",
        need: Need::Write,
        batch: false,
        body: Body::None,
        arguments: &[],
        one_of: &[],
        result: "VaryGone",
        doc: "Removes the rules of Vary for Images.",
        run: delete,
    },
];

fn get(call: &Call<'_>) -> Result<Answer> {
    Ok(shown(&*call.api.hosted.vary_rules(call.account)?))
}

fn edit(call: &Call<'_>) -> Result<Answer> {
    let value = call.value("value").cloned().unwrap_or_default();
    let value: BTreeMap<String, Vec<String>> = serde_json::from_value(value).map_err(|_| {
        Error::invalid("value", "lists of media types by extension", "something else")
    })?;
    Ok(shown(&*call.api.hosted.set_vary_rules(call.account, &value)?))
}

fn delete(call: &Call<'_>) -> Result<Answer> {
    call.api.hosted.delete_vary_rules(call.account)?;
    Ok(Answer::Json(json!({"id": "variants", "editable": true, "modified_on": null})))
}

fn shown(rules: &VaryRules) -> Answer {
    Answer::Json(json!({
        "id": "variants",
        "editable": true,
        "modified_on": date::print(rules.modified),
        "value": rules.value,
    }))
}

/// Media types by extension.
pub(super) fn vary_schema() -> Value {
    let types = json!({
        "type": "array", "minItems": 1, "maxItems": 16, "uniqueItems": true,
        "items": {"type": "string", "pattern": "^image/[A-Za-z0-9.+-]{1,64}$"},
    });
    let property = |(extension, _): &(&str, &str)| ((*extension).to_owned(), types.clone());
    json!({
        "type": "object",
        "properties": VARY_EXTENSIONS.iter().map(property).collect::<serde_json::Map<_, _>>(),
        "additionalProperties": false,
    })
}
