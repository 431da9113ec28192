//! Creates whose answers get lost: however often one is sent, it makes one sandbox.

use crate::place::Place;
use crate::proxy::{Fate, Proxy};
use daytona_core::{Client, CreateParams, ErrorCode, Timeout};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

const CALLERS: u64 = 8;
const LOSSES: [Fate; 4] = [Fate::LostAtOnce, Fate::LostBefore, Fate::LostInHead, Fate::LostInBody];

/// A third of the first attempts lose their answer, some more never reach the server; then it gets better.
fn fate(call: u64, before: u32) -> Fate {
    let mut hasher = DefaultHasher::new();
    (call, before).hash(&mut hasher);
    let drawn = hasher.finish();
    match (before, drawn % 60) {
        (0, 0..20) | (1, 0..5) => LOSSES[(drawn / 60 % 4) as usize],
        (0, 20..23) | (1, 5..8) => Fate::NotForwarded,
        _ => Fate::Answered,
    }
}

fn labels(call: u64) -> BTreeMap<String, String> {
    BTreeMap::from([("call".to_owned(), call.to_string())])
}

/// What came of one call: whether it returned a sandbox, and the ids of all that were made for it.
type Outcomes = HashMap<u64, (bool, BTreeSet<String>)>;

/// Creates and deletes, several at a time. A sandbox carries the number of its call, is listed from its making to
/// its end, and is deleted only after it was looked for: none that was made can be missed.
async fn creates(client: &Client, calls: u64) -> Outcomes {
    let callers = (0..CALLERS).map(|caller| {
        let client = client.clone();
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_creates_whose_answers_get_lost_make_a_thousand_sandboxes() {
    const CALLS: u64 = 1000;
    let place = Place::new();
    let proxy = Proxy::start(place.address().await, fate).await;
    let detour = place.behind(proxy.address());
    let client = detour.client();
    let mut outcomes = creates(&client, CALLS).await;
    proxy.settled().await;
    assert_eq!(take_what_is_left(&client, &mut outcomes).await, 0, "made twice: {outcomes:?}");
    let attempts = proxy.attempts();
    assert_eq!((outcomes.len(), attempts.len()), (1000, 1000));
    for (call, (returned, ids)) in &outcomes {
        // Sent again under its key, to a server that knows it.
        assert!(*returned && ids.len() == 1, "call {call} made {ids:?}: {:?}", attempts[call]);
        let (last, lost) = attempts[call].split_last().expect("an attempt");
        assert!(*last == Fate::Answered && !lost.contains(&Fate::Answered), "{:?}", attempts[call]);
    }
    for fate in LOSSES.into_iter().chain([Fate::NotForwarded]) {
        let met = attempts.values().flatten().filter(|met| **met == fate).count();
        assert!(met > 30, "{fate:?}: {met}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_that_may_not_know_the_key_is_asked_once_and_the_error_says_so() {
    const CALLS: u64 = 150;
    let place = Place::new();
    let proxy = Proxy::start(place.address().await, fate).await;
    let client = place.remote(proxy.address());
    let mut outcomes = creates(&client, CALLS).await;
    proxy.settled().await;
    let left = take_what_is_left(&client, &mut outcomes).await;
    let attempts = proxy.attempts();
    assert_eq!((outcomes.len(), attempts.len()), (150, 150));
    for (call, (returned, ids)) in &outcomes {
        let [fate] = attempts[call][..] else { panic!("call {call} was sent again: {:?}", attempts[call]) };
        assert_eq!(*returned, fate == Fate::Answered, "call {call}");
        assert_eq!(ids.len(), usize::from(fate != Fate::NotForwarded), "call {call}: {fate:?} made {ids:?}");
    }
    let lost = attempts.values().filter(|fates| LOSSES.contains(&fates[0])).count();
    assert!(lost > 25 && left == lost, "{left} of {lost} were left for list() to find");
}
