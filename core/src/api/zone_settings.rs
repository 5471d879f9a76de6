//! Settings of a zone: which sources are transformed, and Polish. They belong to the account.
//!
//! Those of Polish are for whoever has the cache that polishes: it asks for them here. A setting
//! that is on and that nothing of this service follows is answered with a message that says so.

use serde_json::{json, Value};

use super::kind::Kind;
use super::operation::{field, path, Answer, Argument, Body, Call, Need, Operation};
use super::settings::NO_CREDENTIALS;
use crate::hosted::{Polish, Settings};
use crate::{Error, Result};

/// Names of settings, and what each is called in answers.
const NAMES: [(&str, &str); 7] = [
    ("polish", "polish"),
    ("webp", "webp"),
    ("mirage", "mirage"),
    ("image_resizing", "image_resizing"),
    ("transformations", "transformations"),
    ("transformations_allowed_origins", "image_resizing_allowed_origins"),
    ("transformations_c2pa", "image_resizing_c2pa"),
];
const WORDS: [&str; 7] =
    [NAMES[0].0, NAMES[1].0, NAMES[2].0, NAMES[3].0, NAMES[4].0, NAMES[5].0, NAMES[6].0];
const SETTING: Argument = path(
    "setting",
    Kind::Choice(&WORDS),
    "Which one: `transformations`, also called `image_resizing` (`on`, `off`, `open`), \
     `transformations_allowed_origins` (hosts with commas between them, `*` for all), `polish` \
     (`off`, `lossless`, `lossy`) and `webp` (`on`, `off`), both for a cache in front of an origin \
     to read and to follow: hosted pictures and transforms have their own options; \
     `transformations_c2pa` and `mirage` (`on`, `off`), both without effect. Where one is on that \
     nothing here follows, `messages` says so.",
);
/// What is said of settings that nothing of this service follows.
const FOR_A_CACHE: &str =
    "the setting is for a cache in front of an origin, which has to read and follow it: hosted \
     pictures and transforms have their own options";
const NO_MIRAGE: &str = "mirage: the setting is kept and has no effect";

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        verb: "zone.get",
        method: "GET",
        path: "/client/v4/zones/{zone}/settings/{setting}",
        need: Need::Read,
        batch: false,
        body: Body::None,
        arguments: &[SETTING],
        one_of: &[],
        result: "ZoneSetting",
        doc: "One setting of transforms or Polish.",
        run: get,
    },
    Operation {
        verb: "zone.edit",
        method: "PATCH",
        path: "/client/v4/zones/{zone}/settings/{setting}",
        need: Need::Write,
        batch: false,
        body: Body::Json,
        arguments: &[SETTING, field("value", Kind::Text(0, 8192), "Its value.").required()],
        one_of: &[],
        result: "ZoneSetting",
        doc: "Changes one setting of transforms or Polish.",
        run: edit,
    },
];

fn get(call: &Call<'_>) -> Result<Answer> {
    let settings = call.api.hosted.settings(call.account)?;
    shown(call, &settings)
}

fn edit(call: &Call<'_>) -> Result<Answer> {
    let (name, value) = (call.needed("setting")?, call.needed("value")?);
    let settings = call
        .api
        .hosted
        .edit_settings(call.account, &mut |settings| change(settings, name, value))?;
    shown(call, &settings)
}

fn change(settings: &mut Settings, name: &str, value: &str) -> Result<()> {
    match name {
        "polish" => settings.polish = word(name, value)?,
        "webp" => settings.webp = switch(name, value)?,
        "mirage" => settings.mirage = switch(name, value)?,
        "transformations_c2pa" => settings.preserve_content_credentials = switch(name, value)?,
        "transformations_allowed_origins" => {
            let origins = value.split(',').map(str::trim).filter(|origin| !origin.is_empty());
            settings.allowed_origins = origins.map(str::to_owned).collect();
        }
        _ => settings.transformations = word(name, value)?,
    }
    Ok(())
}

/// A value of an enum, by its word.
fn word<T: serde::de::DeserializeOwned>(name: &str, value: &str) -> Result<T> {
    serde_json::from_value(Value::from(value))
        .map_err(|_| Error::invalid(name, "one of the words it has", value))
}

fn switch(name: &str, value: &str) -> Result<bool> {
    match value {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(Error::invalid(name, "on or off", value)),
    }
}

fn shown(call: &Call<'_>, settings: &Settings) -> Result<Answer> {
    let name = call.needed("setting")?;
    let on = |switch: bool| json!(if switch { "on" } else { "off" });
    let value = match name {
        "polish" => json!(settings.polish),
        "webp" => on(settings.webp),
        "mirage" => on(settings.mirage),
        "transformations_c2pa" => on(settings.preserve_content_credentials),
        "transformations_allowed_origins" => json!(settings.allowed_origins.join(",")),
        _ => json!(settings.transformations),
    };
    let id = NAMES.iter().find(|(known, _)| *known == name).map(|(_, id)| *id);
    let result = json!({"id": id, "editable": true, "modified_on": null, "value": value});
    Ok(match note(name, settings) {
        Some(note) => Answer::Noted(result, note),
        None => Answer::Json(result),
    })
}

fn note(name: &str, settings: &Settings) -> Option<&'static str> {
    let (is_on, note) = match name {
        "polish" => (settings.polish != Polish::Off, FOR_A_CACHE),
        "webp" => (settings.webp, FOR_A_CACHE),
        "mirage" => (settings.mirage, NO_MIRAGE),
        "transformations_c2pa" => (settings.preserve_content_credentials, NO_CREDENTIALS),
        _ => return None,
    };
    is_on.then_some(note)
}
