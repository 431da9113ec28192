//! Passwords leave no trace in the sandbox: not on its disk, not in its process list, not in a message.

use crate::git::toolbox_at_home;
use crate::git_remote::with_credentials;
use crate::git_server::{GitServer, MARKER, PASSWORD, USER, base64};
use crate::harness::{Toolbox, in_time};
use daytona_protocol::error::toolbox as code;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use std::path::{Path, PathBuf};

/// What the password is recognised by, wherever it is.
fn needles() -> [Vec<u8>; 2] {
    [MARKER.into(), base64(format!("{USER}:{PASSWORD}").as_bytes()).into()]
}

fn holds(content: &[u8]) -> bool {
    needles().iter().any(|needle| memchr::memmem::find(content, needle).is_some())
}

fn files_with_the_password(dir: &Path) -> Vec<String> {
    let files = walkdir::WalkDir::new(dir).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    let found = files.filter(|file| std::fs::read(file.path()).is_ok_and(|content| holds(&content)));
    found.map(|file| file.path().display().to_string()).collect()
}

/// The processes of this toolbox, by their folders in /proc. Other tests show theirs the password in ways of
/// their own.
fn processes(toolbox: &Toolbox) -> Vec<PathBuf> {
    let home = format!("HOME={}", toolbox.dir.display());
    let all = std::fs::read_dir("/proc").expect("/proc").flatten().map(|entry| entry.path());
    let ours = all.filter(|process| {
        let environ = std::fs::read(process.join("environ")).unwrap_or_default();
        environ.split(|byte| *byte == 0).any(|variable| variable == home.as_bytes())
    });
    ours.collect()
}

fn with_the_password(processes: &[PathBuf]) -> Vec<String> {
    let files = processes.iter().flat_map(|process| ["cmdline", "environ"].map(|name| process.join(name)));
    let found = files.filter(|file| std::fs::read(file).is_ok_and(|content| holds(&content)));
    found.map(|file| file.display().to_string()).collect()
}

/// The sockets that they get credentials through.
fn sockets(processes: &[PathBuf]) -> Vec<PathBuf> {
    let descriptors = processes.iter().map(|process| process.join("fd/9"));
    descriptors
        .filter(|fd| std::fs::read_link(fd).is_ok_and(|to| to.to_string_lossy().starts_with("socket:")))
        .collect()
}

/// Does `verb` while the server lets no one in, looks around, and lets it finish.
async fn watched(toolbox: &Toolbox, server: &GitServer, verb: &str, body: serde_json::Value) {
    server.close();
    let look = async {
        server.someone_waits().await;
        let processes = processes(toolbox);
        assert_eq!(with_the_password(&processes), [""; 0], "during {verb}");
        assert_eq!(files_with_the_password(&toolbox.dir), [""; 0], "during {verb}");
        let sockets = sockets(&processes);
        assert!(!sockets.is_empty(), "git has it at descriptor 9");
        assert!(sockets.iter().all(|socket| std::fs::File::open(socket).is_err()), "no one else can open it");
        server.open();
    };
    let (answer, ()) = in_time(async { tokio::join!(toolbox.git(verb, body), look) }).await;
    assert_eq!(answer.status, 200, "{verb}: {:?}", answer.body);
    assert_eq!(files_with_the_password(&toolbox.dir), [""; 0], "after {verb}");
}

/// A configuration that makes git keep every password it is given.
async fn configure_to_store(toolbox: &Toolbox, server: &GitServer) {
    let script = format!(
        "git config --global credential.helper store; \
         git config --global credential.http://127.0.0.1:{}.helper store; \
         git config --global credential.useHttpPath true",
        server.port
    );
    toolbox.output(&script).await;
}

