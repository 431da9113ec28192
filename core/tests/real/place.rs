//! A data folder with a local server of its own, which ends with its test.

use daytona_core::config::env_vars;
use daytona_core::local::ServerFile;
use daytona_core::{Client, ClientOptions, ConfigOptions, CreateParams, Environment, Sandbox, Timeout};
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::Builder::new().prefix("dcr").tempdir().expect("tempdir") }
    }

    /// Made by the server with the mode it wants, unless a test makes it.
    pub(crate) fn data(&self) -> PathBuf {
        self.dir.path().join("d")
    }

    /// A client whose first call starts the server, and later ones again if it is gone.
    pub(crate) fn client(&self) -> Client {
        local(&self.data(), Some((env_vars::BINARY, text(&binary()))))
    }

    /// Where the server listens; started if it is not there.
    pub(crate) async fn address(&self) -> SocketAddr {
        self.client().list(None).await.expect("a server");
        let url = ServerFile::read(&self.data()).expect("readable").expect("a server").url;
        let address = url.strip_prefix("http://").and_then(|rest| rest.strip_suffix("/api"));
        address.and_then(|address| address.parse().ok()).unwrap_or_else(|| panic!("{url} names no address"))
    }

    /// A client of the same server, local to it, that finds it at another address.
    pub(crate) fn behind(&self, address: SocketAddr) -> Detour {
        let dir = tempfile::Builder::new().prefix("dcr").tempdir().expect("tempdir");
        let file = ServerFile::read(&self.data()).expect("readable").expect("a server");
        // Who listens there is this process, and stays when the server goes.
        let (pid, url, version) = (std::process::id(), format!("http://{address}/api"), file.version);
        let file = serde_json::json!({"pid": pid, "url": url, "version": version}).to_string();
        for (name, content) in [("server.json", file), ("api-key", self.key())] {
            let mut options = std::fs::OpenOptions::new();
            let mut made =
                options.write(true).create_new(true).mode(0o600).open(dir.path().join(name)).expect("made");
            made.write_all(content.as_bytes()).expect("written");
        }
        Detour(dir)
    }

    /// A client that knows the same server as some API.
    pub(crate) fn remote(&self, address: SocketAddr) -> Client {
        let config = ConfigOptions {
            api_key: Some(self.key()),
            api_url: Some(format!("http://{address}/api")),
            ..ConfigOptions::default()
        };
        client(config, &Environment::default())
    }

    fn key(&self) -> String {
        std::fs::read_to_string(self.data().join("api-key")).expect("a key").trim().to_owned()
    }

    pub(crate) async fn sandbox(&self) -> Sandbox {
        self.client().create(CreateParams::default(), Timeout::NONE).await.expect("a sandbox")
    }

    /// The server's process.
    pub(crate) fn server(&self) -> u32 {
        ServerFile::read(&self.data()).expect("readable").expect("a server").pid
    }

    /// `kill -9` of the server; sandboxes live on.
    pub(crate) fn kill_server(&self) {
        let pid = i32::try_from(self.server()).ok().and_then(rustix::process::Pid::from_raw).expect("a pid");
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("killed");
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut stop = Command::new(binary());
        stop.args(["stop", "--all", "--data-dir"]).arg(self.data());
        let said = stop.output().expect("runs");
        if !said.status.success() && !std::thread::panicking() {
            panic!("the server was not stopped: {}", String::from_utf8_lossy(&said.stderr));
        }
    }
}

/// A data folder that says where a server is, and is not the server's own.
pub(crate) struct Detour(tempfile::TempDir);

impl Detour {
    pub(crate) fn client(&self) -> Client {
        local(self.0.path(), None)
    }
}

fn local(data: &Path, more: Option<(&str, String)>) -> Client {
    let vars = [(env_vars::TARGET, "local".to_owned()), (env_vars::DATA_DIR, text(data))];
    let vars = vars.into_iter().chain(more).map(|(name, value)| (name.to_owned(), value));
    client(ConfigOptions::default(), &Environment::new(vars, "/"))
}

fn client(config: ConfigOptions, environment: &Environment) -> Client {
    let options = ClientOptions { config, source: "cli", ..ClientOptions::default() };
    Client::with_environment(options, environment).expect("a client")
}

pub(crate) fn binary() -> PathBuf {
    // target/<profile>/deps/real-<hash>
    let target = std::env::current_exe().expect("a path").ancestors().nth(3).expect("a folder").join("bin");
    let dir = std::env::var_os("DAYTONA_TEST_BIN").map_or(target, PathBuf::from);
    let path = dir.join("daytona");
    assert!(path.is_file(), "{} is missing: run `make build` first, or set DAYTONA_TEST_BIN", path.display());
    path
}

fn text(path: &Path) -> String {
    path.to_str().expect("text").to_owned()
}
