//! The URL of one width and format.

use super::request::{Origin, Request};
use crate::options::{Fit, FormatWord, Options, Width};
use crate::url::{self, Choice, Delivery, Transform, Url};
use crate::{sign, Error, Result};

pub(super) fn build(request: &Request, width: u32, format: Option<FormatWord>) -> Result<String> {
    let options = options(request, width, format);
    let text = match &request.origin {
        Origin::Source(source) => url::build(&Url::Transform(Transform {
            host: request.host.clone(),
            options,
            source: source.clone(),
            warnings: Vec::new(),
        }))?,
        Origin::Hosted { account, image, custom } => {
            let path = url::build(&Url::Delivery(Delivery {
                host: None,
                custom: *custom,
                account: account.clone(),
                image: image.clone(),
                choice: Choice::Options(options),
                query: None,
                warnings: Vec::new(),
            }))?;
            let path = match &request.sign {
                Some((key, expires)) => sign::sign(&path, key, *expires)?,
                None => path,
            };
            format!("{}{path}", request.host.as_deref().unwrap_or_default())
        }
    };
    // A comma there would end the candidate of a `srcset`.
    match text.ends_with(',') {
        true => Err(Error::invalid("source", "no comma at the end", &text)),
        false => Ok(text),
    }
}

fn options(request: &Request, width: u32, format: Option<FormatWord>) -> Box<Options> {
    let mut options = request.options.clone();
    options.width = Some(Width::Pixels(width));
    if request.cropped {
        let (full, high) = request.shape();
        let height = u64::from(width) * u64::from(high) * 2 + u64::from(full);
        options.height = Some((height / (2 * u64::from(full))).max(1) as u32);
        options.fit = options.fit.or(Some(Fit::Cover));
    }
    options.format = format.or(options.format);
    Box::new(options)
}
