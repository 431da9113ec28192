//! A data folder with a local server of its own, which ends with its test.

use daytona_core::config::env_vars;
use daytona_core::local::ServerFile;
use daytona_core::{Client, ClientOptions, ConfigOptions, CreateParams, Environment, Sandbox, Timeout};
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::Builder::new().prefix("dcr").tempdir().expect("tempdir") }
    }

    /// Made by the server, with the mode it wants.
    fn data(&self) -> PathBuf {
        self.dir.path().join("d")
    }

    /// A client whose first call starts the server, and later ones again if it is gone.
    pub(crate) fn client(&self) -> Client {
        let vars = [
            (env_vars::TARGET, "local".to_owned()),
            (env_vars::DATA_DIR, text(&self.data())),
            (env_vars::BINARY, text(&binary())),
        ];
        let vars = vars.map(|(name, value)| (name.to_owned(), value));
        let options =
            ClientOptions { config: ConfigOptions::default(), source: "cli", ..ClientOptions::default() };
        Client::with_environment(options, &Environment::new(vars, "/")).expect("a client")
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

fn binary() -> PathBuf {
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
