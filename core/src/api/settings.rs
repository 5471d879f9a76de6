//! Settings of an account. What bounds the account itself is changed by the service's own token.

use serde_json::{json, Value};

use super::kind::{reference, Kind};
use super::operation::{field, Answer, Argument, Body, Call, Need, Operation};
use super::variants::BROWSER_TTL;
use crate::hosted::{Settings, Webhook};
use crate::{Error, Kind as ErrorKind, Result};

/// What is said of a wish that cannot be fulfilled.
pub(super) const NO_CREDENTIALS: &str =
    "Content Credentials: the setting is kept and has no effect; they do not hold for a changed \
     picture, so every picture is delivered without, and a Warning header says so";
/// The largest number that every client can hold.
const MOST: u64 = 1 << 53;

const FIELDS: &[Argument] = &[
    field(
        "flexible_variants",
        Kind::Flag,
        "Whether options may stand in addresses where a variant stands; false at first.",
    ),
    field(
        "browser_ttl",
        Kind::Integer(BROWSER_TTL.0, BROWSER_TTL.1),
        "Seconds that browsers keep a picture; 172800 at first.",
    ),
    field(
        "preserve_content_credentials",
        Kind::Flag,
        "Kept for clients that set it, and without effect: Content Credentials do not hold for a \
         changed picture, so every one is delivered without, and `Warning` says so. False at first.",
    ),
    field(
        "private_custom_ids",
        Kind::Flag,
        "Whether images with ids of your own may require signed addresses; false at first.",
    ),
    field(
        "webhook",
        Kind::Object("Webhook"),
        "Where the outcome of direct uploads is told; null for nowhere. A POST of JSON, at least \
         once, tried for a day with growing pauses; of those with the same `message` one counts.",
    )
    .nullable(),
    field("quota", Kind::Integer(0, MOST), "Images that the account may have. Service only."),
    field("upload_bytes", Kind::Integer(1, MOST), "Bytes of one upload. Service only."),
];

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        verb: "settings.get",
        method: "GET",
        path: "/client/v4/accounts/{account}/images/v1/config",
        need: Need::Read,
        batch: false,
        body: Body::None,
        arguments: &[],
        one_of: &[],
        result: "Settings",
        doc: "The settings of the account.",
        run: get,
    },
    Operation {
        verb: "settings.edit",
        method: "PATCH",
        path: "/client/v4/accounts/{account}/images/v1/config",
        need: Need::Write,
        batch: false,
        body: Body::Json,
        arguments: FIELDS,
        one_of: &[],
        result: "Settings",
        doc: "Changes the settings that are given; gives all.",
        run: edit,
    },
];

fn get(call: &Call<'_>) -> Result<Answer> {
    Ok(answer(&*call.api.hosted.settings(call.account)?))
}

fn answer(settings: &Settings) -> Answer {
    match settings.preserve_content_credentials {
        true => Answer::Noted(shown(settings), NO_CREDENTIALS),
        false => Answer::Json(shown(settings)),
    }
}

fn edit(call: &Call<'_>) -> Result<Answer> {
    let bounds = ["quota", "upload_bytes"];
    if let Some(bound) = bounds.iter().find(|name| !call.trusted && call.value(name).is_some()) {
        let message = format!("{bound}: only the service's own token changes it");
        return Err(Error::new(ErrorKind::Forbidden, message));
    }
    let webhook = call.arguments.get("webhook").map(webhook).transpose()?;
    let settings = call.api.hosted.edit_settings(call.account, &mut |settings| {
        change(call, settings);
        if let Some(webhook) = &webhook {
            settings.webhook = webhook.clone();
        }
        Ok(())
    })?;
    Ok(answer(&settings))
}

fn change(call: &Call<'_>, settings: &mut Settings) {
    let flags = [
        ("flexible_variants", &mut settings.flexible_variants),
        ("preserve_content_credentials", &mut settings.preserve_content_credentials),
        ("private_custom_ids", &mut settings.private_custom_ids),
    ];
    for (name, place) in flags {
        *place = call.flag(name).unwrap_or(*place);
    }
    let numbers = [
        ("browser_ttl", &mut settings.browser_ttl),
        ("quota", &mut settings.quota),
        ("upload_bytes", &mut settings.upload_bytes),
    ];
    for (name, place) in numbers {
        *place = call.number(name).unwrap_or(*place);
    }
}

fn webhook(value: &Value) -> Result<Option<Webhook>> {
    if value.is_null() {
        return Ok(None);
    }
    let text = |name: &str| match value.get(name) {
        None => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(other) => Err(Error::invalid(name, "a text", other)),
    };
    Ok(Some(Webhook { url: text("url")?, secret: text("secret")? }))
}

/// Settings as clients see them. The webhook's secret is only ever written.
fn shown(settings: &Settings) -> Value {
    json!({
        "flexible_variants": settings.flexible_variants,
        "browser_ttl": settings.browser_ttl,
        "preserve_content_credentials": settings.preserve_content_credentials,
        "private_custom_ids": settings.private_custom_ids,
        "webhook": settings.webhook.as_ref().map(|webhook| json!({"url": webhook.url})),
        "quota": settings.quota,
        "upload_bytes": settings.upload_bytes,
    })
}

/// The shape of [`shown`], from the rows above.
pub(super) fn schema() -> Value {
    let property = |field: &Argument| {
        let schema = match field.kind {
            Kind::Object(_) => json!({"anyOf": [reference("WebhookShown"), {"type": "null"}]}),
            kind => kind.schema(),
        };
        (field.name.to_owned(), schema)
    };
    let names: Vec<&str> = FIELDS.iter().map(|field| field.name).collect();
    json!({
        "type": "object",
        "required": names,
        "properties": FIELDS.iter().map(property).collect::<serde_json::Map<_, _>>(),
        "additionalProperties": false,
    })
}
