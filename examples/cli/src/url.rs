//! `url`: transform URLs built and taken apart.

use safelight::guard::guard;
use safelight::url::{self, Url};
use serde_json::json;

use crate::args::UrlArgs;
use crate::report::{self, Failure};

/// Prints a URL, or with `--parse` its parts as JSON.
pub(crate) fn run(args: &UrlArgs) -> Result<(), Failure> {
    let told = |error: safelight::Error| Failure::Usage(error.to_string());
    match (&args.parse, &args.options, &args.source) {
        (Some(text), None, None) => {
            let url = guard(|| url::parse(text)).map_err(told)?;
            report::line(format!("{:#}", url.to_json()))
        }
        (None, Some(options), Some(source)) => {
            let parts = json!({
                "form": "transform",
                "host": args.host,
                "options": options,
                "source": source,
            });
            let built = guard(|| {
                let url = Url::from_json(&parts)?;
                Ok((url::build(&url)?, url))
            });
            let (text, url) = built.map_err(told)?;
            for warning in url.warnings() {
                report::warn(format_args!("warning: {warning}"));
            }
            report::line(text)
        }
        _ => Err(Failure::Usage("expected OPTIONS and SOURCE, or --parse URL".into())),
    }
}
