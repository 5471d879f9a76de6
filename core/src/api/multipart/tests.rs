use super::*;

const KIND: &str = "multipart/form-data; boundary=\"x\"";

fn one(disposition: &str) -> Option<(String, Option<String>)> {
    let body = format!("--x\r\nContent-Disposition: {disposition}\r\n\r\n1\r\n--x--");
    let parts = read(KIND, body.as_bytes()).ok()?;
    Some((parts[0].name.clone(), parts[0].filename.clone()))
}

fn named(name: &str, filename: Option<&str>) -> Option<(String, Option<String>)> {
    Some((name.to_owned(), filename.map(str::to_owned)))
}

#[test]
fn fields_come_in_their_order_and_are_slices_of_the_body() {
    let body = b"--x\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a;name=b\"\r\n\
        Content-Type: image/png\r\n\r\na\r\n--\r\nb\r\n--x\r\n\
        content-disposition: form-data; name=anim\r\n\r\n\r\n--x--\r\n";
    let parts = read(KIND, body).unwrap();
    assert_eq!((parts[0].name.as_str(), parts[0].data), ("image", &b"a\r\n--\r\nb"[..]));
    assert_eq!(parts[0].filename.as_deref(), Some("a;name=b"));
    assert_eq!((parts[1].name.as_str(), parts[1].data), ("anim", &b""[..]));
    assert!(body.as_ptr_range().contains(&parts[0].data.as_ptr()));
}

#[test]
fn text_before_the_first_delimiter_is_skipped() {
    let body = b"hello\r\n--x \r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--";
    assert_eq!(read(KIND, body).unwrap()[0].data, b"1");
}

#[test]
fn names_are_read_as_each_client_quotes_them() {
    let cases = [
        ("form-data; name=a", named("a", None)),
        ("form-data;name=\"a b\" ; filename=c.png", named("a b", Some("c.png"))),
        ("form-data; name=\"a\\\"b\"", named("a\"b", None)),
        ("form-data; name=\"a%22b\"", named("a\"b", None)),
        ("form-data; name=\"metadata[k;=]\"", named("metadata[k;=]", None)),
        ("form-data; name=a; filename=\"C:\\dir\\c.png\"", named("a", Some("c.png"))),
        ("form-data; name=a; filename=\"é.png\"", named("a", Some("é.png"))),
        (
            "form-data; name=a; filename=x; filename*=UTF-8''%e2%82%ac.png",
            named("a", Some("€.png")),
        ),
        ("form-data; name=a; filename=x; filename*=latin1''%e9", named("a", Some("x"))),
        ("form-data; name=a; filename*=utf-8'en'%zz; filename=x", named("a", Some("x"))),
        ("form-data; filename=x", None),
        ("attachment; name=a", None),
        ("form-data", None),
    ];
    for (disposition, expected) in cases {
        assert_eq!(one(disposition), expected, "{disposition}");
    }
}

#[test]
fn broken_forms_are_refused() {
    for body in [
        "",
        "--",
        "--x",
        "--x\r\n",
        "--x\r\n\r\n",
        "--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--",
        "--x\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--x--",
        "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--y--",
        "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n1\r\n--x--",
        "--xContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--",
    ] {
        assert!(read(KIND, body.as_bytes()).is_err(), "{body:?}");
    }
    let kinds = ["", "text/plain", "multipart/form-data", "multipart/form-data; boundary=\"\""];
    for kind in kinds {
        assert!(read(kind, b"").is_err(), "{kind}");
    }
    assert!(read(&format!("multipart/form-data; boundary={}", "x".repeat(71)), b"").is_err());
}

#[test]
fn too_many_parts_and_too_long_headers_are_refused() {
    let part = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n";
    let many = |count| format!("{}--x--", part.repeat(count));
    assert_eq!(read(KIND, many(MOST_PARTS).as_bytes()).unwrap().len(), MOST_PARTS);
    assert!(read(KIND, many(MOST_PARTS + 1).as_bytes()).is_err());
    let head = |bytes| {
        let filler = "a".repeat(bytes);
        format!("--x\r\nX: {filler}\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--")
    };
    assert!(read(KIND, head(HEAD_BYTES - 100).as_bytes()).is_ok());
    assert!(read(KIND, head(HEAD_BYTES).as_bytes()).is_err());
}

/// A small generator of numbers, the same ones in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

#[test]
fn whatever_the_parts_hold_comes_back() {
    let pieces: [&[u8]; 8] = [b"\r\n", b"--", b"x", b"-", b"\r", b"\n", b"\r\n--", b"bytes\0\xff"];
    let mut numbers = Numbers(7);
    for _ in 0..2_000 {
        let contents: Vec<Vec<u8>> = (0..1 + numbers.below(4))
            .map(|_| {
                (0..numbers.below(9)).flat_map(|_| pieces[numbers.below(8)].to_vec()).collect()
            })
            .filter(|content: &Vec<u8>| {
                let framed = [b"\r\n", content.as_slice(), b"\r\n--"].concat();
                !framed.windows(5).any(|window| window == b"\r\n--x")
            })
            .collect();
        let mut body = Vec::new();
        for content in &contents {
            body.extend(b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n");
            body.extend(content);
            body.extend(b"\r\n");
        }
        body.extend(b"--x--\r\n");
        let parts = read(KIND, &body).unwrap();
        assert!(parts.iter().map(|part| part.data).eq(contents.iter().map(Vec::as_slice)));
    }
}

#[test]
fn mutated_bodies_give_an_answer_and_slices_of_the_body() {
    let seed = b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename*=UTF-8''a%20b\r\n\
        Content-Type: image/png\r\n\r\nbytes\r\n--x\r\n\
        Content-Disposition: form-data; name=\"metadata[k]\"\r\n\r\n\"v\\\"\r\n--x--\r\n"
        .to_vec();
    let interesting = b"\r\n-x\";=\\%':\0\xff ";
    let mut numbers = Numbers(42);
    let mut fine = 0;
    for _ in 0..50_000 {
        let mut body = seed.clone();
        for _ in 0..1 + numbers.below(6) {
            // An empty body has no place to change.
            body.extend(body.is_empty().then_some(b'-'));
            let at = numbers.below(body.len());
            match numbers.below(4) {
                0 => body[at] = interesting[numbers.below(interesting.len())],
                1 => drop(body.remove(at)),
                2 => body.insert(at, interesting[numbers.below(interesting.len())]),
                _ => body.truncate(at.max(1)),
            }
        }
        if let Ok(parts) = read(KIND, &body) {
            fine += 1;
            let range = body.as_ptr_range();
            let within = |part: &Part<'_>| {
                let data = part.data.as_ptr_range();
                range.start <= data.start && data.end <= range.end
            };
            assert!(parts.iter().all(within));
        }
    }
    assert!((1_000..49_000).contains(&fine), "{fine} of 50000 were read");
}
