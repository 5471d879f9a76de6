//! Metadata as numbers that an index finds.
//!
//! Each text, number and flag of an image's metadata is a *term*: 64 bits of a hash of its path,
//! type and value. A term stands in the catalog with the time and id of its image, so that images
//! with a certain value are found in the order of a list. Two values may share a term: whoever
//! reads an image by one looks at its metadata as well.

use std::collections::BTreeSet;

use serde_json::{Number, Value};

use super::{Filter, Operand, Operator};

/// The terms of an image's metadata.
pub(super) fn of_meta(meta: &str) -> BTreeSet<i64> {
    let mut found = BTreeSet::new();
    if let Ok(value) = serde_json::from_str(meta) {
        collect(&mut Vec::new(), &value, &mut found);
    }
    found
}

fn collect<'a>(path: &mut Vec<&'a str>, value: &'a Value, found: &mut BTreeSet<i64>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                path.push(name);
                collect(path, value, found);
                path.pop();
            }
        }
        Value::String(text) => drop(found.insert(term(path, 't', text.as_bytes()))),
        Value::Bool(flag) => drop(found.insert(term(path, 'b', flag.to_string().as_bytes()))),
        Value::Number(number) => drop(found.insert(number_term(path, value_of(number)))),
        // Filters look into neither.
        Value::Array(_) | Value::Null => {}
    }
}

fn value_of(number: &Number) -> f64 {
    number.as_f64().unwrap_or(f64::NAN)
}

/// Terms of which an image that passes has one; `None` for a filter that is no equality.
pub(super) fn of_filter(filter: &Filter) -> Option<BTreeSet<i64>> {
    if !matches!(filter.operator, Operator::Eq | Operator::In) {
        return None;
    }
    let path: Vec<&str> = filter.path.iter().map(String::as_str).collect();
    let is = |operand| filter.operand == operand || filter.operand == Operand::Any;
    let mut found = BTreeSet::new();
    for value in &filter.values {
        if is(Operand::Text) {
            found.insert(term(&path, 't', value.as_bytes()));
        }
        if is(Operand::Boolean) && matches!(value.as_str(), "true" | "false") {
            found.insert(term(&path, 'b', value.as_bytes()));
        }
        if let (true, Ok(number)) = (is(Operand::Number), value.parse()) {
            found.insert(number_term(&path, number));
        }
    }
    Some(found)
}

/// Equal numbers have equal terms, and so have the two zeros.
fn number_term(path: &[&str], number: f64) -> i64 {
    term(path, 'n', &(number + 0.0).to_be_bytes())
}

fn term<S: AsRef<str>>(path: &[S], kind: char, value: &[u8]) -> i64 {
    let mut hasher = blake3::Hasher::new();
    for name in path.iter().map(S::as_ref) {
        // Lengths keep `a.b` apart from `ab`.
        hasher.update(&(name.len() as u64).to_be_bytes()).update(name.as_bytes());
    }
    hasher.update(kind.to_string().as_bytes()).update(value);
    let hash = hasher.finalize();
    hash.as_bytes().first_chunk().map_or(0, |bytes| i64::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(operator: Operator, operand: Operand, path: &[&str], values: &[&str]) -> Filter {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Filter { path: owned(path), operator, operand, values: owned(values) }
    }

    #[test]
    fn whatever_passes_an_equality_has_one_of_its_terms() {
        let metas = [
            r#"{"a":"1"}"#,
            r#"{"a":1}"#,
            r#"{"a":1.0}"#,
            r#"{"a":true}"#,
            r#"{"a":"true"}"#,
            r#"{"a":{"b":-0.0}}"#,
            r#"{"a":{"b":1e300}}"#,
            r#"{"a":"ü","c":null,"d":[1]}"#,
            r#"{"ab":0}"#,
        ];
        let mut passed = 0;
        for operand in [Operand::Any, Operand::Text, Operand::Number, Operand::Boolean] {
            for path in [&["a"][..], &["a", "b"], &["ab"], &["d"]] {
                for value in ["1", "1.00", "true", "0", "-0", "1e300", "ü", ""] {
                    let one = filter(Operator::In, operand, path, &[value, "other"]);
                    let terms = of_filter(&one).unwrap();
                    for meta in metas {
                        let shared = !terms.is_disjoint(&of_meta(meta));
                        let passes = one.passes(&serde_json::from_str(meta).unwrap());
                        assert_eq!(shared, passes, "{meta} {one:?}");
                        passed += usize::from(passes);
                    }
                }
            }
        }
        assert!(passed > 20, "{passed}");
    }

    #[test]
    fn a_comparison_has_no_terms() {
        for operator in [Operator::Gt, Operator::Gte, Operator::Lt, Operator::Lte] {
            assert_eq!(of_filter(&filter(operator, Operand::Any, &["a"], &["1"])), None);
        }
    }
}
