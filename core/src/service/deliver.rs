//! Hosted images (reference §3): `/<hash>/<id>/<variant or options>`, with or without
//! `/cdn-cgi/imagedelivery` in front.
//!
//! What is signed is the path as the client sent it: with the mount point, and on a custom domain
//! with `/cdn-cgi/imagedelivery` where the client's URL has it. A proxy that rewrites paths has to
//! pass on the one that was signed.

use super::facts::ImageFacts;
use super::overlays::Overlay;
use super::respond::{cross_origin, Failure};
use super::sources::Reader;
use super::told::{Known, Told};
use super::work::{Made, Material, Order, Unmade};
use super::Inner;
use crate::delivery::{self, Hints, Resolved, Situation, Stage};
use crate::hosted::{account_tag, image_tag, variant_tag, Account, Counted, Settings};
use crate::options::FormatWord;
use crate::storage::results::Label;
use crate::url::{self, Choice, Delivery, Part, Url};
use crate::{sign, Error, Job, Kind, Options, Request, Response, VERSION};

/// How often a request starts again because its image changed under it.
const TRIES: usize = 4;
/// Seconds for which a browser may show an outdated picture while it asks for a new one.
const STALE: u64 = 7200;
/// Seconds that a private picture lives where its URL never expires.
const PRIVATE_LIFE: u64 = 3600;
/// The longest life, in seconds.
const LONGEST_LIFE: u64 = 31_536_000;

/// A delivery, understood and allowed.
struct Allowed {
    account: Account,
    image: String,
    /// What the bytes are.
    hash: String,
    /// When they came, in Unix milliseconds.
    uploaded: u64,
    /// Whether the image is shown by signed URLs only.
    private: bool,
    /// Whether the variant is shown without a signature all the same.
    open: bool,
    /// The variant's name, where there is one.
    variant: Option<String>,
    resolved: Resolved,
    hints: Hints,
    accept_ch: Vec<&'static str>,
    warnings: Vec<String>,
    overlays: Vec<Overlay>,
    /// Hosts that overlays may come from.
    allowed: Vec<String>,
    /// `Cache-Control`.
    life: String,
    /// The newest number of the log that was seen before anything was read.
    born: u64,
}

/// What a variant or options in its place mean.
struct Chosen {
    variant: Option<String>,
    options: Options,
    browser_ttl: Option<u64>,
    /// Whether it is shown without a signature, whatever the image says.
    open: bool,
}

impl Inner {
    /// The answer to a delivery URL. `target` is what follows the mount point.
    pub(super) fn deliver(
        &self,
        request: &Request<'_>,
        target: &str,
        job: &Job,
    ) -> Result<Response, Failure> {
        let delivery = parse(target)?;
        for _ in 0..TRIES {
            let allowed = self.allow(request, &delivery, job)?;
            let order = allowed.order();
            let known = Known { version: allowed.version(), modified: allowed.modified() };
            if let Some(verdict) = known.verdict(request, &order.key(), &allowed.unchanged()) {
                return Ok(verdict);
            }
            match self.make(&order, job) {
                Ok(made) => return Ok(self.delivered(request, &allowed, &known, &made)),
                Err(Unmade::Changed) => {}
                Err(Unmade::Failed(failure)) => return Err(failure),
            }
        }
        Err(Failure::coded(9523, 500, "the image keeps changing"))
    }

    /// Checks everything that stands between a client and a picture.
    fn allow(
        &self,
        request: &Request<'_>,
        delivery: &Delivery,
        job: &Job,
    ) -> Result<Allowed, Failure> {
        let born = self.hosted.seen().map_err(own)?;
        let account = self.account_of(request, &delivery.account)?;
        let Delivery { image, choice, .. } = delivery;
        let mut allowed = self.look_up(account, image, choice, request.headers, born)?;
        if (allowed.private || self.config.require_signature) && !allowed.open {
            if allowed.variant.is_none() {
                let text = "options in place of a variant are not for images that need a signature";
                return Err(Failure::told(Situation::FlexibleVariantsOff, text));
            }
            self.check_signature(&allowed.account.id, request.target)?;
            allowed.life = private_life(request.query(), sign::now());
        }
        allowed.warnings.clone_from(&delivery.warnings);
        self.with_overlays(allowed, job)
    }

