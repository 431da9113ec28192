//! Images, folders, specs and neighbours that mean harm, or are merely odd.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected is to fail there")]

mod support;

use daytona_engine::spec::{BindMount, IdMap};
use daytona_engine::{Engine as _, EngineOptions, Error, NamespaceEngine, SandboxSpec, connect};
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use support::Rig;

/// Whatever an image has at `/proc`, `/dev`, `/sys` and `/run`, the sandbox has its own there.
#[tokio::test]
async fn links_in_an_image_do_not_decide_where_mounts_land() {
    let rig = Rig::new();
    let victim = rig.data.path().join("victim");
    fs::create_dir(&victim).unwrap();
    for (number, name) in
        ["proc", "dev", "sys", "run", "run/daytona", "run/daytona/toolbox"].iter().enumerate()
    {
        let layer = rig.data.path().join(format!("layer{number}"));
        let link = layer.join(name);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        for target in ["/etc", "../../../../../../../../etc", victim.to_str().unwrap()] {
            let _ = fs::remove_file(&link);
            symlink(target, &link).unwrap();
            let mut spec = rig.spec();
            spec.layers.push(layer.clone());
            rig.launch(&spec).await;
            let ran =
                rig.sh(&spec.id, "test -f /etc/passwd && cat /proc/sys/kernel/ostype && ls /dev/null").await;
            assert_eq!(ran.out, "Linux\n/dev/null\n", "{name} -> {target}: {ran:?}");
            rig.engine.destroy(&spec.id).await.unwrap();
        }
    }
    assert_eq!(fs::read_dir(&victim).unwrap().count(), 0);
    assert!(fs::read_link(rig.data.path().join("layer0/proc")).is_ok(), "the image itself is left alone");
}

/// The same for what root inside leaves behind for the next start.
#[tokio::test]
async fn links_that_a_sandbox_leaves_do_not_decide_either() {
    let rig = Rig::new();
    let spec = support::escape::as_root(&rig);
    rig.launch(&spec).await;
    let moved = rig.sh(&spec.id, "mv /run/daytona /run/gone && ln -s /etc /run/daytona; ls -l /run").await;
    assert!(moved.out.contains("daytona -> /etc"), "{moved:?}");
    rig.engine.stop(&spec.id, std::time::Duration::from_secs(10)).await.unwrap();
    rig.engine.start(&spec).await.unwrap();
    let tests = "ls -A /etc/toolbox; test -L /run/daytona || test -x /run/daytona/toolbox && echo real";
    let ran = rig.sh(&spec.id, tests).await;
    assert_eq!(ran.out, "real\n", "{ran:?}");
    rig.engine.destroy(&spec.id).await.unwrap();
}

