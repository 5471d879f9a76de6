//! What lets others upload: drafts that a visitor fills, and tokens of the batch host.

use serde_json::json;

use super::date;
use super::direct;
use super::images::{CREATOR, METADATA, NEW_ID, SIGNED};
use super::kind::Kind;
use super::operation::{field, Answer, Argument, Body, Call, Need, Operation};
use crate::hosted::TicketOrder;
use crate::Result;

const FIELDS: &[Argument] = &[
    NEW_ID,
    CREATOR,
    METADATA,
    SIGNED,
    field(
        "expiry",
        Kind::Time,
        "When the draft ends: 2 minutes to 6 hours from now; 30 minutes by default.",
    ),
];
const DOC: &str = "Makes a draft and the address where one visitor may post its picture, once, \
    as the field `file` of a form and without a token.";

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        verb: "uploads.create",
        method: "POST",
        path: "/client/v4/accounts/{account}/images/v2/direct_upload",
        need: Need::Upload,
        batch: true,
        body: Body::Either,
        arguments: FIELDS,
        one_of: &[],
        result: "DirectUpload",
        doc: DOC,
        run: create,
    },
    Operation {
        verb: "uploads.create_v1",
        method: "POST",
        path: "/client/v4/accounts/{account}/images/v1/direct_upload",
        need: Need::Upload,
        batch: false,
        body: Body::Either,
        arguments: FIELDS,
        one_of: &[],
        result: "DirectUpload",
        doc: "The older path of `uploads.create`.",
        run: create,
    },
    Operation {
        verb: "uploads.batch_token",
        method: "GET",
        path: "/client/v4/accounts/{account}/images/v1/batch_token",
        need: Need::Write,
        batch: false,
        body: Body::None,
        arguments: &[],
        one_of: &[],
        result: "BatchToken",
        doc: "A token that lives for some hours, for the short paths `/images/v1…` and \
              `/images/v2…`: upload, details, update, delete, list, direct upload.",
        run: batch_token,
    },
];

fn create(call: &Call<'_>) -> Result<Answer> {
    let expires = call.text("expiry").map(|text| date::read("expiry", text)).transpose()?;
    let order = TicketOrder {
        id: call.owned("id"),
        creator: call.owned("creator").filter(|creator| !creator.is_empty()),
        metadata: call.value("metadata").cloned(),
        require_signed_urls: call.flag("requireSignedURLs").unwrap_or(false),
        expires,
    };
    let ticket = call.api.hosted.create_ticket(call.account, &order)?;
    let account = call.api.hosted.account(call.account)?;
    let url = direct::address(call.api, &account.hash, &ticket);
    Ok(Answer::Json(json!({"id": ticket.id, "uploadURL": url})))
}

fn batch_token(call: &Call<'_>) -> Result<Answer> {
    let (token, expires) = call.api.hosted.create_batch_token(call.account)?;
    Ok(Answer::Json(json!({"token": token, "expiresAt": date::print(expires)})))
}
