//! The local target, with a stand-in for the `daytona` binary: a script that leaves what a server leaves.
//! What the real one does is tested where it is built.

use crate::support::{FaultServer, Reply, Request, eventually};
use daytona_core::config::env_vars;
use daytona_core::{
    Client, ClientOptions, ConfigOptions, CreateParams, Environment, ErrorCode, Timeout, VERSION,
};
use serde_json::json;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::PathBuf;
use std::process::{Child, Command};
use tempfile::TempDir;

/// A data folder, and the binary that is to serve it.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("tempdir"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// What the binary is to do; `$DATA` is the data folder it was given.
    fn binary(&self, script: &str) -> PathBuf {
        let path = self.path("daytona");
        let calls = self.path("calls");
        let text = format!(
            "#!/bin/sh\numask 077\nDATA=$6\necho \"$*\" >> '{}'\nenv > '{}'\n{script}\n",
            calls.display(),
            self.path("env").display()
        );
        // Another process writes it: a fork of this one, in another test, would hold it open for writing, and
        // a file that is cannot be executed.
        let script = "printf '%s' \"$1\" > \"$0\" && chmod 755 \"$0\"";
        let wrote = Command::new("sh").arg("-c").arg(script).arg(&path).arg(text).status().expect("runs");
        assert!(wrote.success());
        path
    }

    fn calls(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.path("calls")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// A client whose named binary is this place's.
    fn client(&self) -> Client {
        let vars = [
            (env_vars::DATA_DIR, self.data()),
            (env_vars::BINARY, self.path("daytona")),
            (env_vars::TARGET, "local".into()),
        ];
        let vars = vars.map(|(name, value)| (name.to_owned(), value.to_string_lossy().into_owned()));
        let options =
            ClientOptions { config: ConfigOptions::default(), source: "cli", ..ClientOptions::default() };
        Client::with_environment(options, &Environment::new(vars, "/")).expect("a client")
    }

    /// Leaves what a running server leaves.
    fn publish(&self, server: &FaultServer, version: &str) {
        self.write("api-key", "dtn_local\n");
        self.write_server(std::process::id(), &server.url(), version);
    }

    fn write_server(&self, pid: u32, url: &str, version: &str) {
        self.write("server.json", &described(pid, url, version));
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::create_dir_all(self.data()).expect("mkdir");
        let mut options = std::fs::OpenOptions::new();
        let mut file = options
            .create(true)
            .write(true)
            .truncate(true)
            .mode(0o600)
            .open(self.data().join(name))
            .expect("opens");
        std::io::Write::write_all(&mut file, text.as_bytes()).expect("writes");
    }
}

fn described(pid: u32, url: &str, version: &str) -> String {
    json!({"pid": pid, "url": url, "version": version, "startedAt": "2026-01-01T00:00:00Z"}).to_string()
}

/// The lines of a script that make this process's server the one of the data folder.
fn publishing(server: &FaultServer) -> String {
    format!(
        "echo dtn_local > \"$DATA/api-key\"\necho '{}' > \"$DATA/server.json.new\"\n\
         mv \"$DATA/server.json.new\" \"$DATA/server.json\"",
        described(std::process::id(), &server.url(), VERSION)
    )
}

async fn local_server(version: &'static str) -> FaultServer {
    FaultServer::start(move |request: &Request, _| match request.target.as_str() {
        "/api/health" => Reply::json(200, &json!({"status": "ok", "version": version})),
        "/api/sandbox/box" => {
            Reply::json(200, &json!({"id": "box", "state": "started", "toolboxProxyUrl": ""}))
        }
        "/toolbox/box/process/execute" => Reply::json(200, &json!({"exitCode": 0, "result": ""})),
        "/toolbox/box/user-home-dir" => Reply::json(200, &json!({"dir": "/home/daytona"})),
        other => panic!("unexpected {other}"),
    })
    .await
}

#[tokio::test]
async fn a_running_server_is_used_with_its_key_and_none_is_started() {
    let (place, server) = (Place::new(), local_server(VERSION).await);
    place.publish(&server, VERSION);
    place.binary("exit 1");
    let client = place.client();
    let sandbox = client.get("box").await.expect("found");
    assert_eq!(sandbox.user_root_dir().await.expect("a folder"), "/home/daytona");
    let seen = server.seen();
    assert_eq!(
        server.lines(),
        ["GET /api/health", "GET /api/sandbox/box", "GET /toolbox/box/user-home-dir"],
        "looked for once"
    );
    assert_eq!(seen[0].header("authorization"), None, "the key is not for whoever may listen there");
    assert_eq!(seen[1].header("authorization"), Some("Bearer dtn_local"));
    assert!(place.calls().is_empty());
}

