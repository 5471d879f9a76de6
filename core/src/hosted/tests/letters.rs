//! Letters to webhooks: whatever is killed, each arrives, and no two nodes send one at once.

use super::link::{Link, Shared};
use super::*;
use crate::storage::failed;
use crate::storage::tests::Fault;

const MINUTE: u64 = 60_000;

fn webhook() -> Webhook {
    Webhook { url: "https://example.com/hook".into(), secret: "shared".into() }
}

/// A node on a shared catalog, which ends in its `last` operation where it has one.
fn node(
    shared: &Arc<Shared>,
    originals: &Arc<MemoryOriginals>,
    fault: &Arc<Fault>,
) -> Result<Hosted> {
    let gate = fault.clone();
    let gate = move || gate.check().map_err(|error| failed("the catalog", error));
    let catalog = Arc::new(Link::new(shared, gate));
    let stores = Stores { catalog, originals: originals.clone() };
    Hosted::open(stores, Engine::default(), Setup::default())
}

fn hook(hosted: &Hosted) {
    let mut set = |settings: &mut Settings| {
        settings.webhook = Some(webhook());
        Ok(())
    };
    hosted.edit_settings(&hosted.home().id, &mut set).unwrap();
}

fn fill(hosted: &Hosted, ticket: &Ticket) -> Result<Image> {
    let Ticket { id, secret, .. } = ticket;
    hosted.fill_ticket(&hosted.home().id, id, secret, &picture("direct"), None)
}

#[test]
fn a_letter_is_there_exactly_when_its_image_is_wherever_the_node_dies() {
    let mut outcomes = [0, 0];
    for at in 0.. {
        let (shared, originals) = (Shared::new(false), Arc::new(MemoryOriginals::default()));
        let first = node(&shared, &originals, &Fault::never()).unwrap();
        hook(&first);
        let ticket = first.create_ticket(&first.home().id, &TicketOrder::default()).unwrap();
        drop(first);
        let fault = Fault::at(at, true);
        let filled = node(&shared, &originals, &fault).and_then(|dying| fill(&dying, &ticket));
        let after = node(&shared, &originals, &Fault::never()).unwrap();
        let image = after.get(&after.home().id, &ticket.id).unwrap();
        let letters = after.letters().unwrap();
        let is_there = image.draft.is_none();
        assert_eq!(letters.len(), usize::from(is_there), "operation {at}");
        assert!(is_there || filled.is_err(), "operation {at}");
        outcomes[usize::from(is_there)] += 1;
        for letter in &letters {
            let message = after.claim_letter(letter).unwrap().unwrap().message;
            assert!(message.body.contains("image.uploaded") && message.body.contains(&ticket.id));
        }
        // The node closes with operations of its own, which may all fail.
        if filled.is_ok() && fault.count.load(Ordering::Relaxed) <= at {
            break;
        }
    }
    assert!(outcomes.iter().all(|count| *count > 2), "{outcomes:?}");
}

