//! ESC: what sandboxed code must not be able to do, tried from inside by `escape.py`, as the ordinary user of the
//! image and as root inside.
//!
//! `red.rs` shows each of these checks fail with its control switched off.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected is to fail there")]

mod support;

use daytona_engine::Engine as _;
use std::collections::BTreeMap;
use support::{Rig, escape};

fn assert_held(found: &BTreeMap<String, String>) {
    let open: Vec<_> = found.iter().filter(|(_, result)| *result != "held").collect();
    assert!(open.is_empty(), "{open:#?}");
    assert!(found.len() >= 29, "the probe ran {} checks only", found.len());
}

#[tokio::test]
async fn nothing_is_open_to_the_user() {
    let rig = Rig::new();
    let spec = rig.start().await;
    assert_held(&escape::probe(&rig, &spec.id).await);
    rig.engine.destroy(&spec.id).await.unwrap();
}

#[tokio::test]
async fn nothing_is_open_to_root_inside() {
    let rig = Rig::new();
    let spec = escape::as_root(&rig);
    rig.launch(&spec).await;
    assert_held(&escape::probe(&rig, &spec.id).await);
    rig.engine.destroy(&spec.id).await.unwrap();
}

#[tokio::test]
async fn root_inside_is_an_unprivileged_user_outside() {
    let rig = Rig::new();
    let spec = escape::as_root(&rig);
    rig.launch(&spec).await;
    let daytona_engine::spec::IdMap::Range { base, count } = spec.ids else {
        panic!("these tests run as root")
    };
    let (map, outside) = escape::root_inside(&rig, &spec).await;
    assert_eq!(map, [0, 0, base, count]);
    assert_eq!(outside, base);
    assert!(base >= 65_536, "{base} is an id of the host's");
    rig.engine.destroy(&spec.id).await.unwrap();
}

#[tokio::test]
async fn the_host_is_not_visible() {
    let rig = Rig::new();
    let spec = rig.start().await;
    let reach = escape::Reach::offer(rig.data.path());
    let found = reach.tried_from(&rig, &spec.id).await;
    assert_eq!(found, escape::Reach::nothing(), "{found:#?}");
    rig.engine.destroy(&spec.id).await.unwrap();
}

#[tokio::test]
async fn sandboxes_do_not_see_each_other() {
    let rig = Rig::new();
    let (one, two) = (rig.start().await, rig.start().await);
    let seen = escape::secret_of(&rig, &one.id, &two.id).await;
    assert!(seen.contains("/dev/shm:") && !seen.contains("secret") && !seen.contains("mine"), "{seen}");
    assert_ne!(one.ids, two.ids);
    for id in [&one.id, &two.id] {
        rig.engine.destroy(id).await.unwrap();
    }
}

/// The shipped launcher has no ear for what the `weaken` feature adds.
#[cfg(not(feature = "weaken"))]
#[tokio::test]
async fn the_shipped_launcher_cannot_be_weakened() {
    let rig = Rig::weakened(
        "seccomp,caps,no_new_privs,masks,netns,pidns,userns,ids,pivot,host_sys,devices,nosuid,nodev,nested,\
         cgroupns,read_only_toolbox,fds",
    );
    let spec = rig.start().await;
    assert_held(&escape::probe(&rig, &spec.id).await);
    rig.engine.destroy(&spec.id).await.unwrap();
}