#[tokio::test]
async fn a_create_that_fails_here_touches_no_other_sandbox() {
    // Nothing is left of it, so whatever bears its name, failed or not, is somebody else's.
    let server = FaultServer::start(|request: &Request, _| match request.line().as_str() {
        "GET /api/health" => Reply::json(200, &json!({"status": "ok", "version": VERSION})),
        "POST /api/sandbox" => Reply::json(400, &json!({"message": "Sandbox failed to start: no room"})),
        _ => Reply::json(200, &json!({"id": "theirs", "name": "box", "state": "error"})),
    })
    .await;
    let place = Place::new();
    place.publish(&server, VERSION);
    place.binary("exit 1");
    let params = CreateParams { name: Some("box".into()), ..CreateParams::default() };
    let error = place.client().create(params, Timeout::NONE).await.expect_err("failed");
    assert_eq!(error.code(), ErrorCode::SandboxState);
    assert_eq!(server.lines(), ["GET /api/health", "POST /api/sandbox"]);
}

#[tokio::test]
async fn making_a_client_starts_nothing() {
    let place = Place::new();
    place.binary("exit 1");
    drop(place.client());
    assert!(place.calls().is_empty());
    assert!(!place.data().exists());
}

#[tokio::test]
async fn clients_that_start_at_once_share_one_server() {
    let (place, server) = (Place::new(), local_server(VERSION).await);
    place.binary(&format!("sleep 0.2\n{}", publishing(&server)));
    let clients: Vec<_> = (0..4).map(|_| place.client()).collect();
    for found in futures::future::join_all(clients.iter().map(|client| client.get("box"))).await {
        found.expect("found");
    }
    let data = place.data();
    assert_eq!(place.calls(), [format!("serve --detach --port 0 --data-dir {}", data.display())]);
    let mode = std::fs::metadata(&data).expect("made").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[tokio::test]
async fn the_server_does_not_inherit_the_scripts_credentials() {
    let secrets = [env_vars::API_KEY, env_vars::JWT_TOKEN];
    if std::env::var_os(secrets[0]).is_none() {
        // The credentials must be in the environment of the whole process, so this test is one.
        let name = "local::the_server_does_not_inherit_the_scripts_credentials";
        let mut again = Command::new(std::env::current_exe().expect("this test"));
        let again = again.args([name, "--exact"]).envs(secrets.map(|name| (name, "SECRET")));
        assert!(again.output().expect("runs").status.success());
        return;
    }
    let (place, server) = (Place::new(), local_server(VERSION).await);
    place.binary(&publishing(&server));
    place.client().get("box").await.expect("found");
    let child = std::fs::read_to_string(place.path("env")).expect("written");
    assert!(child.contains("PATH=") && !child.contains("SECRET"), "{child}");
}

#[tokio::test]
async fn what_a_dead_server_left_is_recovered_from() {
    let mut child = Command::new("true").spawn().expect("spawns");
    let dead = child.id();
    child.wait().expect("ends");
    let other = FaultServer::start(|_, _| Reply::json(200, &json!({"hello": "I am no Daytona"}))).await;
    let closed = FaultServer::start(|_, _| Reply::Silence).await;
    closed.stop().await;
    for (pid, url) in [
        (dead, "http://127.0.0.1:1/api".to_owned()),
        (std::process::id(), closed.url()),
        (std::process::id(), other.url()),
        (u32::MAX, other.url()),
    ] {
        let (place, server) = (Place::new(), local_server(VERSION).await);
        place.write("api-key", "dtn_local");
        place.write_server(pid, &url, VERSION);
        place.binary(&publishing(&server));
        place.client().get("box").await.expect("a new one");
        assert_eq!(place.calls().len(), 1, "{pid} {url}");
    }
    assert!(other.seen().iter().all(|request| request.header("authorization").is_none()));
    let (place, server) = (Place::new(), local_server(VERSION).await);
    place.write("server.json", "{\"pid\": 1, ");
    place.binary(&publishing(&server));
    place.client().get("box").await.expect("a new one");
}

/// Whoever listens on the port of a server that is gone is not sent the key: any user could.
#[tokio::test]
async fn a_false_listener_gets_no_key() {
    for killed in [true, false] {
        let (place, false_listener) = (Place::new(), local_server(VERSION).await);
        let second = local_server(VERSION).await;
        let mut process = Some(Command::new("sleep").arg("600").spawn().expect("spawns"));
        place.write("api-key", "dtn_local");
        let pid = process.as_ref().map(Child::id).expect("there");
        place.write_server(pid, &false_listener.url(), VERSION);
        place.binary(&publishing(&second));
        let client = place.client();
        client.get("box").await.expect("found");
        let before = false_listener.seen().len();
        // The server dies, or takes its file away as it does before it lets its port go.
        if killed {
            process.take().into_iter().for_each(end);
        } else {
            std::fs::remove_file(place.data().join("server.json")).expect("removed");
        }
        client.get("box").await.expect("a new one");
        let after = &false_listener.seen()[before..];
        assert!(after.is_empty(), "killed {killed}: it saw {:?}", after.len());
        assert_eq!(second.lines(), ["GET /api/health", "GET /api/sandbox/box"]);
        process.take().into_iter().for_each(end);
    }
}

fn end(mut process: Child) {
    process.kill().expect("killed");
    process.wait().expect("ended");
}

/// Answers like a server and tells what it was sent.
const STRANGER: &str = r#"
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"status": "ok", "version": "VERSION", "id": "box", "state": "started"}'
        print("seen", self.path, self.headers.get("authorization"), flush=True)
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"#;

