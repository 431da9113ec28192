//! The engine's escape probe once more, behind the real toolbox: what it starts is held as what the engine's own tests
//! start, and its hardening hides it from the code it runs.

use crate::support::Server;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const PROBE: &str = include_str!("../../../engine/tests/support/escape.py");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_open_to_code_that_the_toolbox_runs() {
    let server = Server::real().await;
    let id = server.create(json!({})).await;
    let given = json!({ "refused": daytona_engine::launcher::REFUSED, "init": "toolbox" }).to_string();
    let code = format!("import sys\nsys.argv = ['probe', {given:?}]\n{PROBE}");
    let body = json!({ "code": code, "language": "python" });
    let ran = server.post(&format!("/toolbox/{id}/process/code-run"), body).await.ok();
    assert_eq!(ran["exitCode"], 0, "{ran}");
    let printed = ran["result"].as_str().unwrap();
    let found: BTreeMap<String, Value> =
        serde_json::from_str(printed).unwrap_or_else(|e| panic!("{e}: {ran}"));
    let open: Vec<_> = found.iter().filter(|(_, result)| *result != "held").collect();
    assert!(open.is_empty(), "{open:#?}");
    assert!(found.len() >= 29, "the probe ran {} checks only", found.len());
    // And the toolbox itself is out of reach of the code it runs, though both have one user.
    let code = "import os\nfor name in ('mem', 'environ', 'fd', 'maps'):\n    try:\n        path = f'/proc/1/{name}'\n        os.listdir(path) if name == 'fd' else open(path, 'rb').read(1)\n        print(name)\n    except OSError: pass\n";
    let body = json!({ "code": code, "language": "python" });
    let ran = server.post(&format!("/toolbox/{id}/process/code-run"), body).await.ok();
    assert_eq!((&ran["result"], &ran["exitCode"]), (&json!(""), &json!(0)), "{ran}");
    server.delete(&format!("/api/sandbox/{id}")).await.ok();
}
