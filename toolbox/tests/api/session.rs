//! `/process/session`: shells that stay, and their commands.

use crate::harness::{Answer, Toolbox, alive, encode, eventually, in_time};
use serde_json::{Value, json};

/// Creates a session.
pub(crate) async fn create(toolbox: &Toolbox, id: &str) -> Answer {
    toolbox.post_json("/process/session", json!({"sessionId": id})).await
}

/// Runs a command in a session, in the split form.
pub(crate) async fn exec(toolbox: &Toolbox, id: &str, body: Value) -> Answer {
    toolbox.post_json(&format!("/process/session/{}/exec", encode(id)), body).await
}

/// Runs a command to its end.
pub(crate) async fn run(toolbox: &Toolbox, command: &str) -> Value {
    let answer = exec(toolbox, "s", json!({"command": command})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// Starts a command and returns its path.
pub(crate) async fn begin(toolbox: &Toolbox, command: &str) -> String {
    let answer = exec(toolbox, "s", json!({"command": command, "runAsync": true})).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    let answer = answer.json();
    assert_eq!(answer.as_object().expect("an object").len(), 1, "{answer}");
    format!("/process/session/s/command/{}", answer["cmdId"].as_str().expect("an id"))
}

/// Waits for the end of a command and returns its code.
pub(crate) async fn code(toolbox: &Toolbox, path: &str) -> i64 {
    eventually("it ends", async || toolbox.get(path).await.json().get("exitCode").is_some()).await;
    toolbox.get(path).await.json()["exitCode"].as_i64().expect("a code")
}

/// The log of a command, in the split form.
pub(crate) async fn log(toolbox: &Toolbox, path: &str) -> Value {
    let request = hyper::Request::get(format!("{path}/logs")).header("host", "x");
    let request = request.header("x-daytona-split-output", "true");
    toolbox.send(request.body(Default::default()).expect("a request")).await.json()
}

/// A toolbox with the session `s`.
pub(crate) async fn with_session() -> Toolbox {
    let toolbox = Toolbox::start().await;
    let answer = create(&toolbox, "s").await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (201, 0), "{answer:?}");
    toolbox
}

async fn input(toolbox: &Toolbox, path: &str, data: &str) -> Answer {
    toolbox.post_json(&format!("{path}/input"), json!({"data": data})).await
}

#[tokio::test]
async fn folder_variables_and_functions_stay() {
    let toolbox = with_session().await;
    assert_eq!(run(&toolbox, "pwd").await["stdout"], format!("{}\n", toolbox.dir.display()));
    run(&toolbox, "mkdir -p 'a b' && cd 'a b'; export X='1 2'; y=3; f() { echo \"f $X $y $1\"; }").await;
    assert_eq!(run(&toolbox, "pwd").await["stdout"], format!("{}/a b\n", toolbox.dir.display()));
    assert_eq!(run(&toolbox, "f z; sh -c 'echo $X'").await["stdout"], "f 1 2 3 z\n1 2\n");
    let codes = [("true", 0), ("(exit 7)", 7), ("return 5", 5), ("no-such-program", 127), ("if then", 2)];
    for (command, code) in codes {
        let answer = run(&toolbox, command).await;
        assert!(
            answer["exitCode"] == code || command == "if then" && answer["exitCode"] != 0,
            "{command}: {answer}"
        );
    }
    assert_eq!(run(&toolbox, "echo $y").await["stdout"], "3\n", "a syntax error ends no session");
}

#[tokio::test]
async fn plain_shells_do_as_well() {
    let toolbox = Toolbox::start_with(|command| command.env("SHELL", "/bin/dash")).await;
    // Only where no better shell is listed; the commands below hold for any.
    assert_eq!(create(&toolbox, "s").await.status, 201);
    run(&toolbox, "cd /; x=1; set -C").await;
    assert_ne!(run(&toolbox, "if then").await["exitCode"], 0);
    assert_ne!(run(&toolbox, ". /no/such/file || (exit 3)").await["exitCode"], 0);
}

#[tokio::test]
async fn commands_of_many_kinds() {
    let toolbox = with_session().await;
    let cases = [
        ("cat <<END\nhere $((1+1))\nEND", "here 2\n"),
        ("cat; read x; echo \"[$x]\"", "[]\n"),
        ("printf no-newline", "no-newline\n"),
        ("printf 'a\\nb'", "a\nb\n"),
        ("echo '\"quotes\" \\ $HOME `x`'", "\"quotes\" \\ $HOME `x`\n"),
        ("exec >/dev/null; echo hidden", ""),
        ("echo visible again", "visible again\n"),
        ("set -o noclobber; alias ls=false", ""),
        ("echo unharmed", "unharmed\n"),
        ("printf() { false; }; echo own printf; unset -f printf", "own printf\n"),
        ("# only a comment", ""),
        ("printf '\\342\\202'; sleep 0.3; printf '\\254'", "€\n"),
        ("printf 'a\\377b'", "a\u{FFFD}b\n"),
    ];
    for (command, expected) in cases {
        let answer = run(&toolbox, command).await;
        assert_eq!(answer["stdout"], expected, "{command}");
    }
    let long = format!("x='{}'; echo ${{#x}}", "y".repeat(1 << 20));
    let answer = run(&toolbox, &long).await;
    assert_eq!(answer["stdout"], "1048576\n");
    let path = format!("/process/session/s/command/{}", answer["cmdId"].as_str().expect("an id"));
    let shown = toolbox.get(&path).await.json();
    assert!(shown["command"].as_str().is_some_and(|text| text.len() < 20_000 && text.ends_with(" bytes)")));
}

#[tokio::test]
async fn asynchronous_commands_wait_their_turn() {
    let toolbox = with_session().await;
    let first = begin(&toolbox, "while [ ! -e go ]; do sleep 0.01; done; echo first >> order").await;
    let second = begin(&toolbox, "echo second >> order").await;
    let legacy = exec(&toolbox, "s", json!({"command": "echo third >> order", "async": true})).await;
    assert_eq!(legacy.status, 202);
    let shown = toolbox.get(&second).await.json();
    assert_eq!(shown["command"], "echo second >> order");
    assert!(shown.get("exitCode").is_none() && toolbox.get(&first).await.json().get("exitCode").is_none());
    std::fs::write(toolbox.dir.join("go"), "").expect("a file");
    assert_eq!(run(&toolbox, "cat order").await["stdout"], "first\nsecond\nthird\n");
    let session = toolbox.get("/process/session/s").await.json();
    assert_eq!(session["sessionId"], "s");
    let commands = session["commands"].as_array().expect("commands");
    assert_eq!(commands.len(), 4);
    assert!(commands.iter().all(|command| command["exitCode"] == 0), "{commands:?}");
    assert_eq!(toolbox.get("/process/session").await.json(), json!([session]));
}

#[tokio::test]
async fn a_command_lasts_as_long_as_its_output_is_open() {
    let toolbox = with_session().await;
    let answer = run(&toolbox, "(sleep 0.3; echo late) & echo early").await;
    assert_eq!((&answer["stdout"], &answer["exitCode"]), (&json!("early\nlate\n"), &json!(0)));
    let answer = in_time(run(&toolbox, "sleep 1000 >/dev/null 2>&1 & echo $!")).await;
    let pid = answer["stdout"].as_str().expect("a pid").to_owned();
    assert!(alive(&pid), "it outlives its command");
    assert_eq!(toolbox.ask("DELETE", "/process/session/s").await.status, 204);
    eventually("it does not outlive its session", async || !alive(&pid)).await;
}

#[tokio::test]
async fn input_reaches_the_command() {
    let toolbox = with_session().await;
    let path = begin(&toolbox, "printf 'name? '; read a; read b; echo \"<$a|$b>\"").await;
    eventually("the question is seen before its line ends", async || {
        log(&toolbox, &path).await["stdout"] == "name? "
    })
    .await;
    let answer = input(&toolbox, &path, "zoë").await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0), "{answer:?}");
    assert_eq!(input(&toolbox, &path, "b\n").await.status, 204);
    assert_eq!(code(&toolbox, &path).await, 0);
    assert_eq!(log(&toolbox, &path).await["stdout"], "name? zoë\nb\n<zoë|b>\n");
    let message = input(&toolbox, &path, "late").await.error(410, "GONE");
    assert!(message.contains("command has already completed with exit code 0"), "{message}");

    let body = json!({"command": "read a; echo \"<$a>\"", "runAsync": true, "suppressInputEcho": true});
    let quiet = exec(&toolbox, "s", body).await.json()["cmdId"].as_str().expect("an id").to_owned();
    let quiet = format!("/process/session/s/command/{quiet}");
    assert_eq!(input(&toolbox, &quiet, "secret").await.status, 204);
    assert_eq!(code(&toolbox, &quiet).await, 0);
    assert_eq!(log(&toolbox, &quiet).await["stdout"], "<secret>\n");

    let waiting = begin(&toolbox, "cat > got; sleep 1000").await;
    input(&toolbox, &format!("{waiting}x"), "x").await.error(404, "NOT_FOUND");
    toolbox.post_json(&format!("{waiting}/input"), json!({})).await.error(400, "INVALID_REQUEST_BODY");
}

