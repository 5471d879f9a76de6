//! Who asks: a token in any of the headers that clients send.

use super::codes;
use super::envelope::{Outcome, Problem};
use super::operation::{Need, Operation};
use super::Api;
use crate::hosted::{Grant, Scopes};
use crate::{Kind, Request};

/// What the token of a request allows, if it allows the operation.
pub(crate) fn authorize(
    api: &Api<'_>,
    request: &Request<'_>,
    operation: &Operation,
    account: Option<&str>,
) -> Outcome<Grant> {
    let unknown =
        || Problem::new(codes::NO_TOKEN).header("www-authenticate", "Bearer realm=\"safelight\"");
    let token = token(request).ok_or_else(unknown)?;
    let grant = api.hosted.authenticate(token).map_err(|error| match error.kind() {
        Kind::Storage | Kind::Busy | Kind::Internal => Problem::with(codes::STORAGE, &error),
        _ => unknown(),
    })?;
    let same = account.is_none_or(|account| grant.covers(account));
    let kind = operation.batch || !grant.batch;
    match same && kind && allows(&grant.scopes, operation.need) {
        true => Ok(grant),
        false => Err(Problem::new(codes::NOT_ALLOWED)),
    }
}

/// The token of a request: `Authorization: Bearer`, or a key in one of the older headers.
fn token<'a>(request: &Request<'a>) -> Option<&'a str> {
    let bearer = request.header("authorization").and_then(|value| {
        let (scheme, token) = value.trim().split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    });
    let key = || request.header("x-auth-email").and_then(|_| request.header("x-auth-key"));
    let service = || request.header("x-auth-user-service-key");
    bearer.or_else(key).or_else(service).filter(|token| !token.is_empty())
}

fn allows(scopes: &Scopes, need: Need) -> bool {
    match need {
        Need::Read => scopes.read || scopes.write,
        Need::Upload => scopes.upload || scopes.write,
        Need::Write => scopes.write,
    }
}
