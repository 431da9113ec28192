//! File operations besides moving contents: what is sent, and what each outcome means.

use crate::support::{Reply, Request, toolbox};
use bytes::Bytes;
use daytona_core::{ErrorCode, FilePermissions, Match, ReplaceResult, Upload};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn every_verb_asks_for_what_it_is_named_after() {
    let info = json!({"name": "f", "isDir": false, "size": 5, "modTime": "2006", "mode": "-rw-r--r--",
        "permissions": "0644", "owner": "0", "group": "0", "new": true});
    let (server, sandbox) = toolbox(move |request: &Request| {
        let (path, _) = request.target.split_once('?').unwrap_or((&request.target, ""));
        match (request.method.as_str(), path.trim_start_matches("/toolbox/box/")) {
            ("GET", "files") => Reply::json(200, &json!([info])),
            ("GET", "files/info") => Reply::json(200, &info),
            ("POST", "files/folder") => Reply::empty(201),
            ("DELETE", "files") => Reply::empty(204),
            ("POST", "files/move" | "files/permissions") => Reply::empty(200),
            ("GET", "files/find") => Reply::json(200, &json!([{"file": "a", "line": 2, "content": "x"}])),
            ("GET", "files/search") => Reply::json(200, &json!({"files": ["a.py"]})),
            ("POST", "files/replace") => Reply::json(
                200,
                &json!([{"file": "a", "success": true}, {"file": "b", "success": false, "error": "absent"}]),
            ),
            (method, path) => panic!("unexpected {method} {path}"),
        }
    })
    .await;
    let fs = sandbox.fs();
    let last = || server.lines().pop().expect("a request").replace("/toolbox/box/", "");

    let files = fs.list_files("a b").await.expect("listed");
    assert_eq!((last().as_str(), files.len(), files[0].size), ("GET files?path=a+b", 1, 5));
    assert_eq!(fs.get_file_info("f").await.expect("there"), files[0]);
    assert_eq!(last(), "GET files/info?path=f");

    fs.create_folder("d", None).await.expect("made");
    assert_eq!(last(), "POST files/folder?path=d&mode=755");
    fs.create_folder("d", Some("700")).await.expect("made");
    assert_eq!(last(), "POST files/folder?path=d&mode=700");
    fs.delete_file("f", false).await.expect("deleted");
    assert_eq!(last(), "DELETE files?path=f");
    fs.delete_file("d", true).await.expect("deleted");
    assert_eq!(last(), "DELETE files?path=d&recursive=true");
    fs.move_files("a", "b").await.expect("moved");
    assert_eq!(last(), "POST files/move?source=a&destination=b");
    let permissions = FilePermissions { mode: Some("644".into()), group: Some("users".into()), owner: None };
    fs.set_file_permissions("f", permissions).await.expect("set");
    assert_eq!(last(), "POST files/permissions?path=f&mode=644&group=users");

    let found = fs.find_files(".", "x").await.expect("found");
    assert_eq!(found, [Match { file: "a".into(), line: 2, content: "x".into() }]);
    assert_eq!(last(), "GET files/find?path=.&pattern=x");
    assert_eq!(fs.search_files(".", "*.py").await.expect("found"), ["a.py"]);
    assert_eq!(last(), "GET files/search?path=.&pattern=*.py");
    let replaced = fs.replace_in_files(vec!["a".into(), "b".into()], "x", "y").await.expect("replaced");
    let result = |file: &str, error: Option<&str>| ReplaceResult {
        file: file.into(),
        success: error.is_none(),
        error: error.map(str::to_owned),
    };
    assert_eq!(replaced, [result("a", None), result("b", Some("absent"))]);
    let request = server.seen().pop().expect("a request");
    assert_eq!(request.json(), json!({"files": ["a", "b"], "pattern": "x", "newValue": "y"}));
}

#[tokio::test]
async fn of_several_uploads_every_failure_is_named_and_the_others_stay() {
    let (server, sandbox) = toolbox(|request: &Request| match request.target.contains("bad") {
        true => Reply::json(403, &json!({"message": "no right to write", "code": "FILE_ACCESS_DENIED"})),
        false => Reply::json(200, &json!({"name": "f", "path": "/f", "type": "file"})),
    })
    .await;
    let content = || Upload::Bytes(Bytes::from_static(b"x"));
    let files =
        (0..50).map(|index| (format!("{}{index}", if index % 20 == 7 { "bad" } else { "ok" }), content()));
    let error = sandbox.fs().upload_many(files.collect()).await.expect_err("some fail");
    assert_eq!((error.code(), error.status()), (ErrorCode::Authorization, Some(403)));
    for name in ["3 of 50", "bad7: ", "bad27: ", "bad47: ", "no right to write"] {
        assert!(error.message().contains(name), "{error}");
    }
    let sent = server.lines().len();
    sandbox.fs().upload_many(Vec::new()).await.expect("nothing to do");
    assert_eq!(server.lines().len(), sent);

    // Of many, all are named, and the first ten say why.
    let files: Vec<_> = (0..100).map(|index| (format!("bad{index}"), content())).collect();
    let error = sandbox.fs().upload_many(files).await.expect_err("all fail");
    for words in ["100 of 100", "bad9: ", "; and also bad10, bad11, ", ", bad98, bad99"] {
        assert!(error.message().contains(words), "{error}");
    }
    assert_eq!(error.message().matches("no right to write").count(), 10, "{error}");
}

#[tokio::test]
async fn what_was_done_is_not_held_up_by_the_rest_of_its_answer() {
    const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{";
    let (_server, sandbox) = toolbox(|_: &Request| Reply::Stalled(HEAD.to_vec())).await;
    let fs = sandbox.fs();
    // Less than the minute for which a body that is needed may stand still.
    let patience = Duration::from_secs(40);
    tokio::time::timeout(patience, fs.create_folder("d", None)).await.expect("not held up").expect("made");
}