#[tokio::test]
async fn names_of_any_kind() {
    let toolbox = Toolbox::start().await;
    for id in ["a/b/../c", "日本 語", "..", "'; rm -rf /", "%2F", "new\nline", "?x=1#y"] {
        assert_eq!(create(&toolbox, id).await.status, 201, "{id}");
        let message = create(&toolbox, id).await.error(409, "CONFLICT");
        assert!(message.starts_with("conflict: session already exists"), "{message}");
        let answer = exec(&toolbox, id, json!({"command": "echo hi"})).await.json();
        assert_eq!(answer["stdout"], "hi\n", "{id}");
        let path = format!("/process/session/{}", encode(id));
        assert_eq!(toolbox.get(&path).await.json()["sessionId"], id);
        let command = format!("{path}/command/{}", answer["cmdId"].as_str().expect("an id"));
        assert_eq!(toolbox.get(&command).await.json()["exitCode"], 0);
        assert_eq!(toolbox.ask("DELETE", &path).await.status, 204, "{id}");
        toolbox.ask("DELETE", &path).await.error(404, "NOT_FOUND");
        assert_eq!(create(&toolbox, id).await.status, 201, "the name is free again");
    }
}

#[tokio::test]
async fn refusals() {
    let toolbox = with_session().await;
    create(&toolbox, "").await.error(400, "BAD_REQUEST");
    create(&toolbox, &"x".repeat(2000)).await.error(400, "BAD_REQUEST");
    create(&toolbox, "entrypoint").await.error(400, "BAD_REQUEST");
    toolbox.post_json("/process/session", json!({})).await.error(400, "INVALID_REQUEST_BODY");
    toolbox.ask("DELETE", "/process/session/entrypoint").await.error(400, "BAD_REQUEST");
    for path in ["entrypoint", "entrypoint/logs", "none", "none/command/x", "none/command/x/logs"] {
        let message = toolbox.get(&format!("/process/session/{path}")).await.error(404, "NOT_FOUND");
        assert!(message.starts_with("not found: session not found"), "{message}");
    }
    for path in ["s/command/x", "s/command/x/logs"] {
        let message = toolbox.get(&format!("/process/session/{path}")).await.error(404, "NOT_FOUND");
        assert!(message.starts_with("not found: command not found"), "{message}");
    }
    for command in ["", " \n\t"] {
        exec(&toolbox, "s", json!({"command": command})).await.error(400, "BAD_REQUEST");
    }
    exec(&toolbox, "s", json!({"command": "a\0b"})).await.error(400, "BAD_REQUEST");
    exec(&toolbox, "s", json!({"command": "true", "runAsync": "yes"}))
        .await
        .error(400, "INVALID_REQUEST_BODY");
    exec(&toolbox, "none", json!({"command": "true"})).await.error(404, "NOT_FOUND");
    toolbox.get("/process/session/%FF").await.error(400, "BAD_REQUEST");
    assert_eq!(toolbox.get("/process/session/s").await.json()["commands"], json!([]));
}
