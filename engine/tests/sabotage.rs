//! Root inside may do anything to its own files, and the sandbox must still start again: what else it holds would
//! be lost with it.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected is to fail there")]

mod support;

use daytona_engine::{Engine as _, SandboxSpec};
use std::time::Duration;
use support::{Rig, escape};

#[tokio::test]
async fn nothing_root_inside_puts_in_the_way_keeps_a_sandbox_from_starting() {
    let rig = Rig::new();
    for sabotage in [
        "rm -rf /workspace; touch /workspace",
        "rm -rf /etc/resolv.conf; mkdir -p /etc/resolv.conf/full",
        "mv /etc /etc.old; ln -s /proc/self/fd /etc",
        "rm -rf /root; touch /root",
        "mv /run/daytona /run/elsewhere; mkdir -p /run/daytona/toolbox/full",
    ] {
        let spec = escape::as_root(&rig);
        rig.launch(&spec).await;
        survives(&rig, &spec, sabotage).await;
        rig.engine.destroy(&spec.id).await.unwrap();
    }
}

async fn survives(rig: &Rig, spec: &SandboxSpec, sabotage: &str) {
    rig.sh(&spec.id, &format!("echo kept > /opt/note; {sabotage}")).await;
    rig.engine.stop(&spec.id, Duration::from_secs(10)).await.unwrap();
    let started = rig.engine.start(spec).await;
    assert!(started.is_ok(), "after {sabotage}: {started:?}");
    assert_eq!(rig.sh(&spec.id, "cat /opt/note").await.out, "kept\n", "after {sabotage}");
}