#[tokio::test]
async fn no_trace_during_or_after_clone_push_and_pull() {
    let server = GitServer::start().await;
    let toolbox = toolbox_at_home().await;
    configure_to_store(&toolbox, &server).await;
    let init = json!({"set": {"GIT_TRACE_CURL": toolbox.dir.join("trace"), "GIT_TRACE_REDACT": "0"}});
    assert_eq!(toolbox.post_json("/env", init).await.status.as_u16() / 100, 2);
    let clone = with_credentials(json!({"url": server.url("repo.git"), "path": "r"}));
    watched(&toolbox, &server, "clone", clone).await;
    toolbox.output("echo x > r/x").await;
    toolbox.commit_all("r", "x").await;
    watched(&toolbox, &server, "push", with_credentials(json!({"path": "r"}))).await;
    server.commit_elsewhere("main", "theirs").await;
    watched(&toolbox, &server, "pull", with_credentials(json!({"path": "r"}))).await;
    // The same look finds what is there, so it can fail.
    std::fs::write(toolbox.dir.join("r/.git/found"), format!("x{PASSWORD}x")).expect("a file");
    assert_eq!(files_with_the_password(&toolbox.dir).len(), 1);
}

#[tokio::test]
async fn credentials_in_a_url_are_taken_out_of_it() {
    let server = GitServer::start().await;
    let toolbox = toolbox_at_home().await;
    configure_to_store(&toolbox, &server).await;
    let encoded = utf8_percent_encode(PASSWORD, NON_ALPHANUMERIC).to_string();
    let url = |repository: &str| format!("HTTP://{USER}:{encoded}@127.0.0.1:{}/{repository}", server.port);
    watched(&toolbox, &server, "clone", json!({"url": url("repo.git"), "path": "r"})).await;
    assert_eq!(toolbox.output("git -C r config remote.origin.url").await.trim(), server.url("repo.git"));
    for repository in ["missing.git", "forbidden.git"] {
        let answer = toolbox.git("clone", json!({"url": url(repository), "path": "x"})).await;
        assert!(!holds(&answer.body) && answer.status.is_client_error(), "{answer:?}");
    }
    // A password that someone put into the configuration is not shown either.
    toolbox
        .output(&format!("git -C r remote set-url origin '{}'", url("missing.git").replace("HTTP:", "http:")))
        .await;
    let answer = toolbox.get("/git/remotes?path=r").await;
    assert!(!holds(&answer.body) && answer.status == 200, "{answer:?}");
    for verb in ["push", "pull"] {
        let answer = toolbox.git(verb, json!({"path": "r"})).await;
        answer.error(404, code::GIT_REPO_NOT_FOUND);
        assert!(!holds(&answer.body), "{answer:?}");
    }
}

#[tokio::test]
async fn a_hook_gets_no_credentials() {
    let server = GitServer::start().await;
    let toolbox = toolbox_at_home().await;
    // Every hook asks git for the password, and writes down what it is told.
    let hook = format!(
        "mkdir -p hooks; printf '#!/bin/sh\\nprintf \"protocol=http\\\\nhost=127.0.0.1:{}\\\\n\\\\n\" | \
         git credential fill >> {}/told 2>&1; echo ran >> {}/ran; exit 0\\n' > hooks/post-checkout; \
         chmod +x hooks/post-checkout; \
         for h in pre-push post-merge reference-transaction; do cp hooks/post-checkout hooks/$h; done; \
         git config --global core.hooksPath {}/hooks",
        server.port,
        toolbox.dir.display(),
        toolbox.dir.display(),
        toolbox.dir.display()
    );
    toolbox.output(&hook).await;
    let clone = with_credentials(json!({"url": server.url("repo.git"), "path": "r"}));
    assert_eq!(toolbox.git("clone", clone).await.status, 200);
    toolbox.output("echo x > r/x").await;
    toolbox.commit_all("r", "x").await;
    assert_eq!(toolbox.git("push", with_credentials(json!({"path": "r"}))).await.status, 200);
    server.commit_elsewhere("main", "theirs").await;
    assert_eq!(toolbox.git("pull", with_credentials(json!({"path": "r"}))).await.status, 200);
    assert!(!toolbox.output("cat ran").await.is_empty(), "the hooks did run");
    assert_eq!(files_with_the_password(&toolbox.dir), [""; 0]);
}