#[tokio::test]
async fn a_mount_target_resolves_inside_the_sandbox() {
    let rig = Rig::new();
    let (source, layer) = (rig.data.path().join("source"), rig.data.path().join("layer"));
    fs::create_dir_all(&source).unwrap();
    fs::set_permissions(&source, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(source.join("hello"), "hello").unwrap();
    fs::create_dir_all(&layer).unwrap();
    symlink("/../../../../tmp", layer.join("out")).unwrap();
    let mut spec = rig.spec();
    spec.layers.push(layer);
    for target in ["/mnt/deep/er", "/out/in"] {
        let target = PathBuf::from(target);
        spec.mounts.push(BindMount { source: source.clone(), target, read_only: true });
    }
    rig.launch(&spec).await;
    let ran = rig.sh(&spec.id, "cat /mnt/deep/er/hello /tmp/in/hello; : > /mnt/deep/er/new").await;
    assert!(ran.out == "hellohello" && ran.err.contains("Read-only file system"), "{ran:?}");
    rig.engine.destroy(&spec.id).await.unwrap();
    assert!(!Path::new("/tmp/in").exists());
}

#[tokio::test]
async fn a_bad_spec_is_refused_with_its_reason_and_leaves_nothing() {
    let rig = Rig::new();
    let change = |edit: &dyn Fn(&mut SandboxSpec)| {
        let mut spec = rig.spec();
        edit(&mut spec);
        spec
    };
    let cases: Vec<(SandboxSpec, &str)> = vec![
        (change(&|spec| spec.layers = vec![PathBuf::from("/nonexistent")]), "open /nonexistent"),
        (change(&|spec| spec.layers.clear()), "names no layer"),
        (change(&|spec| spec.ids = IdMap::Single), "root outside"),
        (change(&|spec| spec.ids = IdMap::Range { base: 0, count: 65_536 }), "those of the host"),
        (change(&|spec| spec.ids = IdMap::Range { base: u32::MAX - 5, count: 65_536 }), "those of the host"),
        (change(&|spec| spec.user.uid = 65_536), "outside its range"),
        (change(&|spec| spec.mounts[0].target = PathBuf::from("/a/../../b")), "must not contain .."),
        (change(&|spec| spec.mounts[0].source = PathBuf::from("/nonexistent")), "open /nonexistent"),
        (change(&|spec| drop(spec.env.insert("A".into(), "a\0b".into()))), "environment"),
    ];
    for (spec, reason) in cases {
        rig.engine.create(&spec).await.unwrap();
        let error = rig.engine.start(&spec).await.unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
        assert!(error.to_string().contains(&spec.id), "{error}");
        assert!(support::groups_of(&spec.id).is_empty());
        assert!(support::find_monitor(&rig, &spec.id).is_none());
        assert!(!spec.dir.join("toolbox.sock").exists());
        rig.engine.destroy(&spec.id).await.unwrap();
    }
    assert!(support::loops_beneath(rig.data.path()).is_empty());
}

#[tokio::test]
async fn ids_cannot_leave_the_folder_of_sandboxes() {
    let rig = Rig::new();
    for id in ["", ".", "..", "../x", "a/b", "-x", "a\n", "a\0", &"x".repeat(64)] {
        assert!(rig.engine.status(id).await.is_err(), "{id:?}");
        assert!(rig.engine.destroy(id).await.is_err(), "{id:?}");
    }
    let mut spec = rig.spec();
    spec.dir = PathBuf::from("/tmp/elsewhere");
    assert!(matches!(rig.engine.create(&spec).await, Err(Error::Launch { .. })));
    assert!(matches!(rig.engine.start(&rig.spec()).await, Err(Error::NotFound { .. })));
}

#[tokio::test]
async fn a_second_start_is_refused_and_the_first_runs_on() {
    let rig = Rig::new();
    let spec = rig.start().await;
    let error = rig.engine.start(&spec).await.unwrap_err();
    assert!(error.to_string().contains("already runs"), "{error}");
    assert_eq!(rig.sh(&spec.id, "echo alive").await.out, "alive\n");
    assert!(rig.engine.create(&spec).await.is_err());
    assert_eq!(rig.sh(&spec.id, "echo alive").await.out, "alive\n");
    rig.engine.destroy(&spec.id).await.unwrap();
}

#[tokio::test]
async fn a_broken_launcher_or_toolbox_is_named() {
    let rig = Rig::new();
    let spec = rig.spec();
    rig.engine.create(&spec).await.unwrap();
    let with = |launcher: PathBuf, toolbox: PathBuf| {
        let sandboxes_dir = rig.data.path().join("sandboxes");
        NamespaceEngine::new(EngineOptions { sandboxes_dir, launcher, toolbox })
    };
    let text = rig.data.path().join("text");
    fs::write(&text, "no program").unwrap();
    fs::set_permissions(&text, fs::Permissions::from_mode(0o755)).unwrap();
    for (launcher, toolbox, named) in [
        (PathBuf::from("/nonexistent"), support::init(), "/nonexistent"),
        (PathBuf::from("/bin/true"), support::init(), "without a word"),
        (support::launcher(), PathBuf::from("/nonexistent"), "open /nonexistent"),
        (support::launcher(), text, "start the toolbox"),
    ] {
        let error = with(launcher, toolbox).start(&spec).await.unwrap_err().to_string();
        assert!(error.contains(named), "{error}");
    }
    // Nothing of those attempts is in the way of a right one.
    rig.engine.start(&spec).await.unwrap();
    rig.engine.destroy(&spec.id).await.unwrap();
}

/// A socket address holds 107 bytes; a data folder may lie deeper.
#[tokio::test]
async fn a_data_folder_may_lie_deep() {
    let deep = tempfile::Builder::new().prefix(&"d".repeat(200)).tempdir().unwrap();
    let rig = Rig::at(deep);
    let spec = rig.start().await;
    assert_eq!(rig.sh(&spec.id, "echo deep").await.out, "deep\n");
    rig.engine.destroy(&spec.id).await.unwrap();
}

#[tokio::test]
async fn a_socket_of_another_user_is_not_spoken_to() {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let path = dir.path().join("toolbox.sock");
    let code = "import os, socket, sys\nos.setuid(12345)\ns = socket.socket(socket.AF_UNIX)\ns.bind(sys.argv[1])\n\
                s.listen()\nos.chmod(sys.argv[1], 0o777)\ns.accept()\ninput()";
    let mut other = std::process::Command::new("/usr/bin/python3")
        .args(["-c", code])
        .arg(&path)
        .stdin(std::process::Stdio::null())
        .spawn()
        .unwrap();
    support::until("it listens", || path.exists()).await;
    let answer = loop {
        match connect(&path).await {
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                tokio::task::yield_now().await
            }
            answer => break answer,
        }
    };
    assert_eq!(answer.unwrap_err().kind(), std::io::ErrorKind::PermissionDenied);
    let _ = other.kill();
    other.wait().unwrap();
}
