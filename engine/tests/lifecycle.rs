//! A sandbox's life, end to end.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected is to fail there")]

mod support;

use daytona_engine::{Engine as _, Status};
use std::time::Duration;
use support::Rig;

#[tokio::test]
async fn it_runs_commands_keeps_files_over_a_stop_and_leaves_nothing_when_destroyed() {
    let rig = Rig::new();
    let spec = rig.start().await;
    assert_eq!(rig.engine.status(&spec.id).await.unwrap(), Status::Running);
    let ran = rig.sh(&spec.id, "id -u; pwd; hostname; echo kept > note; touch /workspace/x /tmp/y").await;
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    assert_eq!(ran.out, format!("1000\n/home/daytona\n{}\n", spec.id));

    let exit = rig.engine.stop(&spec.id, Duration::from_secs(10)).await.unwrap();
    assert_eq!(exit.code, Some(0), "{exit:?}");
    assert_eq!(exit.reason, "stopped on request");
    assert!(matches!(rig.engine.status(&spec.id).await.unwrap(), Status::Stopped(_)));
    assert_eq!(rig.engine.list().await.unwrap(), std::slice::from_ref(&spec.id));

    rig.engine.start(&spec).await.unwrap();
    assert_eq!(rig.sh(&spec.id, "cat note").await.out, "kept\n");
    rig.engine.destroy(&spec.id).await.unwrap();
    assert_eq!(rig.engine.status(&spec.id).await.unwrap(), Status::Absent);
    assert!(rig.engine.list().await.unwrap().is_empty());
    rig.engine.destroy(&spec.id).await.unwrap();
}

#[tokio::test]
async fn a_stop_that_comes_before_the_init_listens_is_not_lost() {
    let rig = Rig::with_init("late_init.py");
    let spec = rig.start().await;
    let exit = rig.engine.stop(&spec.id, Duration::from_secs(10)).await.unwrap();
    assert_eq!((exit.code, exit.reason.as_str()), (Some(0), "stopped on request"));
    rig.engine.destroy(&spec.id).await.unwrap();
}
