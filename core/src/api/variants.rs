//! Variants: names for options.

use std::sync::Arc;

use serde_json::{json, Map, Value};

use super::images::nothing;
use super::kind::{whole, Kind};
use super::operation::{field, path, Answer, Argument, Body, Call, Need, Operation};
use crate::hosted::Variant;
use crate::options::Options;
use crate::{Error, Result};

/// Bounds of the time that browsers keep a result, in seconds.
pub(super) const BROWSER_TTL: (u64, u64) = (3600, 31_536_000);

const ID: Argument = path("id", Kind::Word(99), "The variant's name.");
const OPTIONS: Argument = field(
    "options",
    Kind::Object("VariantOptions"),
    "What the variant does: `fit`, `width`, `height`, `metadata`, and every other option.",
);
const NEVER_SIGNED: Argument = field(
    "neverRequireSignedURLs",
    Kind::Flag,
    "Whether private images are shown in this variant without a signature; false by default.",
);

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        verb: "variants.list",
        method: "GET",
        path: "/client/v4/accounts/{account}/images/v1/variants",
        need: Need::Read,
        batch: false,
        body: Body::None,
        arguments: &[],
        one_of: &[],
        result: "VariantMap",
        doc: "Every variant, in an object by name.",
        run: list,
    },
    Operation {
        verb: "variants.create",
        method: "POST",
        path: "/client/v4/accounts/{account}/images/v1/variants",
        need: Need::Write,
        batch: false,
        body: Body::Json,
        arguments: &[
            field("id", Kind::Word(99), "Its name.").required(),
            OPTIONS.required(),
            NEVER_SIGNED,
        ],
        one_of: &[],
        result: "VariantAnswer",
        doc: "Adds a variant; an account has at most 100.",
        run: create,
    },
    Operation {
        verb: "variants.get",
        method: "GET",
        path: "/client/v4/accounts/{account}/images/v1/variants/{id}",
        need: Need::Read,
        batch: false,
        body: Body::None,
        arguments: &[ID],
        one_of: &[],
        result: "VariantAnswer",
        doc: "One variant.",
        run: get,
    },
    Operation {
        verb: "variants.edit",
        method: "PATCH",
        path: "/client/v4/accounts/{account}/images/v1/variants/{id}",
        need: Need::Write,
        batch: false,
        body: Body::Json,
        arguments: &[ID, OPTIONS.required(), NEVER_SIGNED],
        one_of: &[],
        result: "VariantAnswer",
        doc: "Replaces a variant's options; what was rendered with the old ones is gone when this \
              returns.",
        run: edit,
    },
    Operation {
        verb: "variants.delete",
        method: "DELETE",
        path: "/client/v4/accounts/{account}/images/v1/variants/{id}",
        need: Need::Write,
        batch: false,
        body: Body::None,
        arguments: &[ID],
        one_of: &[],
        result: "Nothing",
        doc: "Removes a variant and what was rendered with it.",
        run: delete,
    },
];

fn list(call: &Call<'_>) -> Result<Answer> {
    let variants = call.api.hosted.variants(call.account)?;
    let shown = |variant: &Arc<Variant>| (variant.id.clone(), shown(variant));
    let map: Map<String, Value> = variants.iter().map(shown).collect();
    Ok(Answer::Json(json!({"variants": map})))
}

fn get(call: &Call<'_>) -> Result<Answer> {
    let variant = call.api.hosted.variant(call.account, call.needed("id")?)?;
    Ok(one(&variant))
}

fn create(call: &Call<'_>) -> Result<Answer> {
    let variant = given(call, call.flag("neverRequireSignedURLs").unwrap_or(false))?;
    call.api.hosted.create_variant(call.account, &variant)?;
    Ok(one(&variant))
}

fn edit(call: &Call<'_>) -> Result<Answer> {
    let never = match call.flag("neverRequireSignedURLs") {
        Some(never) => never,
        None => {
            let before = call.api.hosted.variant(call.account, call.needed("id")?)?;
            before.never_require_signed_urls
        }
    };
    let variant = given(call, never)?;
    call.api.hosted.edit_variant(call.account, &variant)?;
    Ok(one(&variant))
}

fn delete(call: &Call<'_>) -> Result<Answer> {
    call.api.hosted.delete_variant(call.account, call.needed("id")?)?;
    Ok(Answer::Json(nothing()))
}

fn one(variant: &Variant) -> Answer {
    Answer::Json(json!({"variant": shown(variant)}))
}

/// A variant as clients see it: what is not given shows its default, as clients expect it there.
fn shown(variant: &Variant) -> Value {
    let mut options = Map::from_iter([
        ("fit".to_owned(), json!("scale-down")),
        ("metadata".to_owned(), json!("copyright")),
    ]);
    if let Value::Object(given) = variant.options.to_json() {
        options.extend(given);
    }
    if let Some(ttl) = variant.browser_ttl {
        options.insert("browser_ttl".into(), ttl.into());
    }
    json!({
        "id": variant.id,
        "options": options,
        "neverRequireSignedURLs": variant.never_require_signed_urls,
    })
}

fn given(call: &Call<'_>, never_require_signed_urls: bool) -> Result<Variant> {
    let mut options = match call.value("options") {
        Some(Value::Object(options)) => options.clone(),
        _ => return Err(Error::invalid("options", "an object", "nothing")),
    };
    if options.values().any(has_null) {
        return Err(Error::invalid("options", "values", "null"));
    }
    let browser_ttl = options.shift_remove("browser_ttl").map(|ttl| browser_ttl(&ttl));
    // The text names every value that is wrong; an unknown name is a slip in a stored variant.
    let parsed = Options::parse(&Value::Object(options).to_string())?;
    if let Some(warning) = parsed.warnings.first() {
        return Err(Error::invalid("options", "options that are known", warning));
    }
    Ok(Variant {
        id: call.needed("id")?.to_owned(),
        options: parsed.options,
        browser_ttl: browser_ttl.transpose()?,
        never_require_signed_urls,
    })
}

/// Whether null stands anywhere in a value: elsewhere it means that an option is not given, but
/// what is stored should say what it means.
fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(members) => members.values().any(has_null),
        _ => false,
    }
}

fn browser_ttl(value: &Value) -> Result<u64> {
    let (least, most) = BROWSER_TTL;
    whole(value)
        .filter(|ttl| (least..=most).contains(ttl))
        .ok_or_else(|| Error::invalid("browser_ttl", &format!("{least} to {most}"), value))
}
