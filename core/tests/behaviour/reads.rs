//! What only looks is asked for again when its answer breaks off, whatever it looks at.

use crate::support::{Reply, Request, toolbox};
use daytona_core::Position;
use serde_json::json;
use std::collections::HashSet;
use std::sync::Mutex;

/// Longer than what follows it.
const CUT: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{";

#[tokio::test]
async fn an_answer_that_breaks_off_is_asked_for_again() {
    let broken = Mutex::new(HashSet::new());
    let (server, sandbox) = toolbox(move |request: &Request| {
        let line = request.line();
        if line.ends_with("/lsp/start") {
            return Reply::empty(200);
        }
        if broken.lock().expect("not poisoned").insert(line.clone()) {
            return if line.contains("session") {
                Reply::Reset(CUT.to_vec())
            } else {
                Reply::Bytes(CUT.to_vec())
            };
        }
        let path = line.split_once("/toolbox/box/").expect("a toolbox").1;
        match path.split('?').next().expect("a path") {
            "files"
            | "files/find"
            | "process/session"
            | "git/history"
            | "lsp/document-symbols"
            | "lsp/workspacesymbols" => Reply::json(200, &json!([])),
            "user-home-dir" => Reply::json(200, &json!({"dir": "/home"})),
            "lsp/completions" => Reply::json(200, &json!({"isIncomplete": false, "items": []})),
            _ => Reply::json(200, &json!({})),
        }
    })
    .await;
    sandbox.user_root_dir().await.expect("read");
    let fs = sandbox.fs();
    fs.list_files("d").await.expect("read");
    fs.get_file_info("d").await.expect("read");
    fs.find_files("d", "x").await.expect("read");
    fs.search_files("d", "x").await.expect("read");
    let process = sandbox.process();
    process.list_sessions().await.expect("read");
    process.get_session("s").await.expect("read");
    process.get_session_command("s", "c").await.expect("read");
    process.get_session_command_logs("s", "c").await.expect("read");
    let git = sandbox.git();
    git.status("r").await.expect("read");
    git.branches("r").await.expect("read");
    git.log("r").await.expect("read");
    git.list_remotes("r").await.expect("read");
    let lsp = sandbox.create_lsp_server("python", "p").expect("a server");
    lsp.start().await.expect("started");
    lsp.document_symbols("f").await.expect("read");
    lsp.sandbox_symbols("x").await.expect("read");
    lsp.completions("f", Position { line: 0, character: 0 }).await.expect("read");
    // Each twice, besides getting the sandbox and starting the language server.
    assert_eq!(server.lines().len(), 2 + 2 * 16, "{:#?}", server.lines());
}
