//! Direct uploads and their webhook.

use serde_json::{json, Value};

use super::*;

fn order() -> TicketOrder {
    TicketOrder {
        metadata: Some(json!({"a": 1})),
        creator: Some("me".into()),
        ..Default::default()
    }
}

#[test]
fn a_ticket_fills_its_draft_once() {
    let bench = Bench::new();
    let home = bench.home();
    let ticket = bench.hosted.create_ticket(home, &order()).unwrap();
    let draft = bench.hosted.get(home, &ticket.id).unwrap();
    assert!(draft.draft.is_some() && draft.blob.is_none());
    // The catalog has no secret.
    assert!(!format!("{draft:?}").contains(&ticket.secret));
    assert!(bench.hosted.list(home, &Listing::default()).unwrap().images.is_empty());
    assert_eq!(kind(bench.hosted.original(home, &ticket.id)), Kind::NotFound);
    let fill = |secret: &str, bytes: &[u8]| {
        bench.hosted.fill_ticket(home, &ticket.id, secret, bytes, Some("a.gif"))
    };
    assert_eq!(kind(fill("wrong", &picture("one"))), Kind::NotFound);
    // What is refused does not use it up.
    assert_eq!(kind(fill(&ticket.secret, b"no picture")), Kind::Unsupported);
    bench.clock.forward(60_000);
    let image = fill(&ticket.secret, &picture("one")).unwrap();
    assert_eq!((image.meta.as_str(), image.creator.as_deref()), (r#"{"a":1}"#, Some("me")));
    assert_eq!((image.filename.as_str(), image.uploaded), ("a.gif", bench.clock.now()));
    assert_eq!(kind(fill(&ticket.secret, &picture("two"))), Kind::NotFound);
    assert_eq!(bench.hosted.original(home, &ticket.id).unwrap().1, picture("one"));
    assert_eq!(bench.hosted.list(home, &Listing::default()).unwrap().images.len(), 1);
    bench.check_stores();
}

#[test]
fn of_many_uploads_by_one_ticket_one_is_kept() {
    let bench = Bench::new();
    let ticket = bench.hosted.create_ticket(bench.home(), &TicketOrder::default()).unwrap();
    let kept: Vec<String> = std::thread::scope(|scope| {
        let worker = |worker: usize| {
            let (bench, ticket) = (&bench, &ticket);
            scope.spawn(move || {
                let (text, home) = (worker.to_string(), bench.home());
                let bytes = picture(&text);
                let Ticket { id, secret, .. } = ticket;
                bench.hosted.fill_ticket(home, id, secret, &bytes, None).ok().map(|_| text)
            })
        };
        let workers: Vec<_> = (0..8).map(worker).collect();
        workers.into_iter().filter_map(|worker| worker.join().unwrap()).collect()
    });
    assert_eq!(kept.len(), 1);
    let (_, bytes) = bench.hosted.original(bench.home(), &ticket.id).unwrap();
    assert_eq!(bytes, picture(&kept[0]));
    bench.check_stores();
}

#[test]
fn a_ticket_ends_and_frees_its_id() {
    let bench = Bench::new();
    let (home, now) = (bench.home(), bench.clock.now());
    let order = |expires| TicketOrder { id: Some("a/b".into()), expires, ..Default::default() };
    let minute = 60_000;
    for wrong in [now, now + minute, now + 361 * minute] {
        assert_eq!(kind(bench.hosted.create_ticket(home, &order(Some(wrong)))), Kind::Invalid);
    }
    let short = bench.hosted.create_ticket(home, &order(Some(now + 2 * minute))).unwrap();
    assert_eq!(kind(bench.hosted.create_ticket(home, &order(None))), Kind::Conflict);
    bench.clock.forward(2 * minute);
    let fill = |ticket: &Ticket| {
        let Ticket { id, secret, .. } = ticket;
        bench.hosted.fill_ticket(home, id, secret, &picture("one"), None)
    };
    assert_eq!(kind(fill(&short)), Kind::NotFound);
    let next = bench.hosted.create_ticket(home, &order(Some(bench.clock.now() + 360 * minute)));
    let next = next.unwrap();
    assert_eq!(kind(fill(&Ticket { secret: short.secret, ..next.clone() })), Kind::NotFound);
    fill(&next).unwrap();
    let half_hour = bench.hosted.create_ticket(home, &TicketOrder::default()).unwrap();
    assert_eq!(half_hour.expires, bench.clock.now() + 30 * minute);
    bench.check_stores();
}

#[test]
fn private_drafts_follow_the_rules_of_private_images() {
    let bench = Bench::new();
    let order = |id: Option<&str>| TicketOrder {
        id: id.map(str::to_owned),
        require_signed_urls: true,
        ..Default::default()
    };
    assert_eq!(kind(bench.hosted.create_ticket(bench.home(), &order(Some("a")))), Kind::Invalid);
    let ticket = bench.hosted.create_ticket(bench.home(), &order(None)).unwrap();
    assert_eq!(access_of(&ticket.id), Some(true));
    let update = Update { require_signed_urls: Some(false), ..Update::default() };
    assert_eq!(kind(bench.hosted.update(bench.home(), &ticket.id, &update)), Kind::Conflict);
}

#[test]
fn a_webhook_is_told_of_what_was_kept_and_what_was_refused() {
    let bench = Bench::new();
    let home = bench.home();
    let fill = |bytes: &[u8]| {
        let Ticket { id, secret, .. } = bench.hosted.create_ticket(home, &order()).unwrap();
        let _ = bench.hosted.fill_ticket(home, &id, &secret, bytes, Some("a.gif"));
        id
    };
    fill(&picture("untold"));
    let webhook = Webhook { url: "https://example.com/hook".into(), secret: "shared".into() };
    bench.set(|settings| settings.webhook = Some(webhook.clone()));
    let (good, bad) = (fill(&picture("one")), fill(b"no picture"));
    let letters = bench.sink.letters.lock().unwrap();
    assert_eq!(letters.len(), 2);
    let claim = |letter: &Letter| bench.hosted.claim_letter(letter).unwrap().unwrap().message;
    let messages: Vec<Message> = letters.iter().map(claim).collect();
    let bodies: Vec<Value> =
        messages.iter().map(|message| serde_json::from_str(&message.body).unwrap()).collect();
    let named = |(body, letter): (&Value, &Letter)| body["message"] == letter.name.as_str();
    assert!(bodies.iter().zip(letters.iter()).all(named));
    assert!(messages.iter().all(|message| message.url == webhook.url));
    let auth = ("cf-webhook-auth".to_owned(), "shared".to_owned());
    assert!(messages.iter().all(|message| message.headers.contains(&auth)));
    assert_eq!((&bodies[0]["event"], &bodies[0]["id"]), (&json!("image.uploaded"), &json!(good)));
    assert_eq!(bodies[0]["file"]["size"], picture("one").len());
    assert_eq!((&bodies[1]["event"], &bodies[1]["id"]), (&json!("image.failed"), &json!(bad)));
    assert_eq!(bodies[1]["error"]["kind"], "UNSUPPORTED");
    assert_eq!(bodies[1]["metadata"], json!({"a": 1}));
    for url in ["", "ftp://x", "https://a b"] {
        let change = |settings: &mut Settings| {
            settings.webhook = Some(Webhook { url: url.into(), secret: String::new() });
            Ok(())
        };
        let refused = bench.hosted.edit_settings(home, &mut { change });
        assert_eq!(kind(refused), Kind::Invalid, "{url}");
    }
}
