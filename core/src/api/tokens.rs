//! Tokens with scopes: ours, the reference makes them elsewhere.

use serde_json::{json, Value};

use super::date;
use super::images::nothing;
use super::kind::Kind;
use super::operation::{field, path, Answer, Body, Call, Need, Operation};
use crate::hosted::{Scopes, TokenInfo};
use crate::{Error, Result};

const SCOPES: [&str; 3] = ["read", "write", "upload"];

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        verb: "tokens.list",
        method: "GET",
        path: "/client/v4/accounts/{account}/images/tokens",
        need: Need::Write,
        batch: false,
        body: Body::None,
        arguments: &[],
        one_of: &[],
        result: "TokenList",
        doc: "The account's tokens, oldest first, without their secrets.",
        run: list,
    },
    Operation {
        verb: "tokens.create",
        method: "POST",
        path: "/client/v4/accounts/{account}/images/tokens",
        need: Need::Write,
        batch: false,
        body: Body::Json,
        arguments: &[
            field("name", Kind::Text(1, 100), "Its name.").required(),
            field(
                "scopes",
                Kind::Choices(&SCOPES),
                "What it allows: `read` lists and shows, `upload` adds images, `write` does \
                 everything.",
            )
            .required(),
        ],
        one_of: &[],
        result: "Token",
        doc: "Makes a token. Its secret, `value`, is shown this once; only a hash is kept.",
        run: create,
    },
    Operation {
        verb: "tokens.delete",
        method: "DELETE",
        path: "/client/v4/accounts/{account}/images/tokens/{id}",
        need: Need::Write,
        batch: false,
        body: Body::None,
        arguments: &[path("id", Kind::Word(64), "The token's id, not its secret.")],
        one_of: &[],
        result: "Nothing",
        doc: "Removes a token; no node takes it any more when this returns.",
        run: delete,
    },
];

fn list(call: &Call<'_>) -> Result<Answer> {
    let tokens = call.api.hosted.tokens(call.account)?;
    let shown = |token: &TokenInfo| {
        json!({
            "id": token.id,
            "name": token.name,
            "scopes": words(&token.scopes),
            "created": date::print(token.created),
        })
    };
    Ok(Answer::Json(json!({"tokens": tokens.iter().map(shown).collect::<Vec<Value>>()})))
}

fn create(call: &Call<'_>) -> Result<Answer> {
    let given = call.value("scopes").and_then(Value::as_array);
    let has = |word: &str| given.is_some_and(|words| words.iter().any(|given| given == word));
    let scopes = Scopes { read: has("read"), write: has("write"), upload: has("upload") };
    if words(&scopes).is_empty() {
        return Err(Error::invalid("scopes", "at least one scope", "none"));
    }
    // Only writers come so far, and they may do everything: nobody gets more than he has.
    let name = call.needed("name")?;
    let value = call.api.hosted.create_token(call.account, name, scopes)?;
    let id = value.split('_').nth(1);
    Ok(Answer::Json(json!({"id": id, "name": name, "scopes": words(&scopes), "value": value})))
}

fn words(scopes: &Scopes) -> Vec<&'static str> {
    let held = [scopes.read, scopes.write, scopes.upload];
    SCOPES.into_iter().zip(held).filter_map(|(word, held)| held.then_some(word)).collect()
}

fn delete(call: &Call<'_>) -> Result<Answer> {
    call.api.hosted.delete_token(call.account, call.needed("id")?)?;
    Ok(Answer::Json(nothing()))
}
