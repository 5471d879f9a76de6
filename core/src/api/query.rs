//! The query of a request as decoded parameters.

use crate::sign::escape::percent_decode;
use crate::{Error, Result};

/// Parameters of one query.
const MOST: usize = 100;

/// Names and values in their order, decoded once as forms are: `+` is a blank. A name that comes
/// twice is refused.
pub(crate) fn read(query: Option<&str>) -> Result<Vec<(String, String)>> {
    let parts = query.unwrap_or("").split('&').filter(|part| !part.is_empty());
    let mut parameters: Vec<(String, String)> = Vec::new();
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let (name, value) = (decode(name)?, decode(value)?);
        if parameters.iter().any(|(known, _)| *known == name) {
            return Err(Error::invalid("query", "each parameter once", name));
        }
        if parameters.len() == MOST {
            return Err(Error::too_large("parameters", MOST, "more"));
        }
        parameters.push((name, value));
    }
    Ok(parameters)
}

/// One text of a query.
fn decode(text: &str) -> Result<String> {
    decoded(&text.replace('+', " "))
        .ok_or_else(|| Error::invalid("query", "percent-encoded UTF-8", text))
}

/// Percent-encoded UTF-8 as text.
pub(crate) fn decoded(text: &str) -> Option<String> {
    String::from_utf8(percent_decode(text)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_once_and_come_once() {
        let read = |query| read(Some(query)).ok();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            read("meta.a%5Beq%5D=x%2520y&&creator=&page&c=a+b"),
            Some(vec![
                pair("meta.a[eq]", "x%20y"),
                pair("creator", ""),
                pair("page", ""),
                pair("c", "a b")
            ])
        );
        for refused in ["a=1&a=2", "a=1&%61=2", "a=%", "a=%ff", "a=%zz"] {
            assert_eq!(read(refused), None, "{refused}");
        }
        let many = |count| (0..count).map(|at| format!("{at}=")).collect::<Vec<_>>().join("&");
        let (most, more) = (many(MOST), many(MOST + 1));
        assert!(read(&most).is_some() && read(&more).is_none());
    }
}