    /// What a client with `headers` would get, for nobody yet.
    pub(super) fn order_ahead(
        &self,
        account: &Account,
        image: &str,
        choice: &Choice,
        headers: &[(&str, &str)],
        job: &Job,
    ) -> Result<Order, Failure> {
        let born = self.hosted.seen().map_err(own)?;
        let allowed = self.look_up(account.clone(), image, choice, headers, born)?;
        Ok(Order { ahead: true, ..self.with_overlays(allowed, job)?.order() })
    }

    /// What is known of an image in a variant, for a client with `headers`: not yet whether it
    /// may have it.
    fn look_up(
        &self,
        account: Account,
        image: &str,
        choice: &Choice,
        headers: &[(&str, &str)],
        born: u64,
    ) -> Result<Allowed, Failure> {
        let settings = self.hosted.settings(&account.id).map_err(own)?;
        let chosen = self.choose(&account, &settings, choice)?;
        let facts = self.known(&account, image, born)?;
        let hints = Hints::from_headers(headers.iter().copied());
        Ok(Allowed {
            resolved: delivery::resolve(&chosen.options, &hints),
            accept_ch: delivery::accept_ch(&chosen.options),
            life: public_life(chosen.browser_ttl.unwrap_or(settings.browser_ttl)),
            allowed: settings.allowed_origins.clone(),
            warnings: Vec::new(),
            overlays: Vec::new(),
            image: image.to_owned(),
            variant: chosen.variant,
            open: chosen.open,
            private: facts.private,
            hash: facts.hash,
            uploaded: facts.uploaded,
            account,
            hints,
            born,
        })
    }

    fn with_overlays(&self, allowed: Allowed, job: &Job) -> Result<Allowed, Failure> {
        let reader = Reader { allowed: &allowed.allowed, born: allowed.born, job };
        let overlays = self.overlays(&allowed.resolved.options, false, reader)?;
        Ok(Allowed { overlays, ..allowed })
    }

    fn known(&self, account: &Account, image: &str, born: u64) -> Result<ImageFacts, Failure> {
        self.facts(&account.id, image, born).map_err(|error| match error.kind() {
            Kind::NotFound => Failure::situation(Situation::NoSuchImage),
            _ => own(error),
        })
    }

    /// The account of a hash. A custom domain shows the images of its own account only.
    fn account_of(&self, request: &Request<'_>, hash: &str) -> Result<Account, Failure> {
        let wrong = || Failure::situation(Situation::WrongAccount);
        let account = self.hosted.account_by_hash(hash).map_err(|error| match error.kind() {
            Kind::NotFound => wrong(),
            _ => own(error),
        })?;
        let owner = request.header("host").map(|host| self.hosted.account_by_host(host));
        match owner {
            Some(Ok(owner)) if owner.id != account.id => Err(wrong()),
            Some(Err(error)) if error.kind() != Kind::NotFound => Err(own(error)),
            _ => Ok(account),
        }
    }

    fn choose(
        &self,
        account: &Account,
        settings: &Settings,
        choice: &Choice,
    ) -> Result<Chosen, Failure> {
        let (variant, options, browser_ttl, open) = match choice {
            Choice::Variant(name) => {
                let found = self.hosted.variant(&account.id, name);
                let variant = found.map_err(|error| match error.kind() {
                    Kind::NotFound => Failure::told(
                        Situation::AccessDenied,
                        "the account has no variant with this name",
                    ),
                    _ => own(error),
                })?;
                let open = variant.never_require_signed_urls;
                (Some(name.clone()), variant.options.clone(), variant.browser_ttl, open)
            }
            Choice::Options(_) if !settings.flexible_variants => {
                return Err(Failure::situation(Situation::FlexibleVariantsOff));
            }
            Choice::Options(options) => (None, options.as_ref().clone(), None, false),
        };
        // Hosted images are always negotiated, and there is no source to redirect to.
        let options =
            Options { format: Some(FormatWord::Auto), onerror: None, origin_auth: None, ..options };
        self.engine.check(&options).map_err(|error| Failure::new(&error, Stage::Options))?;
        Ok(Chosen { variant, options, browser_ttl, open })
    }

