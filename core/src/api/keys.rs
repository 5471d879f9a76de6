//! Signing keys. Whoever reads them can sign, so even their list needs a token that may write.

use serde_json::{json, Value};

use super::kind::Kind;
use super::operation::{path, Answer, Argument, Body, Call, Need, Operation};
use crate::hosted::SigningKey;
use crate::Result;

const NAME: Argument = path("name", Kind::Word(20), "The key's name.");

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        verb: "keys.list",
        method: "GET",
        path: "/client/v4/accounts/{account}/images/v1/keys",
        need: Need::Write,
        batch: false,
        body: Body::None,
        arguments: &[],
        one_of: &[],
        result: "KeyList",
        doc: "Every signing key with its value. Any of them signs.",
        run: list,
    },
    Operation {
        verb: "keys.update",
        method: "PUT",
        path: "/client/v4/accounts/{account}/images/v1/keys/{name}",
        need: Need::Write,
        batch: false,
        body: Body::None,
        arguments: &[NAME],
        one_of: &[],
        result: "KeyList",
        doc: "Makes a key of this name with a fresh value; gives every key.",
        run: update,
    },
    Operation {
        verb: "keys.delete",
        method: "DELETE",
        path: "/client/v4/accounts/{account}/images/v1/keys/{name}",
        need: Need::Write,
        batch: false,
        body: Body::None,
        arguments: &[NAME],
        one_of: &[],
        result: "KeyList",
        doc: "Removes a key: what it signed is refused when this returns. Gives the keys that are \
              left; in place of the last one a fresh key named `default` is made.",
        run: delete,
    },
];

fn list(call: &Call<'_>) -> Result<Answer> {
    Ok(shown(&call.api.hosted.keys(call.account)?))
}

fn update(call: &Call<'_>) -> Result<Answer> {
    Ok(shown(&call.api.hosted.put_key(call.account, call.needed("name")?)?))
}

fn delete(call: &Call<'_>) -> Result<Answer> {
    Ok(shown(&call.api.hosted.delete_key(call.account, call.needed("name")?)?))
}

fn shown(keys: &[SigningKey]) -> Answer {
    let key = |key: &SigningKey| json!({"name": key.name, "value": key.value});
    Answer::Json(json!({"keys": keys.iter().map(key).collect::<Vec<Value>>()}))
}
