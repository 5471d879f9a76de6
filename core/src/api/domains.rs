//! Hosts under which an account's images are delivered: ours, the reference has zones for that.

use serde_json::json;

use super::images::nothing;
use super::kind::Kind;
use super::operation::{path, Answer, Argument, Body, Call, Need, Operation};
use crate::Result;

const HOST: Argument =
    path("host", Kind::Host, "A host name, in lower case and without a port: `img.example.com`.");

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        verb: "domains.list",
        method: "GET",
        path: "/client/v4/accounts/{account}/images/domains",
        need: Need::Read,
        batch: false,
        body: Body::None,
        arguments: &[],
        one_of: &[],
        result: "DomainList",
        doc: "The hosts of the account.",
        run: list,
    },
    Operation {
        verb: "domains.put",
        method: "PUT",
        path: "/client/v4/accounts/{account}/images/domains/{host}",
        need: Need::Write,
        batch: false,
        body: Body::None,
        arguments: &[HOST],
        one_of: &[],
        result: "Domain",
        doc: "Delivers the account's images under this host too. A host belongs to one account.",
        run: put,
    },
    Operation {
        verb: "domains.delete",
        method: "DELETE",
        path: "/client/v4/accounts/{account}/images/domains/{host}",
        need: Need::Write,
        batch: false,
        body: Body::None,
        arguments: &[HOST],
        one_of: &[],
        result: "Nothing",
        doc: "Delivers nothing under this host any more.",
        run: delete,
    },
];

fn list(call: &Call<'_>) -> Result<Answer> {
    Ok(Answer::Json(json!({"domains": call.api.hosted.domains(call.account)?})))
}

fn put(call: &Call<'_>) -> Result<Answer> {
    let host = call.needed("host")?;
    call.api.hosted.put_domain(call.account, host)?;
    Ok(Answer::Json(json!({"host": host})))
}

fn delete(call: &Call<'_>) -> Result<Answer> {
    call.api.hosted.drop_domain(call.account, call.needed("host")?)?;
    Ok(Answer::Json(nothing()))
}
