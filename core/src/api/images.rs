//! Images: upload, details, changes, removal, the original.

use serde_json::{json, Value};

use super::kind::Kind;
use super::links::Links;
use super::operation::{field, path, Answer, Argument, Body, Call, Need, Operation};
use crate::hosted::{Ahead, Update, Upload};
use crate::{Error, Result};

const ID: Argument = path("id", Kind::Id, "The image's id.");

/// Formats that can be rendered ahead.
const FORMATS: [&str; 5] = ["avif", "webp", "jpeg", "png", "gif"];

/// The fields that an upload and a draft share.
pub(super) const NEW_ID: Argument = field(
    "id",
    Kind::Id,
    "An id of your own, with `/` if you like; not a UUID, no word of these paths \
     (`keys`, `variants`, `stats`, …), no empty or dot segments. Without it a UUID is made.",
);
pub(super) const CREATOR: Argument =
    field("creator", Kind::Text(0, 1024), "Who made it, in your own words.");
pub(super) const METADATA: Argument = field(
    "metadata",
    Kind::Metadata,
    "An object of your own, at most 1024 bytes as JSON; visitors never see it. In a form: its \
     JSON text, or one field each as `metadata[a][b]` or `metadata.a.b`.",
);
pub(super) const SIGNED: Argument = field(
    "requireSignedURLs",
    Kind::Flag,
    "Whether it is shown by signed addresses only. Refused together with an `id` of your own, \
     unless the setting `private_custom_ids` allows that.",
);

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        verb: "images.upload",
        method: "POST",
        path: "/client/v4/accounts/{account}/images/v1",
        need: Need::Upload,
        batch: true,
        body: Body::Form,
        arguments: &[
            field("file", Kind::File, "The picture: JPEG, PNG, GIF, WebP, SVG or AVIF."),
            field("url", Kind::Url, "In place of `file`: where the picture is fetched."),
            NEW_ID,
            field("filename", Kind::Text(1, 255), "Its name; by default that of the file."),
            CREATOR,
            METADATA,
            SIGNED,
            field(
                "ahead",
                Kind::Object("Ahead"),
                "What is rendered before anybody asks: names of variants, and formats (`avif`, \
                 `webp`, `jpeg`, `png`, `gif`); no formats means those that browsers are sent. In \
                 a form: its JSON text.",
            ),
        ],
        one_of: &["file", "url"],
        result: "Image",
        doc: "Adds an image, from `file` or from `url`.",
        run: upload,
    },
    Operation {
        verb: "images.original",
        method: "GET",
        path: "/client/v4/accounts/{account}/images/v1/{id}/blob",
        need: Need::Read,
        batch: false,
        body: Body::None,
        arguments: &[ID],
        one_of: &[],
        result: "",
        doc: "The bytes that were uploaded.",
        run: original,
    },
    Operation {
        verb: "images.get",
        method: "GET",
        path: "/client/v4/accounts/{account}/images/v1/{id}",
        need: Need::Read,
        batch: true,
        body: Body::None,
        arguments: &[ID],
        one_of: &[],
        result: "Image",
        doc: "One image. `draft` is there, and true, while its bytes have not come.",
        run: get,
    },
    Operation {
        verb: "images.update",
        method: "PATCH",
        path: "/client/v4/accounts/{account}/images/v1/{id}",
        need: Need::Write,
        batch: true,
        body: Body::Json,
        arguments: &[
            ID,
            METADATA,
            SIGNED,
            field("creator", Kind::Text(0, 1024), "Who made it; null takes it away.").nullable(),
        ],
        one_of: &[],
        result: "Image",
        doc: "Changes what is given. `metadata` replaces the whole object. A change of \
              `requireSignedURLs` gives an image with a made id another id, which is answered.",
        run: update,
    },
    Operation {
        verb: "images.delete",
        method: "DELETE",
        path: "/client/v4/accounts/{account}/images/v1/{id}",
        need: Need::Write,
        batch: true,
        body: Body::None,
        arguments: &[ID],
        one_of: &[],
        result: "Nothing",
        doc: "Removes an image; no node answers with it any more when this returns.",
        run: delete,
    },
];

