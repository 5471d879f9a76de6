//! Pictures that an upload wants rendered before anybody asks for them.

use super::work::Unmade;
use super::Inner;
use crate::hosted::{Account, Wish};
use crate::url::Choice;
use crate::{Error, Job, Kind, Result};

/// What clients say that get each format.
const ACCEPTS: [(&str, Option<&str>); 3] =
    [("avif", Some("image/avif,image/webp")), ("webp", Some("image/webp")), ("other", None)];

impl Inner {
    /// Makes everything that a wish names. One picture that cannot be made stops no other.
    pub(super) fn grant(&self, wish: &Wish, job: &Job) -> Result<()> {
        let account = self.hosted.account(&wish.account)?;
        let variants = match wish.ahead.variants.is_empty() {
            true => self.hosted.variants(&account.id)?.iter().map(|it| it.id.clone()).collect(),
            false => wish.ahead.variants.clone(),
        };
        let mut last = Ok(());
        for name in variants {
            for accept in accepts(&wish.ahead.formats) {
                job.check()?;
                let made = self.grant_one(&account, &wish.image, &name, accept, job);
                last = made.and(last);
            }
        }
        last
    }

    fn grant_one(
        &self,
        account: &Account,
        image: &str,
        variant: &str,
        accept: Option<&str>,
        job: &Job,
    ) -> Result<()> {
        let failed = |what: &str| Error::new(Kind::Internal, format!("{what} ahead failed"));
        let headers: Vec<_> = accept.map(|accept| ("Accept", accept)).into_iter().collect();
        let choice = Choice::Variant(variant.to_owned());
        let order = self.order_ahead(account, image, &choice, &headers, job);
        let order = order.map_err(|_| failed("planning"))?;
        match self.make(&order, job) {
            Ok(_) => Ok(()),
            Err(Unmade::Changed | Unmade::Failed(_)) => Err(failed("rendering")),
        }
    }
}

/// The clients to render for: those that take the formats, each once.
fn accepts(formats: &[String]) -> Vec<Option<&'static str>> {
    let is_other = |format: &str| !matches!(format, "avif" | "webp");
    let wanted = |word: &str| {
        formats.is_empty()
            || formats.iter().any(|format| format == word || (word == "other" && is_other(format)))
    };
    ACCEPTS.iter().filter(|(word, _)| wanted(word)).map(|(_, accept)| *accept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_rendered_for_the_clients_that_take_them() {
        let read = |list: &[&str]| {
            accepts(&list.iter().map(|format| (*format).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(read(&[]).len(), 3);
        assert_eq!(read(&["avif"]), [Some("image/avif,image/webp")]);
        assert_eq!(read(&["jpeg", "png", "webp"]), [Some("image/webp"), None]);
    }
}
