//! Which requests are for a service: what a host asks before it reads a body.

use super::binding;
use super::respond::Failure;
use super::{Inner, Service};
use crate::api;
use crate::url::{DELIVERY_PREFIX, TRANSFORM_PREFIX};
use crate::{Error, Request, Response};

/// First words of REST paths of one account, and of uploads with a ticket.
const ACCOUNTS: &str = "/client/v4/accounts/";
const TICKETS: &str = "/upload/";
/// Forms of a Worker's Images binding: words that a host may need itself where there is no mount.
const BINDING: [&str; 2] = ["/info", "/transform"];
/// Bytes of a request without a picture, and of a form around one.
const FORM_BYTES: u64 = 64 << 10;

impl Service {
    /// How many bytes of body a host reads for a request; `None` when the request is not for this
    /// service and the host answers it itself. It looks at path and method alone.
    ///
    /// Of a longer body the host hands over one byte more, and the answer is 413.
    ///
    /// Below a mount everything is for the service. Without one only paths that mean something to
    /// it are: those of transforms, deliveries, uploads and the REST API. The pictures of
    /// `sources.folder` are for the host to serve.
    pub fn wants(&self, method: &str, target: &str) -> Option<u64> {
        let path = path_of(self.0.mounted(target)?);
        let mounted = !self.0.config.mount.is_empty();
        (mounted || self.0.is_place(path)).then(|| self.0.body_limit(method, path))
    }
}

impl Inner {
    /// Whether a path means something to a service that has no mount.
    fn is_place(&self, path: &str) -> bool {
        path.starts_with(TRANSFORM_PREFIX)
            || path.starts_with(DELIVERY_PREFIX)
            || is_api(path)
            || self.hash_of_ticket(path).is_some()
            || self.names_an_account(path)
    }

    /// The account's hash in the address of a ticket.
    fn hash_of_ticket<'a>(&self, path: &'a str) -> Option<&'a str> {
        let hash = path.strip_prefix(TICKETS)?.split('/').next()?;
        self.hosted.account_by_hash(hash).is_ok().then_some(hash)
    }

    /// Bytes of body that a request may have.
    fn body_limit(&self, method: &str, path: &str) -> u64 {
        match method {
            "POST" if BINDING.contains(&path) => binding::FORM_BYTES as u64,
            "POST" => self.upload_bytes(path).saturating_add(FORM_BYTES),
            "PUT" | "PATCH" | "DELETE" => FORM_BYTES,
            _ => 0,
        }
    }

    /// Bytes of a picture that may be uploaded to a path; none where nobody could.
    fn upload_bytes(&self, path: &str) -> u64 {
        let account = path.strip_prefix(ACCOUNTS).and_then(|rest| rest.split('/').next());
        let account = match (account, self.hash_of_ticket(path)) {
            (Some(id), _) => self.hosted.account(id),
            (_, Some(hash)) => self.hosted.account_by_hash(hash),
            _ if is_api(path) => Ok(self.hosted.home().clone()),
            _ => return 0,
        };
        let settings = account.and_then(|account| self.hosted.settings(&account.id));
        let most = self.engine.limits().source_bytes;
        settings.map_or(0, |settings| settings.upload_bytes.min(most))
    }

    /// The answer to a body that is too long.
    pub(super) fn refused_body(&self, request: &Request<'_>, target: &str) -> Option<Response> {
        // A body where none belongs is ignored, as servers do.
        let length = request.body.len() as u64;
        if length <= FORM_BYTES {
            return None;
        }
        let path = path_of(target);
        let limit = self.body_limit(request.method, path);
        (length > limit).then(|| match is_api(path) {
            true => {
                let error = Error::too_large("body bytes", limit, "more");
                api::too_large(request.method, path, &error)
            }
            false => {
                let text = format!("body bytes: limit {limit}, got more");
                Failure::coded(9402, 413, &text).response()
            }
        })
    }
}

pub(super) fn path_of(target: &str) -> &str {
    target.split('?').next().unwrap_or(target)
}

/// Whether a path is of the REST API, under its own name or a short one.
pub(super) fn is_api(path: &str) -> bool {
    let under = |place: &str| {
        path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    ["/client/v4", "/images/v1", "/images/v2"].into_iter().any(under)
}
