//! The table of operations itself.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::api::operation::{Body, Place};
use crate::api::{codes, openapi, route, verbs};

#[test]
fn verbs_and_operations_are_unique() {
    let mut verbs = BTreeSet::new();
    for operation in route::operations() {
        assert!(verbs.insert(operation.verb), "{} comes twice", operation.verb);
    }
    let mut ids = BTreeSet::new();
    for item in openapi()["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()));
        }
    }
    assert!(verbs.len() > 30 && ids.len() > verbs.len());
}

#[test]
fn every_operation_is_told_in_full() {
    for operation in route::operations() {
        let verb = operation.verb;
        assert!(operation.doc.ends_with('.'), "{verb}");
        for argument in operation.arguments {
            assert!(!argument.doc.is_empty(), "{verb} {}", argument.name);
            let in_path = operation.path.contains(&format!("{{{}}}", argument.name));
            assert!(in_path || argument.place != Place::Path, "{verb} {}", argument.name);
        }
        let fields = operation.arguments.iter().any(|argument| argument.place == Place::Field);
        assert_eq!(fields, operation.body != Body::None, "{verb}");
        for name in operation.one_of {
            assert!(operation.arguments.iter().any(|argument| argument.name == *name), "{verb}");
        }
    }
    let verbs = verbs();
    assert_eq!(verbs["images.get"]["arguments"]["id"]["required"], true);
    assert_eq!(verbs["images.upload"]["file"], true);
    assert_eq!(verbs["images.original"]["bytes"], true);
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk(root: &Value, value: &Value, used: &mut BTreeSet<String>) {
        if let Some(target) = value["$ref"].as_str() {
            let target = target.strip_prefix('#').unwrap();
            assert!(root.pointer(target).is_some(), "{target}");
            used.insert(target.split('/').nth(3).unwrap().to_owned());
        }
        match value {
            Value::Array(items) => items.iter().for_each(|item| walk(root, item, used)),
            Value::Object(members) => members.values().for_each(|item| walk(root, item, used)),
            _ => {}
        }
    }
    let (root, mut used) = (openapi(), BTreeSet::new());
    walk(&root, &root, &mut used);
    for name in root["components"]["schemas"].as_object().unwrap().keys() {
        assert!(used.contains(name), "nobody uses {name}");
    }
}

#[test]
fn codes_are_in_order_and_their_statuses_described() {
    let numbers: Vec<u16> = codes::CODES.iter().map(|code| code.number).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]));
    let description = openapi();
    let uploads = &description["paths"]["/client/v4/accounts/{account}/images/v1"]["post"];
    for code in codes::CODES.iter().filter(|code| code.number != 7001) {
        assert!(!uploads["responses"][code.http.to_string()].is_null(), "{code:?}");
    }
}
