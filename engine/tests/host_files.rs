//! What a sandbox has mounted of the host stays the host's: a file that only its owner may read there is nobody's
//! inside, whoever the owner is.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected is to fail there")]

mod support;

use daytona_engine::spec::{BindMount, User};
use daytona_engine::{Engine as _, SandboxSpec};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use support::{Ran, Rig};

/// Reads three files of the host inside: root's own, one of the first user's, and one for everybody.
async fn read_inside(rig: &Rig, user: User) -> Vec<Ran> {
    let shared = rig.data.path().join("shared");
    std::fs::create_dir_all(&shared).unwrap();
    for (name, owner, mode) in [("root", 0, 0o600), ("first-user", 1000, 0o600), ("open", 0, 0o644)] {
        let path = shared.join(name);
        std::fs::write(&path, name).unwrap();
        chown(&path, Some(owner), Some(owner)).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    std::fs::set_permissions(&shared, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mount = BindMount { source: shared, target: PathBuf::from("/mnt"), read_only: true };
    let spec = SandboxSpec { mounts: [rig.spec().mounts, vec![mount]].concat(), user, ..rig.spec() };
    rig.launch(&spec).await;
    let mut read = Vec::new();
    for name in ["root", "first-user", "open"] {
        read.push(rig.sh(&spec.id, &format!("cat /mnt/{name}")).await);
    }
    rig.engine.destroy(&spec.id).await.unwrap();
    read
}

fn root() -> User {
    User { name: "root".to_owned(), uid: 0, gid: 0, home: Path::new("/root").to_owned() }
}

#[tokio::test]
async fn private_files_of_the_host_cannot_be_read() {
    let rig = Rig::new();
    for user in [root(), rig.image.user.clone()] {
        let read = read_inside(&rig, user).await;
        assert_ne!(read[0].code, 0, "root's file was read: {:?}", read[0]);
        assert_ne!(read[1].code, 0, "the first user's file was read: {:?}", read[1]);
        assert_eq!(read[2].out, "open", "{:?}", read[2]);
    }
}

#[cfg(feature = "weaken")]
#[tokio::test]
async fn red_mapped_mounts_give_private_files_away() {
    let rig = Rig::weakened("mapped_mounts");
    assert_eq!(read_inside(&rig, root()).await[0].out, "root");
    assert_eq!(read_inside(&rig, rig.image.user.clone()).await[1].out, "first-user");
}