#[test]
fn one_of_many_nodes_claims_a_letter_and_another_takes_over_when_it_dies() {
    let bench = Bench::new();
    let stores = Stores { catalog: bench.catalog.clone(), originals: bench.originals.clone() };
    let nodes: Vec<Hosted> = (0..4)
        .map(|_| {
            let time = bench.clock.clone();
            let setup = Setup { clock: Arc::new(move || time.now()), ..Setup::default() };
            Hosted::open(stores.clone(), Engine::default(), setup).unwrap()
        })
        .collect();
    hook(&bench.hosted);
    let ticket = bench.hosted.create_ticket(bench.home(), &TicketOrder::default()).unwrap();
    fill(&bench.hosted, &ticket).unwrap();
    let claims = || -> Vec<Claimed> {
        let letters = bench.hosted.letters().unwrap();
        assert_eq!(letters.len(), 1);
        std::thread::scope(|scope| {
            let letter = &letters[0];
            let claim = |node| scope.spawn(move || Hosted::claim_letter(node, letter).unwrap());
            let claiming: Vec<_> = nodes.iter().map(claim).collect();
            claiming.into_iter().filter_map(|node| node.join().unwrap()).collect()
        })
    };
    let first = claims();
    assert_eq!(first.len(), 1);
    let again = &first[0].again;
    assert_eq!(again.due, bench.clock.now() + 1_000);
    // It died. The others see when its claim ends, and one of them goes on.
    let waiting = &bench.hosted.letters().unwrap()[0];
    assert_eq!(waiting.due, bench.clock.now() + MINUTE + 1_000);
    bench.clock.forward(MINUTE + 1_000);
    let second = claims();
    assert_eq!((second.len(), &second[0].message), (1, &first[0].message));
    // What the dead one would try again is no longer its own.
    assert_eq!(nodes[0].claim_letter(again).unwrap(), None);
    nodes[1].letter_arrived(&second[0].again).unwrap();
    assert_eq!(nodes[2].claim_letter(&second[0].again).unwrap(), None);
    assert!(bench.hosted.letters().unwrap().is_empty());
}

#[test]
fn a_letter_is_tried_with_growing_pauses_for_a_day() {
    let bench = Bench::new();
    hook(&bench.hosted);
    let ticket = bench.hosted.create_ticket(bench.home(), &TicketOrder::default()).unwrap();
    fill(&bench.hosted, &ticket).unwrap();
    let mut letter = bench.sink.letters.lock().unwrap()[0].clone();
    let start = bench.clock.now();
    let mut pauses = Vec::new();
    while let Some(claimed) = bench.hosted.claim_letter(&letter).unwrap() {
        letter = claimed.again;
        pauses.push(letter.due - bench.clock.now());
        bench.clock.forward(letter.due - bench.clock.now());
    }
    assert!(pauses.is_sorted());
    assert_eq!(pauses[..4], [1_000, 5_000, 25_000, 120_000]);
    assert_eq!((bench.clock.now() - start) / (60 * MINUTE), 24);
    assert!(bench.hosted.letters().unwrap().is_empty());
}

#[test]
fn letters_go_to_where_the_account_has_its_webhook_now() {
    let bench = Bench::new();
    hook(&bench.hosted);
    let tickets: Vec<Ticket> = (0..2)
        .map(|_| bench.hosted.create_ticket(bench.home(), &TicketOrder::default()).unwrap())
        .collect();
    tickets.iter().for_each(|ticket| drop(fill(&bench.hosted, ticket).unwrap()));
    let letters = bench.hosted.letters().unwrap();
    let moved = Webhook { url: "https://example.com/new".into(), ..Webhook::default() };
    bench.set(|settings| settings.webhook = Some(moved.clone()));
    let message = bench.hosted.claim_letter(&letters[0]).unwrap().unwrap().message;
    assert_eq!(message.url, moved.url);
    assert!(message.headers.iter().all(|(name, _)| name != "cf-webhook-auth"));
    bench.set(|settings| settings.webhook = None);
    assert_eq!(bench.hosted.claim_letter(&letters[1]).unwrap(), None);
    assert_eq!(bench.hosted.letters().unwrap().len(), 1);
}

#[test]
fn a_webhook_that_is_gone_for_long_costs_no_upload_and_no_endless_row() {
    let bench = Bench::new();
    hook(&bench.hosted);
    let ticket = bench.hosted.create_ticket(bench.home(), &TicketOrder::default()).unwrap();
    for _ in 0..1_010 {
        let Ticket { id, secret, .. } = &ticket;
        let filled = bench.hosted.fill_ticket(bench.home(), id, secret, b"no picture", None);
        assert_eq!(kind(filled), Kind::Unsupported);
    }
    fill(&bench.hosted, &ticket).unwrap();
    assert_eq!(bench.hosted.letters().unwrap().len(), 1_000);
}
