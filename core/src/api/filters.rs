//! Filters of a listing: `meta.<field>[<op>]=<value>` of a query (reference §4.6).

use crate::storage::catalog::{Filter, Operand, Operator};
use crate::{Error, Result};

/// Filters of one listing.
const MOST: usize = 5;
/// Names that a filter's field may have.
const DEEPEST: usize = 5;
/// Values of one list.
const MOST_VALUES: usize = 10;
/// Longest name of a field.
const LONGEST: usize = 100;

/// Every operator as it is written, with what it means.
pub(crate) const OPERATORS: [(&str, Operator, Operand); 15] = [
    ("eq", Operator::Eq, Operand::Any),
    ("eq:string", Operator::Eq, Operand::Text),
    ("eq:number", Operator::Eq, Operand::Number),
    ("eq:boolean", Operator::Eq, Operand::Boolean),
    ("gt", Operator::Gt, Operand::Number),
    ("gt:number", Operator::Gt, Operand::Number),
    ("gte", Operator::Gte, Operand::Number),
    ("gte:number", Operator::Gte, Operand::Number),
    ("lt", Operator::Lt, Operand::Number),
    ("lt:number", Operator::Lt, Operand::Number),
    ("lte", Operator::Lte, Operand::Number),
    ("lte:number", Operator::Lte, Operand::Number),
    ("in", Operator::In, Operand::Any),
    ("in:string", Operator::In, Operand::Text),
    ("in:number", Operator::In, Operand::Number),
];

/// The filters among the decoded parameters of a query. Whatever begins with `meta` must be one
/// that is understood: a filter is never left out, because that would list more than was asked.
pub(crate) fn read(query: &[(String, String)]) -> Result<Vec<Filter>> {
    let wanted = query.iter().filter(|(name, _)| is_filter(name));
    let filters = wanted.map(|(name, value)| filter(name, value)).collect::<Result<Vec<_>>>()?;
    match filters.len() > MOST {
        true => Err(Error::invalid("meta", "at most 5 filters", filters.len())),
        false => Ok(filters),
    }
}

/// Whether a parameter is, or tries to be, a filter.
pub(crate) fn is_filter(name: &str) -> bool {
    name.strip_prefix("meta").is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

fn filter(name: &str, value: &str) -> Result<Filter> {
    let refused = || Error::invalid("meta", "meta.<field>[<operator>]=<value>", name);
    let inner = name.strip_prefix("meta.").and_then(|rest| rest.strip_suffix(']'));
    let (field, operator) = inner.and_then(|rest| rest.split_once('[')).ok_or_else(refused)?;
    let path: Vec<String> = field.split('.').map(str::to_owned).collect();
    if path.len() > DEEPEST || !path.iter().all(|name| is_name(name)) {
        return Err(refused());
    }
    let row = OPERATORS.iter().find(|(word, ..)| *word == operator).ok_or_else(refused)?;
    let (_, operator, operand) = *row;
    let values = match operator {
        Operator::In => value.split('|').map(str::to_owned).collect(),
        _ => vec![value.to_owned()],
    };
    check(&values, operand)?;
    Ok(Filter { path, operator, operand, values })
}

fn is_name(name: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=LONGEST).contains(&name.len()) && name.bytes().all(letter)
}

fn check(values: &[String], operand: Operand) -> Result<()> {
    if values.len() > MOST_VALUES {
        return Err(Error::invalid("meta", "at most 10 values in a list", values.len()));
    }
    let finite = |value: &str| value.parse::<f64>().is_ok_and(f64::is_finite);
    let number = |value: &String| {
        let plain = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
        value.bytes().all(plain) && finite(value)
    };
    let boolean = |value: &String| matches!(value.as_str(), "true" | "false");
    let (fits, expected): (bool, _) = match operand {
        Operand::Number => (values.iter().all(number), "a number"),
        Operand::Boolean => (values.iter().all(boolean), "true or false"),
        Operand::Any | Operand::Text => (true, "text"),
    };
    match fits {
        true => Ok(()),
        false => Err(Error::invalid("meta", expected, values.join("|"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn one(name: &str, value: &str) -> Result<Filter> {
        read(&[(name.to_owned(), value.to_owned())]).map(|mut filters| filters.remove(0))
    }

    #[test]
    fn every_operator_finds_what_it_means() {
        let meta = json!({"a": {"n": 5, "t": "x", "b": true, "s": "5"}});
        let found = [
            ("n", "eq", "5"),
            ("n", "eq:number", "5.0"),
            ("t", "eq:string", "x"),
            ("s", "eq:string", "5"),
            ("b", "eq", "true"),
            ("b", "eq:boolean", "true"),
            ("n", "gt", "4"),
            ("n", "gte:number", "5"),
            ("n", "lt", "6"),
            ("n", "lte:number", "5"),
            ("t", "in", "y|x"),
            ("t", "in:string", "x"),
            ("n", "in:number", "4|5"),
        ];
        for (field, operator, value) in found {
            let filter = one(&format!("meta.a.{field}[{operator}]"), value).unwrap();
            assert!(filter.passes(&meta), "{field} {operator} {value}");
        }
        let missed =
            [("s", "eq:number", "5"), ("n", "eq:string", "5"), ("n", "gt", "5"), ("z", "eq", "")];
        for (field, operator, value) in missed {
            let filter = one(&format!("meta.a.{field}[{operator}]"), value).unwrap();
            assert!(!filter.passes(&meta), "{field} {operator} {value}");
        }
    }

    #[test]
    fn what_is_no_filter_is_refused_and_never_left_out() {
        let long = format!("meta.{}[eq]", "a".repeat(LONGEST + 1));
        let names = [
            "meta",
            "meta.a",
            "meta[eq]",
            "meta.[eq]",
            "meta.a[ne]",
            "meta.a[eq",
            "meta.a[]",
            "meta.a-b[eq]",
            "meta.a..b[eq]",
            "meta.a.b.c.d.e.f[eq]",
            "meta.a[eq][eq]",
            &long,
        ];
        for name in names {
            assert!(one(name, "1").is_err(), "{name}");
        }
        for (operator, value) in [
            ("gt", "x"),
            ("lt", ""),
            ("eq:number", "inf"),
            ("eq:boolean", "1"),
            ("in:number", "1|x"),
        ] {
            assert!(one(&format!("meta.a[{operator}]"), value).is_err(), "{operator} {value}");
        }
        assert!(one("meta.a[in]", &["v"; MOST_VALUES].join("|")).is_ok());
        assert!(one("meta.a[in]", &["v"; MOST_VALUES + 1].join("|")).is_err());
        let filter = ("meta.a[eq]".to_owned(), "1".to_owned());
        assert!(read(&vec![filter.clone(); MOST]).is_ok());
        assert!(read(&vec![filter; MOST + 1]).is_err());
        assert_eq!(read(&[("metadata".to_owned(), "1".to_owned())]).unwrap(), []);
    }
}