    /// Refuses a path and query that none of the account's keys has signed, or whose time is up.
    pub(super) fn check_signature(&self, account: &str, target: &str) -> Result<(), Failure> {
        let keys = self.hosted.keys(account).map_err(own)?;
        let keys: Vec<&str> = keys.iter().map(|key| key.value.as_str()).collect();
        // No key at all refuses as well.
        sign::verify(target, &keys, sign::now()).map_err(|error| match error.kind() {
            Kind::Signature => Failure::new(&error, Stage::Url),
            _ => Failure::situation(Situation::AccessDenied),
        })
    }

    fn delivered(
        &self,
        request: &Request<'_>,
        allowed: &Allowed,
        known: &Known<'_>,
        made: &Made,
    ) -> Response {
        let told = Told {
            warnings: &allowed.warnings,
            vary: &allowed.resolved.vary,
            accept_ch: &allowed.accept_ch,
            tags: &allowed.tags(),
            life: allowed.life.clone(),
            source_cache_control: None,
        };
        let response = known.answer(request, made, &told);
        self.hosted.count(&allowed.account.id, Counted::Delivered(response.body.len() as u64));
        if !made.hit {
            self.hosted.count(&allowed.account.id, Counted::Transformed);
        }
        response
    }
}

impl Allowed {
    /// What the bytes are, short.
    fn version(&self) -> &str {
        self.hash.get(..32).unwrap_or(&self.hash)
    }

    fn tags(&self) -> Vec<String> {
        let account = &self.account.id;
        let variant = self.variant.as_ref().map(|name| variant_tag(account, name));
        let mut tags = vec![image_tag(account, &self.image), account_tag(account)];
        tags.extend(variant);
        tags
    }

    fn modified(&self) -> Option<std::time::SystemTime> {
        std::time::UNIX_EPOCH.checked_add(std::time::Duration::from_millis(self.uploaded))
    }

    /// Headers of a 304.
    fn unchanged(&self) -> Vec<(String, String)> {
        let mut headers = vec![("Cache-Control".to_owned(), self.life.clone())];
        headers.push(("Vary".to_owned(), self.resolved.vary.join(", ")));
        headers.push(("Cache-Tag".to_owned(), self.tags().join(",")));
        cross_origin(&mut headers);
        headers
    }

    fn order(&self) -> Order {
        let (account, image, hash) = (&self.account.id, &self.image, self.version());
        let overlays: Vec<_> =
            self.overlays.iter().map(|overlay| overlay.found.version.as_str()).collect();
        let start = format!("{VERSION} image:{account}/{image} {hash}");
        let address = format!("/{}/{}", self.account.hash, self.image);
        Order {
            ends: [start, overlays.join(",")],
            label: Label { tags: self.tags(), address, born: self.born },
            keep: self.overlays.iter().all(|overlay| overlay.found.keep),
            resolved: self.resolved.clone(),
            hints: self.hints.clone(),
            material: Material::Hosted {
                account: self.account.id.clone(),
                image: self.image.clone(),
                hash: self.hash.clone(),
            },
            overlays: self.overlays.clone(),
            allowed: self.allowed.clone(),
            ahead: false,
        }
    }
}

pub(super) fn parse(target: &str) -> Result<Delivery, Failure> {
    match url::parse_parts(target, false) {
        Ok(Url::Delivery(delivery)) => Ok(delivery),
        Ok(Url::Transform(_)) => Err(Failure::situation(Situation::NotServed)),
        Err(wrong) if wrong.part == Part::Options => {
            Err(Failure::new(&wrong.error, Stage::Options))
        }
        Err(wrong) => Err(Failure::told(Situation::UrlTextInvalid, wrong.error.message())),
    }
}

/// A store of our own failed.
fn own(error: Error) -> Failure {
    Failure::new(&error, Stage::Transform)
}

fn public_life(seconds: u64) -> String {
    format!("public, max-age={seconds}, stale-while-revalidate={STALE}")
}

/// The life of a signed picture ends with its URL's. No shared cache may keep it.
fn private_life(query: Option<&str>, now: u64) -> String {
    let expires = query.and_then(|query| {
        query.split('&').find_map(|part| part.strip_prefix("exp=")?.parse::<u64>().ok())
    });
    let life = expires.map_or(PRIVATE_LIFE, |at| at.saturating_sub(now)).min(LONGEST_LIFE);
    format!("private, max-age={life}")
}
