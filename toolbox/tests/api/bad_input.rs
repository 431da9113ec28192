//! What no well-meaning client sends: each gets a 400 with a message, and the toolbox lives on.

use crate::harness::{Toolbox, in_time};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

#[tokio::test]
async fn bodies_that_are_not_what_the_route_takes() {
    let toolbox = Toolbox::start().await;
    let deep = "[".repeat(100_000);
    let deep_field = format!("{{\"x\":{deep}");
    let broken: [&[u8]; 8] =
        [b"", b"null", b"[]", b"{", b"{} trailing", b"\xff\xfe", deep.as_bytes(), deep_field.as_bytes()];
    for body in broken {
        for route in ["/process/execute", "/process/code-run", "/env", "/init", "/files/bulk-download"] {
            toolbox.post(route, body.to_vec()).await.error(400, "INVALID_REQUEST_BODY");
        }
    }
    let wrong = [
        "{}",
        r#"{"command":1}"#,
        r#"{"command":"\ud800"}"#,
        r#"{"command":null}"#,
        r#"{"command":"true","timeout":-1}"#,
        r#"{"command":"true","timeout":NaN}"#,
        r#"{"command":"true","timeout":1e400}"#,
        r#"{"command":"true","cwd":["/"]}"#,
        r#"{"command":"true","envs":{"A":1}}"#,
        r#"{"command":"true","command":"false"}"#,
    ];
    for body in wrong {
        toolbox.post("/process/execute", body).await.error(400, "INVALID_REQUEST_BODY");
    }
    toolbox
        .post("/process/execute", b"{\"command\":\"\xff\"}".to_vec())
        .await
        .error(400, "INVALID_REQUEST_BODY");
    let message = toolbox.post_json("/process/execute", json!({"command": "true", "timeout": 1.5})).await;
    assert!(message.error(400, "INVALID_REQUEST_BODY").contains("timeout"), "the field is named");
}

#[tokio::test]
async fn values_that_no_process_can_be_given() {
    let toolbox = Toolbox::start().await;
    for command in ["", "  \n\t", "echo a\0b"] {
        toolbox.post_json("/process/execute", json!({"command": command})).await.error(400, "BAD_REQUEST");
    }
    for key in ["", "1A", "A-B", "A=B", "É", "A B"] {
        for (route, body) in [
            ("/process/execute", json!({"command": "true", "envs": {key: "x"}})),
            ("/process/code-run", json!({"language": "python", "code": "", "envs": {key: "x"}})),
        ] {
            let message = toolbox.post_json(route, body).await.error(400, "BAD_REQUEST");
            assert!(message.contains(&format!("'{key}'")), "{message}");
        }
    }
    let value = json!({"command": "true", "envs": {"A": "x\0"}});
    toolbox.post_json("/process/execute", value).await.error(400, "BAD_REQUEST");
    let argument = json!({"language": "python", "code": "", "argv": ["\0"]});
    toolbox.post_json("/process/code-run", argument).await.error(400, "BAD_REQUEST");
    let forever = json!({"command": "echo ok", "timeout": u64::MAX, "unknown": {"a": []}});
    assert_eq!(toolbox.post_json("/process/execute", forever).await.json()["result"], "ok\n");
    assert_eq!(toolbox.run("python", "print(1)\0").await["exitCode"], 1, "Python's own word on NUL");
}

#[tokio::test]
async fn an_error_repeats_no_more_than_a_little_of_what_it_refuses() {
    let toolbox = Toolbox::start().await;
    let long = format!("-{}", "é".repeat(1 << 20));
    for (route, body) in [
        ("/process/execute", json!({"command": "true", "envs": {&long: "x"}})),
        ("/process/code-run", json!({"language": long, "code": ""})),
    ] {
        let answer = toolbox.post_json(route, body).await;
        assert!(answer.body.len() < 32 << 10, "{route}: {} bytes", answer.body.len());
    }
}

#[tokio::test]
async fn bodies_without_end() {
    let toolbox = Toolbox::start().await;
    let huge = format!("{{\"command\":\"{}\"}}", "x".repeat(40 << 20));
    toolbox.post("/process/execute", huge).await.error(413, "INVALID_REQUEST_BODY");
    assert_eq!(toolbox.execute("true").await["exitCode"], 0);
}

#[tokio::test]
async fn broken_http() {
    let toolbox = Toolbox::start().await;
    let long_header = format!("GET /health HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "h".repeat(1 << 20));
    let long_path = format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "p".repeat(1 << 20));
    let many = format!("GET /health HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(1000));
    let requests: [(&[u8], &str); 6] = [
        (b"\0\0\0\0\r\n\r\n", "400"),
        (b"GET / HTTP/9.9\r\n\r\n", "400"),
        (b"POST /init HTTP/1.1\r\ncontent-length: -1\r\n\r\n", "400"),
        (long_header.as_bytes(), "431"),
        (long_path.as_bytes(), "4"),
        (many.as_bytes(), "431"),
    ];
    for (request, status) in requests {
        let mut stream = UnixStream::connect(&toolbox.socket).await.expect("a connection");
        // The toolbox may hang up before it has read all.
        let _ = stream.write_all(request).await;
        let mut answer = Vec::new();
        let _ = in_time(stream.read_to_end(&mut answer)).await;
        let line = String::from_utf8_lossy(&answer[..answer.len().min(20)]).into_owned();
        assert!(line.starts_with(&format!("HTTP/1.1 {status}")), "{line:?} instead of {status}");
    }
    assert_eq!(toolbox.get("/health").await.status, 200);
}
