//! Bulk imports over the REST API and by verbs, in the background of a service.

use std::time::Duration;

use serde_json::{json, Value};

use super::*;

const TOKEN: &str = "the token of the test";

fn api(service: &Service, method: &str, path: &str, body: Value) -> (u16, Value) {
    let target = format!("/client/v4/accounts/{}/images{path}", service.account().id);
    let bearer = format!("Bearer {TOKEN}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let body = body.to_string();
    let request =
        Request { headers: &headers, body: body.as_bytes(), ..Request::new(method, &target) };
    let response = service.handle(&request, &Job::default());
    (response.status, serde_json::from_slice(&response.body).unwrap_or_default())
}

#[test]
fn a_folder_is_imported_over_the_api_and_its_pictures_are_delivered() {
    let folder = Folder::new();
    let old = folder.path("old");
    fs::create_dir_all(old.join("a b")).unwrap();
    fs::write(old.join("a b/ü.png"), picture("rgb.png")).unwrap();
    fs::write(old.join("note.txt"), "no picture").unwrap();
    let service = with_pictures(&folder, &[], |config| {
        config.admin_token = Some(TOKEN.to_owned());
        config.imports.folders = vec![old.clone()];
    });
    let source = json!({"name": "old", "kind": "folder", "folder": old});
    let (status, made) = api(&service, "POST", "/sources", source.clone());
    assert_eq!(status, 200, "{made}");
    let id = made["result"]["id"].as_str().unwrap();
    assert_eq!(api(&service, "POST", "/sources", source).0, 409);
    let outside = json!({"name": "x", "kind": "folder", "folder": folder.path("state")});
    assert_eq!(api(&service, "POST", "/sources", outside).0, 403);
    let (_, checked) = api(&service, "PUT", &format!("/sources/{id}/check"), json!({}));
    assert_eq!(checked["result"]["objects"], 2);

    let (status, job) = api(&service, "POST", "/imports", json!({"source": id, "prefix": "in/"}));
    assert_eq!(status, 200, "{job}");
    let job = job["result"]["id"].as_str().unwrap().to_owned();
    let mut told = 0;
    let last = service
        .follow_import(None, &job, Duration::from_millis(10), &Job::default(), |_| {
            told += 1;
            true
        })
        .unwrap();
    assert!(told > 0);
    assert_eq!((last.status.as_str(), last.imported, last.failed), ("completed", 1, 1));
    let (_, shown) = api(&service, "GET", &format!("/imports/{job}/progress"), json!({}));
    assert_eq!((&shown["result"]["found"], &shown["result"]["imported"]), (&json!(2), &json!(1)));
    let (_, logs) = api(&service, "GET", &format!("/imports/{job}/logs?limit=1"), json!({}));
    assert_eq!(logs["result"]["entries"][0]["image"], "in/a b/ü.png");
    assert_eq!(logs["result"]["cursor"], "a b/ü.png");
    let download = json!({"id": job, "format": "csv"});
    let log = service.call("imports.download", &download, &[], &Job::default()).unwrap();
    let log = String::from_utf8(log.bytes.unwrap()).unwrap();
    assert!(log.starts_with("key,status,") && log.lines().count() == 3, "{log}");
    let path = format!("/{}/in/a%20b/%C3%BC.png/public", service.account().hash);
    assert_eq!(ask(&service, &path, &[]).status, 200);
    for (verb, status) in [("pause", 409), ("resume", 409), ("abort", 409)] {
        assert_eq!(api(&service, "PUT", &format!("/imports/{job}/{verb}"), json!({})).0, status);
    }
    assert_eq!(api(&service, "DELETE", &format!("/imports/{job}"), json!({})).0, 200);
    assert_eq!(api(&service, "GET", &format!("/imports/{job}"), json!({})).0, 404);
    assert_eq!(api(&service, "DELETE", &format!("/sources/{id}"), json!({})).0, 200);
    service.close();
}

#[test]
fn a_source_that_does_not_answer_is_no_failure_of_ours() {
    let folder = Folder::new();
    // A port that was free a moment ago, so that nobody listens there.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let service = with_pictures(&folder, &[], |config| {
        config.admin_token = Some(TOKEN.to_owned());
        config.sources.http = true;
        config.sources.networks = vec!["127.0.0.0/8".to_owned()];
        config.sources.ports = vec![free.port()];
    });
    let source = json!({"name": "gone", "kind": "http", "url": format!("http://{free}/list")});
    let (_, made) = api(&service, "POST", "/sources", source);
    let id = made["result"]["id"].as_str().unwrap();
    let (status, body) = api(&service, "PUT", &format!("/sources/{id}/check"), json!({}));
    assert_eq!((status, &body["errors"][0]["code"]), (400, &json!(5450)), "{body}");
    let (status, body) = api(&service, "PUT", "/sources/none/check", json!({}));
    assert_eq!((status, &body["errors"][0]["code"]), (404, &json!(5404)), "{body}");
}
