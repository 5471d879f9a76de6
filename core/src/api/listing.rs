//! Lists and counts.

use serde_json::{json, Value};

use super::filters;
use super::kind::Kind;
use super::links::Links;
use super::operation::{query, Answer, Argument, Body, Call, Need, Operation};
use crate::hosted::Listing;
use crate::Result;

const CREATOR: Argument = query(
    "creator",
    Kind::Text(0, 1024),
    "Only images of this creator; the empty text means those without one.",
);
const PER_PAGE: Argument =
    query("per_page", Kind::Integer(10, 10_000), "Images of one page; 1000 by default.");

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        verb: "images.list",
        method: "GET",
        path: "/client/v4/accounts/{account}/images/v2",
        need: Need::Read,
        batch: true,
        body: Body::None,
        arguments: &[
            query("continuation_token", Kind::Text(1, 4096), "Where the page before ended."),
            PER_PAGE,
            query("sort_order", Kind::Choice(&["asc", "desc"]), "By upload; `desc` by default."),
            CREATOR,
            query(
                "meta",
                Kind::Filters,
                "Conditions on metadata, all of which must hold: at most 5 parameters named \
                 `meta.<field>[<operator>]`. A field has at most 5 names with dots between them. \
                 Operators: `eq`, `gt`, `gte`, `lt`, `lte`, `in` (values with `|` between them, \
                 at most 10), each with a type behind it if you like: `:string`, `:number`, \
                 `:boolean`. A field of another type does not pass.",
            ),
        ],
        one_of: &[],
        result: "ImageList",
        doc: "Images in the order of their upload, page by page. Drafts are left out. \
              `continuation_token` is null at the end.",
        run: list,
    },
    Operation {
        verb: "images.page",
        method: "GET",
        path: "/client/v4/accounts/{account}/images/v1",
        need: Need::Read,
        batch: false,
        body: Body::None,
        arguments: &[
            query("page", Kind::Integer(1, 1_000_000), "Which page; 1 by default."),
            PER_PAGE,
            CREATOR,
        ],
        one_of: &[],
        result: "ImagePage",
        doc: "Images, newest first, by the number of the page. `images.list` does not slow down \
              with the number of images.",
        run: page,
    },
    Operation {
        verb: "images.stats",
        method: "GET",
        path: "/client/v4/accounts/{account}/images/v1/stats",
        need: Need::Read,
        batch: false,
        body: Body::None,
        arguments: &[],
        one_of: &[],
        result: "Stats",
        doc: "How many images there are, and how many there may be.",
        run: stats,
    },
];

fn list(call: &Call<'_>) -> Result<Answer> {
    let parameters = call
        .arguments
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
    let listing = Listing {
        creator: call.owned("creator"),
        filters: filters::read(&parameters.collect::<Vec<_>>())?,
        ascending: call.text("sort_order") == Some("asc"),
        per_page: per_page(call),
        token: call.owned("continuation_token"),
    };
    let listed = call.api.hosted.list(call.account, &listing)?;
    let images = shown(call, &listed.images)?;
    Ok(Answer::Json(json!({"images": images, "continuation_token": listed.token})))
}

fn page(call: &Call<'_>) -> Result<Answer> {
    let page = call.number("page").unwrap_or(1);
    let images =
        call.api.hosted.list_page(call.account, page, per_page(call), call.text("creator"))?;
    Ok(Answer::Json(json!({"images": shown(call, &images)?})))
}

fn per_page(call: &Call<'_>) -> usize {
    call.number("per_page").unwrap_or(1000) as usize
}

fn shown(call: &Call<'_>, images: &[crate::hosted::Image]) -> Result<Vec<Value>> {
    let links = Links::new(call.api, call.account)?;
    Ok(images.iter().map(|image| links.image(image)).collect())
}

fn stats(call: &Call<'_>) -> Result<Answer> {
    let stats = call.api.hosted.stats(call.account)?;
    Ok(Answer::Json(json!({"count": {"allowed": stats.allowed, "current": stats.current}})))
}
