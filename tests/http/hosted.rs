//! Hosted images through the server: the API, delivery, state that stays.

use safelight_server::{open, Config};
use serde_json::Value;

use crate::client::{pictures, Reply, Server};

const FORM: &str = "multipart/form-data; boundary=frontier";

/// Calls the API with the token that the start has made.
fn call(server: &Server, method: &str, path: &str, kind: &str, body: &[u8]) -> Reply {
    let token = server.opened.token.as_deref().unwrap();
    let path = format!("/client/v4/accounts/{}/images{path}", server.opened.account);
    let head = format!("Authorization: Bearer {token}\r\nContent-Type: {kind}\r\n");
    server.send_body(method, &path, &head, body)
}

fn upload(server: &Server) -> Value {
    let mut body =
        b"--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"p.jpg\"\r\n\r\n"
            .to_vec();
    body.extend(std::fs::read(pictures().join("photo.jpg")).unwrap());
    body.extend(b"\r\n--frontier--\r\n");
    let reply = call(server, "POST", "/v1", FORM, &body);
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["result"].clone()
}

#[test]
fn an_upload_is_shown_under_its_link_until_it_is_deleted() {
    let server = Server::start();
    let image = upload(&server);
    let link = image["variants"][0].as_str().unwrap();
    let path = link.strip_prefix("http://local.test").unwrap();
    assert!(path.starts_with(&format!("/{}/", server.opened.hash)), "{link}");
    let shown = server.get_with(path, "Accept: image/webp\r\n");
    assert_eq!((shown.status, shown.header("content-type")), (200, "image/webp"));
    assert!(shown.header("cache-tag").contains(image["id"].as_str().unwrap()));
    let one = format!("/v1/{}", image["id"].as_str().unwrap());
    assert_eq!(call(&server, "GET", &one, "", b"").json()["result"]["filename"], "p.jpg");
    assert_eq!(call(&server, "DELETE", &one, "application/json", b"").status, 200);
    assert_eq!(server.get_with(path, "Accept: image/webp\r\n").status, 404);
}

#[test]
fn state_and_token_outlive_the_server_and_the_token_is_told_once() {
    let server = Server::start();
    let image = upload(&server);
    server.opened.service.close();
    let root = server.folder.join("root");
    let config = Config::new(root, server.folder.join("state"), ([127, 0, 0, 1], 0).into());
    let again = open(&config).unwrap();
    assert_eq!((again.token.as_ref(), &again.account), (None, &server.opened.account));
    assert_eq!(again.hash, server.opened.hash);
    let id = serde_json::json!({ "id": image["id"] });
    let job = safelight::Job::default();
    assert!(again.service.call("images.get", &id, &[], &job).is_ok());
    let authorization = format!("Bearer {}", server.opened.token.as_deref().unwrap());
    let headers = [("authorization", authorization.as_str())];
    let target = format!("/client/v4/accounts/{}/images/v1/stats", again.account);
    let request =
        safelight::Request { headers: &headers, ..safelight::Request::new("GET", &target) };
    assert_eq!(again.service.handle(&request, &job).status, 200);
    again.service.close();
}

#[test]
fn a_body_that_is_too_large_is_refused_in_the_words_of_what_was_asked() {
    let server = Server::start();
    let head = "Content-Type: text/plain\r\nContent-Length: 99000000\r\n";
    for (path, code) in [("/client/v4/accounts/x/images/v1", 5413), ("/transform", 9402)] {
        let reply = server.ask("POST", path.as_bytes(), head);
        assert_eq!(reply.status, 413, "{path}");
        assert!(reply.text().contains(&code.to_string()), "{}", reply.text());
    }
}
