//! Creates that meet every fault: however often one is sent, it makes one sandbox.

use crate::place::Place;
use crate::proxy::{Fate, Proxy};
use daytona_core::{Client, CreateParams, ErrorCode, Timeout};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

const CALLERS: u64 = 16;
/// Those after which the server has a request whose answer is lost.
const LOSSES: [Fate; 4] = [Fate::LostAtOnce, Fate::LostBefore, Fate::LostInHead, Fate::LostInBody];
/// Those after which a client of the server asks again.
const FAULTS: [Fate; 12] = [
    Fate::BeforeBody,
    Fate::InBody,
    Fate::AfterBody,
    Fate::Limited,
    Fate::Unavailable,
    Fate::LostAtOnce,
    Fate::LostBefore,
    Fate::LostInHead,
    Fate::LostInBody,
    Fate::Stalled,
    Fate::BadGateway,
    Fate::GatewayTimeout,
];
/// Far longer than anything here takes on a busy machine; only a hang reaches it.
const LONG: Duration = Duration::from_secs(900);

/// Every first attempt fails, each in its turn; some second ones too; then it gets better.
fn always(create: u64, before: u32) -> Fate {
    let fault = FAULTS[(create % FAULTS.len() as u64) as usize];
    match before {
        0 => fault,
        1 if (create / FAULTS.len() as u64).is_multiple_of(5) => {
            FAULTS[(drawn(create) % FAULTS.len() as u64) as usize]
        }
        _ => Fate::Answered,
    }
}

/// A third of the attempts lose their answer, some more never reach the server.
fn often(create: u64, _before: u32) -> Fate {
    match drawn(create) % 60 {
        0..20 => LOSSES[(drawn(create) / 60 % 4) as usize],
        20..23 => Fate::AfterBody,
        _ => Fate::Answered,
    }
}

fn drawn(create: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    create.hash(&mut hasher);
    hasher.finish()
}

fn labels(call: u64) -> BTreeMap<String, String> {
    BTreeMap::from([("call".to_owned(), call.to_string())])
}

/// What came of one call: whether it returned a sandbox, and the ids of all that were made for it.
type Outcomes = HashMap<u64, (bool, BTreeSet<String>)>;

/// Creates and deletes, several at a time, each caller with a client of its own. A sandbox carries the number of its
/// call, is listed from its making to its end, and is deleted only after it was looked for: none that was made can be
/// missed.
async fn creates(client: impl Fn() -> Client, calls: u64) -> Outcomes {
    let callers = (0..CALLERS).map(|caller| {
        let client = client();
        tokio::spawn(async move {
            let mut outcomes = Outcomes::new();
            for call in (caller..calls).step_by(CALLERS as usize) {
                let params = CreateParams { labels: Some(labels(call)), ..CreateParams::default() };
                let created = client.create(params, Timeout::NONE).await;
                let made = client.list(Some(labels(call))).await.expect("listed");
                let ids: BTreeSet<_> = made.iter().map(|sandbox| sandbox.id()).collect();
                match created {
                    Ok(sandbox) => {
                        assert!(ids.contains(&sandbox.id()), "call {call}: {ids:?}");
                        sandbox.delete(Timeout::NONE).await.expect("deleted");
                        outcomes.insert(call, (true, ids));
                    }
                    Err(error) => {
                        assert_eq!(error.code(), ErrorCode::Connection, "{error}");
                        let says = "The sandbox may have been made all the same: look for it with list()";
                        assert!(error.message().contains(says), "{error}");
                        outcomes.insert(call, (false, ids));
                    }
                }
            }
            outcomes
        })
    });
    let mut outcomes = Outcomes::new();
    for caller in callers.collect::<Vec<_>>() {
        outcomes.extend(caller.await.expect("no panic"));
    }
    outcomes
}

/// Adds what is still there to the call it was made for, and removes it.
async fn take_what_is_left(client: &Client, outcomes: &mut Outcomes) -> usize {
    let left = client.list(None).await.expect("listed");
    for sandbox in &left {
        let call = sandbox.data().labels["call"].parse().expect("a number");
        outcomes.get_mut(&call).expect("a call of ours").1.insert(sandbox.id());
        sandbox.delete(Timeout::NONE).await.expect("deleted");
    }
    left.len()
}

/// Kills the server whenever so many creates have been begun, and starts the next one.
async fn restarts(place: &Place, proxy: &Proxy, at: &[usize]) {
    for begun in at {
        while proxy.begun() < *begun {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        proxy.server_is(None);
        place.kill_server();
        proxy.server_is(Some(place.address().await));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_faulted_creates_make_a_thousand_sandboxes() {
    const CALLS: u64 = 1000;
    const RESTARTS: [usize; 3] = [250, 500, 750];
    let place = Place::new();
    let proxy = Proxy::start(place.address().await, always).await;
    let detour = place.behind(proxy.address());
    let all = async {
        let (outcomes, ()) =
            tokio::join!(creates(|| detour.client(), CALLS), restarts(&place, &proxy, &RESTARTS));
        proxy.settled().await;
        outcomes
    };
    let mut outcomes = tokio::time::timeout(LONG, all)
        .await
        .unwrap_or_else(|_| panic!("hangs after {} creates", proxy.begun()));
    // Those of the detour would look for the first server.
    let left = take_what_is_left(&place.client(), &mut outcomes).await;
    let creates = proxy.creates();
    assert_eq!((outcomes.len(), creates.len()), (1000, 1000));
    assert!(creates.iter().all(|create| create.fates[0] != Fate::Answered), "every one met a fault");
    // One that met two faults and then the end of the server has no attempt left.
    let failed = creates.iter().filter(|create| create.fates.last() == Some(&Fate::Killed)).count();
    let returned = outcomes.values().filter(|(returned, _)| *returned).count();
    assert_eq!(returned + failed, 1000, "the others were sent again under their key");
    assert!(left <= failed, "made twice: {outcomes:?}");
    for (call, (returned, ids)) in &outcomes {
        assert!(ids.len() == 1 || (ids.is_empty() && !returned), "call {call} made {ids:?}");
    }
    let met = |fate| creates.iter().flat_map(|create| &create.fates).filter(|met| **met == fate).count();
    for fate in FAULTS {
        assert!(met(fate) > 70, "{fate:?}: {}", met(fate));
    }
    println!("{} killed, {failed} failed, {left} left", met(Fate::Killed));
    assert!(met(Fate::Killed) > 0, "no restart met a create");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_that_may_not_know_the_key_is_asked_once_and_the_error_says_so() {
    const CALLS: u64 = 150;
    let place = Place::new();
    let proxy = Proxy::start(place.address().await, often).await;
    let client = place.remote(proxy.address());
    let mut outcomes = creates(|| client.clone(), CALLS).await;
    proxy.settled().await;
    let left = take_what_is_left(&client, &mut outcomes).await;
    let creates = proxy.creates();
    assert_eq!((outcomes.len(), creates.len()), (150, 150));
    let mut lost = 0;
    for create in &creates {
        let call = create.call.expect("a whole request");
        let [fate] = create.fates[..] else { panic!("call {call} was sent again: {:?}", create.fates) };
        let (returned, ids) = &outcomes[&call];
        assert_eq!(*returned, fate == Fate::Answered, "call {call}");
        assert_eq!(ids.len(), usize::from(fate != Fate::AfterBody), "call {call}: {fate:?} made {ids:?}");
        lost += usize::from(LOSSES.contains(&fate));
    }
    assert!(lost > 25 && left == lost, "{left} of {lost} were left for list() to find");
}
