//! `POST /files/folder`, `/files/move`, `/files/permissions`, `/files/replace` and `DELETE /files`.

use crate::harness::{Toolbox, encode, make_deep};
use serde_json::{Value, json};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

fn mode(path: impl AsRef<Path>) -> u32 {
    std::fs::metadata(path).expect("metadata").permissions().mode() & 0o7777
}

async fn rename(toolbox: &Toolbox, source: &str, destination: &str) -> crate::harness::Answer {
    let (source, destination) = (encode(source), encode(destination));
    toolbox.ask("POST", &format!("/files/move?source={source}&destination={destination}")).await
}

async fn replace(toolbox: &Toolbox, files: &[&str], pattern: &str, new: &str) -> Value {
    let body = json!({"files": files, "pattern": pattern, "newValue": new});
    let answer = toolbox.post_json("/files/replace", body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

#[tokio::test]
async fn folders_are_made_with_their_parents() {
    let toolbox = Toolbox::start().await;
    let make = async |query: &str| toolbox.ask("POST", &format!("/files/folder?{query}")).await;
    let answer = make("path=a/b%20c/%E6%97%A5%0A&mode=0750").await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (201, 0));
    assert_eq!(mode(toolbox.dir.join("a/b c/日\n")), 0o750);
    assert_eq!(make("path=a&mode=0700").await.status, 201, "one that exists is fine");
    assert_eq!(make("path=plain").await.status, 201);
    assert_eq!(mode(toolbox.dir.join("plain")), 0o755);
    std::fs::write(toolbox.dir.join("file"), "").expect("a file");
    make("path=file").await.error(400, "INVALID_FILE_PATH");
    make("path=file/below").await.error(400, "INVALID_FILE_PATH");
    make("path=").await.error(400, "INVALID_FILE_PATH");
    make("mode=755").await.error(400, "BAD_REQUEST");
    for bad in ["9", "rwx", "-1", "17777", "0x1ff", "%2B7"] {
        let message = make(&format!("path=bad&mode={bad}")).await.error(400, "BAD_REQUEST");
        assert!(message.contains("octal"), "{message}");
    }
    assert_eq!(toolbox.names(), ["a", "file", "plain"]);
}

#[tokio::test]
async fn deleting_folders_takes_a_word_more() {
    let toolbox = Toolbox::start().await;
    toolbox.output("mkdir -p full/sub empty kept; touch full/sub/f kept/f 'new\nline'; ln -s ../kept full/link; ln -s kept link").await;
    let delete = async |query: &str| toolbox.ask("DELETE", &format!("/files?{query}")).await;
    for query in ["path=full", "path=empty", "path=full&recursive=false", "path=full&recursive="] {
        assert!(delete(query).await.error(400, "INVALID_FILE_PATH").contains("recursive=true"));
    }
    delete("path=full&recursive=maybe").await.error(400, "BAD_REQUEST");
    let answer = delete("path=full&recursive=true").await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    assert_eq!(delete("path=new%0Aline").await.status, 204);
    assert_eq!(delete("path=link&recursive=true").await.status, 204);
    assert_eq!(toolbox.names(), ["empty", "kept"]);
    assert!(toolbox.dir.join("kept/f").exists(), "a link was followed");
    delete("path=link").await.error(404, "FILE_NOT_FOUND");
    delete("path=").await.error(400, "INVALID_FILE_PATH");
    delete("recursive=true").await.error(400, "BAD_REQUEST");
}

#[tokio::test]
async fn a_folder_deeper_than_any_path_is_long_is_deleted() {
    let toolbox = Toolbox::start().await;
    std::fs::create_dir(toolbox.dir.join("deep")).expect("a folder");
    make_deep(&toolbox.dir.join("deep"));
    toolbox.output("ln -s / deep/root; mkdir deep/closed deep/many; chmod 0 deep/closed; cd deep/many; seq -f f%.0f 3000 | xargs touch; seq -f d%.0f 3000 | xargs mkdir").await;
    assert_eq!(toolbox.ask("DELETE", "/files?path=deep&recursive=true").await.status, 204);
    assert!(toolbox.names().is_empty());
    assert_eq!(toolbox.output("echo alive").await, "alive\n");
}

#[tokio::test]
async fn what_cannot_be_deleted_stays_where_it_is() {
    let toolbox = Toolbox::start_as_ordinary_user().await;
    toolbox.output("mkdir -p top/a/closed/b; touch top/a/closed/b/f; chmod 500 top/a/closed/b").await;
    let answer = toolbox.ask("DELETE", "/files?path=top&recursive=true").await;
    answer.error(403, "FILE_ACCESS_DENIED");
    assert!(toolbox.dir.join("top/a/closed/b/f").exists());
    toolbox.output("chmod 700 top/a/closed/b").await;
    assert_eq!(toolbox.ask("DELETE", "/files?path=top&recursive=true").await.status, 204);
}

#[tokio::test]
async fn moving_never_overwrites() {
    let toolbox = Toolbox::start().await;
    toolbox.output("echo 1 > a; echo 2 > b; mkdir -p d/sub; ln -s gone broken").await;
    assert_eq!(rename(&toolbox, "a", "d/new\nname").await.status, 200);
    assert_eq!(std::fs::read(toolbox.dir.join("d/new\nname")).expect("a file"), b"1\n");
    for destination in ["b", "d", "broken"] {
        rename(&toolbox, "d/new\nname", destination).await.error(409, "CONFLICT");
    }
    assert_eq!(std::fs::read(toolbox.dir.join("b")).expect("a file"), b"2\n");
    rename(&toolbox, "none", "x").await.error(404, "FILE_NOT_FOUND");
    assert!(rename(&toolbox, "b", "no/such/x").await.error(404, "FILE_NOT_FOUND").contains("no/such"));
    rename(&toolbox, "b", "d/new\nname/x").await.error(400, "INVALID_FILE_PATH");
    rename(&toolbox, "d", "d/sub/d").await.error(400, "INVALID_FILE_PATH");
    rename(&toolbox, "", "x").await.error(400, "INVALID_FILE_PATH");
    assert_eq!(rename(&toolbox, "broken", "moved").await.status, 200, "a link moves as a link");
    assert_eq!(rename(&toolbox, "d", "e").await.status, 200);
    assert_eq!(toolbox.names(), ["b", "e", "moved"]);
}

#[tokio::test]
async fn moves_into_closed_folders_are_denied() {
    let toolbox = Toolbox::start_as_ordinary_user().await;
    toolbox.output("touch f; mkdir closed; chmod 500 closed").await;
    rename(&toolbox, "f", "closed/f").await.error(403, "FILE_ACCESS_DENIED");
    let denied = [("POST", "/files/folder?path=closed/d"), ("DELETE", "/files?path=/etc/passwd")];
    for (method, path) in denied {
        toolbox.ask(method, path).await.error(403, "FILE_ACCESS_DENIED");
    }
    for query in ["path=/etc/passwd&mode=777", "path=f&owner=root", "path=f&owner=0&mode=777"] {
        toolbox.ask("POST", &format!("/files/permissions?{query}")).await.error(403, "FILE_ACCESS_DENIED");
    }
    assert_ne!(mode(toolbox.dir.join("f")), 0o777);
}

#[tokio::test]
async fn permissions_change_as_far_as_given() {
    let toolbox = Toolbox::start().await;
    toolbox.output("touch f; chmod 600 f").await;
    let set = async |query: &str| toolbox.ask("POST", &format!("/files/permissions?{query}")).await;
    assert_eq!(set("path=f&mode=0644").await.status, 200);
    assert_eq!(mode(toolbox.dir.join("f")), 0o644);
    assert_eq!(set("path=f&mode=4711").await.status, 200);
    assert_eq!(mode(toolbox.dir.join("f")), 0o4711);
    assert_eq!(set("path=f").await.status, 200, "nothing to do");
    let (uid, gid) = (rustix::process::getuid().as_raw(), rustix::process::getgid().as_raw());
    assert_eq!(set(&format!("path=f&owner={uid}&group={gid}&mode=600")).await.status, 200);
    if rustix::process::getuid().is_root() {
        assert_eq!(set("path=f&owner=daemon&group=bin").await.status, 200);
        let metadata = std::fs::metadata(toolbox.dir.join("f")).expect("metadata");
        assert_eq!((metadata.uid(), metadata.gid()), (1, 2));
    }
    for query in [
        "path=f&owner=no-such-user",
        "path=f&group=no%3Asuch",
        "path=f&owner=-1",
        "path=f&mode=8",
        "mode=644",
        "path=f&owner=4294967295",
    ] {
        set(query).await.error(400, "BAD_REQUEST");
    }
    set("path=f&owner=no-such-user&mode=777").await.error(400, "BAD_REQUEST");
    assert_eq!(mode(toolbox.dir.join("f")), 0o600, "all or nothing");
    set("path=none&mode=644").await.error(404, "FILE_NOT_FOUND");
}

#[tokio::test]
async fn replace_reports_file_by_file() {
    let toolbox = Toolbox::start().await;
    toolbox
        .output(
            "printf 'a.b axb a.b' > f; chmod 755 f; ln -s f link; printf 'aaa' > g; printf same > h; mkdir d",
        )
        .await;
    let before = std::fs::metadata(toolbox.dir.join("h")).expect("metadata").ino();
    let results = replace(&toolbox, &["f", "none", "d", "h", ""], "a.b", "$1\n").await;
    let results = results.as_array().expect("a list");
    let success: Vec<_> = results.iter().map(|result| result["success"].as_bool().expect("a flag")).collect();
    assert_eq!(success, [true, false, false, true, false]);
    assert_eq!(results[0], json!({"file": "f", "success": true}));
    assert!(results[1]["error"].as_str().is_some_and(|error| error.contains("not found")), "{results:?}");
    assert_eq!(std::fs::read(toolbox.dir.join("f")).expect("a file"), b"$1\n axb $1\n");
    assert_eq!(mode(toolbox.dir.join("f")), 0o755);
    assert_eq!(std::fs::metadata(toolbox.dir.join("h")).expect("metadata").ino(), before, "left alone");
    replace(&toolbox, &["link", "g"], "a", "").await;
    assert_eq!(std::fs::read(toolbox.dir.join("g")).expect("a file"), b"");
    assert_eq!(std::fs::read(toolbox.dir.join("f")).expect("a file"), b"$1\n xb $1\n");
    assert!(toolbox.dir.join("link").is_symlink());
    let body = json!({"files": ["f"], "pattern": "", "newValue": "x"});
    toolbox.post_json("/files/replace", body).await.error(400, "BAD_REQUEST");
    toolbox.post_json("/files/replace", json!({"files": ["f"]})).await.error(400, "INVALID_REQUEST_BODY");
    assert_eq!(toolbox.names(), ["d", "f", "g", "h", "link"]);
}

#[tokio::test]
async fn replace_works_across_the_pieces_a_large_file_is_read_in() {
    let toolbox = Toolbox::start().await;
    // The text straddles every possible cut at least once.
    let unit = format!("needle{}", "\u{0}x".repeat(31));
    let content = unit.repeat(1 << 20);
    std::fs::write(toolbox.dir.join("f"), &content).expect("a file");
    let results = replace(&toolbox, &["f"], "needle", "ß").await;
    assert_eq!(results[0]["success"], true);
    let now = std::fs::read(toolbox.dir.join("f")).expect("a file");
    assert!(now == content.replace("needle", "ß").into_bytes(), "what came out differs");
    assert!(toolbox.peak_memory() < 32 << 20, "{} MiB", toolbox.peak_memory() >> 20);
}