#[cfg(target_os = "linux")]
#[tokio::test]
async fn another_users_listener_is_no_server() {
    use std::io::{BufRead, BufReader, Read};
    use std::os::unix::process::CommandExt;
    if !rustix::process::geteuid().is_root() {
        println!("skipped: only root can start a program as another user");
        return;
    }
    let mut stranger = Command::new("python3")
        .args(["-c", &STRANGER.replace("VERSION", VERSION)])
        .uid(65534)
        .gid(65534)
        .current_dir("/")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("python3");
    let mut said = BufReader::new(stranger.stdout.take().expect("a pipe"));
    let mut port = String::new();
    said.read_line(&mut port).expect("a port");
    let (place, server) = (Place::new(), local_server(VERSION).await);
    place.write("api-key", "dtn_local");
    place.write_server(std::process::id(), &format!("http://127.0.0.1:{}/api", port.trim()), VERSION);
    place.binary(&publishing(&server));
    place.client().get("box").await.expect("a new one");
    end(stranger);
    let mut seen = String::new();
    said.read_to_string(&mut seen).expect("readable");
    assert!(!seen.contains("dtn_local"), "{seen}");
}

#[tokio::test]
async fn a_server_of_another_version_is_reported() {
    let (place, server) = (Place::new(), local_server("0.0.1").await);
    place.publish(&server, "0.0.1");
    let error = place.client().get("box").await.expect_err("another version");
    assert_eq!(error.code(), ErrorCode::LocalServer);
    for part in ["0.0.1", VERSION, "daytona stop"] {
        assert!(error.message().contains(part), "{error}");
    }
}

#[tokio::test]
async fn what_others_could_have_written_is_refused() {
    let server = local_server(VERSION).await;
    for name in ["api-key", "server.json"] {
        let place = Place::new();
        place.publish(&server, VERSION);
        let path = place.data().join(name);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o664)).expect("chmod");
        let error = place.client().get("box").await.expect_err("refused");
        assert_eq!(error.code(), ErrorCode::LocalServer);
        assert!(error.message().contains(name) && error.message().contains("chmod 600"), "{error}");
    }
    let place = Place::new();
    place.publish(&server, VERSION);
    place.write_server(std::process::id(), "http://192.0.2.1:3986/api", VERSION);
    let error = place.client().get("box").await.expect_err("refused");
    assert!(error.message().contains("not on this machine"), "{error}");
    assert!(server.seen().iter().all(|request| request.header("authorization").is_none()));
}

#[tokio::test]
async fn a_key_that_is_gone_is_reported() {
    let (place, server) = (Place::new(), local_server(VERSION).await);
    place.publish(&server, VERSION);
    std::fs::remove_file(place.data().join("api-key")).expect("removes");
    let error = place.client().get("box").await.expect_err("no key");
    assert_eq!(error.code(), ErrorCode::LocalServer);
    assert!(error.message().contains("api-key is missing"), "{error}");
}

