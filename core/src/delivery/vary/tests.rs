use std::collections::BTreeMap;

use super::*;

fn rules() -> VaryRules {
    let types = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let value = BTreeMap::from([
        ("jpg".to_owned(), types(&["image/webp", "image/avif", "image/jxl"])),
        ("png".to_owned(), types(&["image/webp", "image/jpeg"])),
    ]);
    VaryRules::new(&value).unwrap()
}

/// Headers of two and three elements out of every type and weight.
fn headers() -> Vec<String> {
    let types = ["image/avif", "image/WebP", "image/jpg", "image/png", "image/*", "*/*"];
    let weights = ["", ";q=1", ";q=0.9", ";q=0.5", ";q=0", ";q=x", ";v=1;q=0.2"];
    let elements = || types.into_iter().flat_map(|name| weights.map(|q| format!("{name}{q}")));
    let pairs = elements().flat_map(|one| elements().map(move |two| format!("{one}, {two}")));
    pairs.flat_map(|pair| [format!("{pair},image/jxl;q=0.7"), pair]).collect()
}

fn asked(path: &str, accept: &str) -> VaryRequest {
    vary_request(&rules(), path, Some(accept)).unwrap()
}

#[test]
fn the_reduced_header_stands_for_the_same_and_stays_as_it_is() {
    for header in headers() {
        for path in ["/a.jpg", "/a.png", "/a.gif"] {
            let once = asked(path, &header);
            let Some(text) = &once.accept else { continue };
            assert_eq!(asked(path, text), once, "{header}");
        }
    }
}

#[test]
fn equal_preferences_give_equal_text_whatever_the_order() {
    for (one, two) in [
        ("image/avif,image/webp", "image/webp,image/avif"),
        ("image/webp;q=0.4,image/avif", "text/html, IMAGE/AVIF;q=0.9 ,image/webp;q=0.2,*/*"),
        ("", "image/*,*/*;q=0.8"),
    ] {
        assert_eq!(asked("/a.jpg", one), asked("/a.jpg", two), "{one}");
    }
    assert_ne!(asked("/a.jpg", "image/webp"), asked("/a.jpg", "image/avif"));
}

#[test]
fn few_texts_stand_for_all_clients() {
    let mut texts: Vec<_> =
        headers().iter().filter_map(|one| asked("/a.png", one).accept).collect();
    texts.sort();
    texts.dedup();
    let all = ["*/*", "image/jpeg", "image/jpeg,image/webp", "image/jpeg,image/webp;q=0.95"];
    assert_eq!(texts, [&all[..], &["image/webp", "image/webp,image/jpeg;q=0.95"]].concat());
}

/// What a client can show: what it names and does not refuse, and the extension's own type.
fn shows(header: &str, name: &str, own: &str) -> bool {
    name == own || named(header).iter().any(|(known, weight)| known == name && *weight > 0)
}

#[test]
fn no_client_is_sent_a_stored_variant_that_it_does_not_take() {
    let headers = headers();
    for path in ["/a.jpg", "/a.png"] {
        let own = rules().governing(path).unwrap().unwrap().own;
        let mut stored = Vec::new();
        for header in &headers {
            let request = asked(path, header);
            for content_type in ["image/avif", "image/webp", "image/jpeg", "image/png"] {
                let sent = request.accept.as_deref();
                let answer =
                    vary_response(&rules(), path, sent, Some(content_type), Some("Accept"));
                let answer = answer.unwrap();
                assert!(answer.accept.is_some() == answer.store);
                let variant =
                    VaryStored { accept: answer.accept, content_type: content_type.to_owned() };
                if answer.store && !stored.contains(&variant) {
                    stored.push(variant);
                }
            }
        }
        assert!(stored.len() > 4);
        for header in &headers {
            let request = asked(path, header);
            for variant in stored.chunks(1).filter(|one| request.choose(one).is_some()) {
                let name = &variant[0].content_type;
                assert!(shows(header, name, own), "{header} got {name}");
            }
        }
    }
}

#[test]
fn what_was_stored_for_a_header_is_chosen_for_it() {
    for header in headers() {
        let request = asked("/a.jpg", &header);
        for content_type in &request.types {
            let stored =
                VaryStored { accept: request.accept.clone(), content_type: content_type.clone() };
            assert_eq!(request.choose(&[stored]), Some(0), "{header}");
        }
    }
}

#[test]
fn every_extension_stands_for_a_type() {
    for (extension, own) in VARY_EXTENSIONS {
        let value = BTreeMap::from([(extension.to_owned(), vec!["image/x".to_owned()])]);
        let rules = VaryRules::new(&value).unwrap();
        let request = vary_request(&rules, &format!("/a.{extension}"), None).unwrap();
        assert_eq!(
            (request.extension.as_deref(), &request.types[..]),
            (Some(extension), &[own.to_owned()][..])
        );
    }
    assert!(VARY_EXTENSIONS.is_sorted());
}