fn upload(call: &Call<'_>) -> Result<Answer> {
    let fetched;
    let (bytes, name) = match (call.file, call.text("url")) {
        (Some(file), None) => (file, None),
        (None, Some(url)) => {
            fetched = fetch(call, url)?;
            (fetched.as_slice(), last_segment(url))
        }
        _ => return Err(Error::invalid("file", "either file or url", "both or none")),
    };
    let upload = Upload {
        bytes,
        filename: call.owned("filename").or(name),
        id: call.owned("id"),
        creator: call.owned("creator").filter(|creator| !creator.is_empty()),
        metadata: call.value("metadata").cloned(),
        require_signed_urls: call.flag("requireSignedURLs").unwrap_or(false),
        ahead: call.value("ahead").map(ahead).transpose()?,
    };
    let image = call.api.hosted.upload(call.account, &upload, call.job)?;
    Ok(Answer::Json(Links::new(call.api, call.account)?.image(&image)))
}

fn ahead(value: &Value) -> Result<Ahead> {
    let words = |name: &str| -> Result<Vec<String>> {
        let words = value.get(name).cloned().unwrap_or_else(|| json!([]));
        let expected = "lists of variants and formats";
        serde_json::from_value(words).map_err(|_| Error::invalid("ahead", expected, value))
    };
    let formats = words("formats")?;
    if let Some(other) = formats.iter().find(|name| !FORMATS.contains(&name.as_str())) {
        return Err(Error::invalid("ahead", "avif, webp, jpeg, png or gif", other));
    }
    Ok(Ahead { variants: words("variants")?, formats })
}

fn fetch(call: &Call<'_>, url: &str) -> Result<Vec<u8>> {
    let fetch = call.api.fetch.ok_or_else(|| {
        Error::new(crate::Kind::Forbidden, "url: uploads by address are switched off")
    })?;
    let most = call.api.hosted.settings(call.account)?.upload_bytes;
    call.fetching.set(true);
    let bytes = fetch(url, most, call.job)?;
    call.fetching.set(false);
    Ok(bytes)
}

/// What an address calls the file: its last segment with something in it, decoded.
fn last_segment(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?.splitn(4, '/').nth(3)?;
    let last = path.rsplit('/').find(|segment| !segment.is_empty())?;
    let name = super::query::decoded(last).unwrap_or_else(|| last.to_owned());
    Some(name.chars().take(255).collect())
}

fn original(call: &Call<'_>) -> Result<Answer> {
    let (image, bytes) = call.api.hosted.original(call.account, call.needed("id")?)?;
    Ok(Answer::Bytes(bytes, image.mime))
}

fn get(call: &Call<'_>) -> Result<Answer> {
    let image = call.api.hosted.get(call.account, call.needed("id")?)?;
    Ok(Answer::Json(Links::new(call.api, call.account)?.image(&image)))
}

fn update(call: &Call<'_>) -> Result<Answer> {
    let creator = call
        .arguments
        .get("creator")
        .map(|creator| creator.as_str().filter(|creator| !creator.is_empty()).map(str::to_owned));
    let update = Update {
        metadata: call.value("metadata").cloned(),
        require_signed_urls: call.flag("requireSignedURLs"),
        creator,
    };
    let image = call.api.hosted.update(call.account, call.needed("id")?, &update)?;
    Ok(Answer::Json(Links::new(call.api, call.account)?.image(&image)))
}

fn delete(call: &Call<'_>) -> Result<Answer> {
    call.api.hosted.delete(call.account, call.needed("id")?)?;
    Ok(Answer::Json(nothing()))
}

/// The result of what has none.
pub(super) fn nothing() -> Value {
    json!({})
}