#[tokio::test]
async fn a_server_that_cannot_start_says_why() {
    let place = Place::new();
    place.binary(
        "echo 'the last line of the log' > \"$DATA/server.log\"; echo 'error: no namespaces' >&2; exit 1",
    );
    let error = place.client().get("box").await.expect_err("it exits");
    assert_eq!(error.code(), ErrorCode::LocalServer);
    for part in ["error: no namespaces", "the last line of the log", "exit status: 1", "daytona doctor"] {
        assert!(error.message().contains(part), "{error}");
    }
}

#[tokio::test]
async fn a_binary_that_is_not_there_is_named() {
    let place = Place::new();
    let error = place.client().get("box").await.expect_err("no binary");
    assert_eq!(error.code(), ErrorCode::LocalServer);
    assert!(error.message().contains("DAYTONA_BIN"), "{error}");
}

#[tokio::test]
async fn a_server_someone_else_is_starting_is_waited_for() {
    let (place, server) = (Place::new(), local_server(VERSION).await);
    place.binary(&format!("exit {}", daytona_core::local::EXIT_ALREADY_RUNNING));
    let client = place.client();
    let publish = async {
        eventually("the attempt", || !place.calls().is_empty()).await;
        place.publish(&server, VERSION);
    };
    let (found, ()) = tokio::join!(client.get("box"), publish);
    found.expect("found");
}

#[tokio::test]
async fn a_server_that_is_ending_makes_room_for_the_next() {
    let (place, server) = (Place::new(), local_server(VERSION).await);
    // The folder is held at the first two attempts, and free at the third.
    let script = format!(
        "if [ $(wc -l < '{}') -le 2 ]; then exit {}; fi\n{}",
        place.path("calls").display(),
        daytona_core::local::EXIT_ALREADY_RUNNING,
        publishing(&server)
    );
    place.binary(&script);
    place.client().get("box").await.expect("found");
    assert_eq!(place.calls().len(), 3);
}

#[tokio::test]
async fn a_server_that_was_restarted_elsewhere_is_found_again() {
    let (place, first) = (Place::new(), local_server(VERSION).await);
    place.publish(&first, VERSION);
    let client = place.client();
    let sandbox = client.get("box").await.expect("found");
    first.stop().await;
    let second = local_server(VERSION).await;
    place.publish(&second, VERSION);
    // A handle from before finds the new one, even for what is never sent twice.
    let response = sandbox.process().exec("true", None, None, Timeout::NONE).await.expect("ran");
    assert_eq!(response.exit_code, 0);
    assert_eq!(second.lines(), ["GET /api/health", "POST /toolbox/box/process/execute"]);
    assert!(place.calls().is_empty());
}

#[tokio::test]
async fn what_was_not_there_was_not_deleted_by_a_server_that_is_gone() {
    let empty = || {
        FaultServer::start(|request: &Request, _| match request.line().as_str() {
            "GET /api/health" => Reply::json(200, &json!({"status": "ok", "version": VERSION})),
            "GET /api/sandbox/box" => Reply::json(200, &json!({"id": "box", "state": "started"})),
            _ => Reply::json(404, &json!({"message": "not found"})),
        })
    };
    let (place, mut server) = (Place::new(), empty().await);
    place.publish(&server, VERSION);
    let sandbox = place.client().get("box").await.expect("found");
    for verb in ["the sandbox", "a file", "a session"] {
        // The first attempt reaches nobody.
        server.stop().await;
        server = empty().await;
        place.publish(&server, VERSION);
        let deleted = match verb {
            "the sandbox" => sandbox.delete(Timeout::NONE).await,
            "a file" => sandbox.fs().delete_file("absent", false).await,
            _ => sandbox.process().delete_session("absent").await,
        };
        assert_eq!(deleted.expect_err(verb).code(), ErrorCode::NotFound, "{verb}");
        assert_eq!(server.lines().len(), 2, "{verb}: health and one deletion");
    }
}

#[tokio::test]
async fn an_explicit_url_starts_nothing() {
    let place = Place::new();
    place.binary("exit 1");
    let config = ConfigOptions {
        api_key: Some("key".into()),
        api_url: Some("http://127.0.0.1:1/api".into()),
        target: Some("local".into()),
        ..ConfigOptions::default()
    };
    let vars = [(env_vars::BINARY.to_owned(), place.path("daytona").to_string_lossy().into_owned())];
    let options = ClientOptions { config, source: "cli", ..ClientOptions::default() };
    let client = Client::with_environment(options, &Environment::new(vars, "/")).expect("a client");
    let error = client.get("box").await.expect_err("nobody listens");
    assert_eq!(error.code(), ErrorCode::Connection);
    assert!(place.calls().is_empty());
}
