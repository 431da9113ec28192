//! Starting the launcher and hearing how it went.

use super::EngineOptions;
use crate::folder::Folder;
use crate::launcher::Outcome;
use crate::{Error, Result, leftovers};
use std::fs::File;
use std::io;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};

/// Generous: on a machine that swaps, a start may take seconds.
const DEADLINE: Duration = Duration::from_secs(60);

/// More than any outcome is long.
const ANSWER_BYTES: u64 = 64 << 10;

/// Starts the launcher for the sandbox in `folder` and returns when its toolbox runs.
pub(super) async fn start(
    options: &EngineOptions,
    env: &[(String, String)],
    id: &str,
    folder: &Folder,
) -> Result<()> {
    let mut command = Command::new(&options.launcher);
    command.arg("run").arg(folder.path()).arg(&options.toolbox);
    // The monitor outlives this process by far; nothing of this one's environment goes with it.
    command.env_clear().env("PATH", path()).envs(env.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(stderr(folder));
    let launcher = options.launcher.display().to_string();
    let failed = move |what: &str, source: io::Error, id: &str| Error::Io {
        id: id.to_owned(),
        what: format!("{what} {launcher}"),
        source,
    };
    settle().await;
    let child = command.spawn().map_err(|source| failed("start", source, id))?;
    let (id, folder) = (id.to_owned(), folder.clone());
    // A task of its own: when the caller gives up, the start still comes to an end that someone has seen.
    let seen =
        tokio::spawn(async move { see(child, &id, &folder).await.map_err(|e| e.into_error(&id, failed)) });
    seen.await.unwrap_or_else(|error| {
        Err(Error::Io {
            id: "*".to_owned(),
            what: "watch the launcher".to_owned(),
            source: io::Error::other(error),
        })
    })
}

/// Makes way for the sandbox's control groups. Where that fails, the launcher says what it could not limit.
async fn settle() {
    if let Ok(Err(error)) = tokio::task::spawn_blocking(crate::cgroup::settle).await {
        tracing::warn!(%error, "this process cannot leave its control group, which can therefore not be divided");
    }
}

enum Trouble {
    Io(&'static str, io::Error),
    Engine(Error),
}

impl Trouble {
    fn into_error(self, id: &str, failed: impl Fn(&str, io::Error, &str) -> Error) -> Error {
        match self {
            Self::Io(what, source) => failed(what, source, id),
            Self::Engine(error) => error,
        }
    }
}

async fn see(mut child: Child, id: &str, folder: &Folder) -> std::result::Result<(), Trouble> {
    let mut answer = String::new();
    if let Some(stdout) = child.stdout.take() {
        let mut stdout = stdout.take(ANSWER_BYTES);
        match tokio::time::timeout(DEADLINE, stdout.read_to_string(&mut answer)).await {
            Ok(read) => read.map(drop).map_err(|error| Trouble::Io("hear from", error))?,
            Err(_) => {
                child.kill().await.map_err(|error| Trouble::Io("end", error))?;
                let folder = folder.clone();
                let cleaned = tokio::task::spawn_blocking(move || leftovers::clean_if_ended(&folder)).await;
                cleaned
                    .unwrap_or_else(|error| Err(io::Error::other(error)))
                    .map_err(|error| Trouble::Io("clean up after", error))?;
                let (id, seconds) = (id.to_owned(), DEADLINE.as_secs());
                return Err(Trouble::Engine(Error::Timeout { id, what: "its start", seconds }));
            }
        }
    }
    match serde_json::from_str(&answer) {
        Ok(Outcome::Ready) => {
            // The monitor is this process's child for as long as both live, and must be waited for at its end.
            tokio::spawn(async move { child.wait().await });
            Ok(())
        }
        Ok(Outcome::Failed(failure)) => {
            child.wait().await.map_err(|error| Trouble::Io("wait for", error))?;
            Err(Trouble::Engine(Error::Launch {
                id: id.to_owned(),
                step: failure.step,
                reason: failure.reason,
            }))
        }
        Err(_) => {
            let status = child.wait().await.map_err(|error| Trouble::Io("wait for", error))?;
            let folder_ = folder.clone();
            let _ = tokio::task::spawn_blocking(move || leftovers::clean_if_ended(&folder_)).await;
            let log = folder.path().join("launcher.log");
            Err(Trouble::Engine(Error::Launch {
                id: id.to_owned(),
                step: "run the launcher".to_owned(),
                reason: format!("it ended without a word ({status}); see {}", log.display()),
            }))
        }
    }
}

fn path() -> std::ffi::OsString {
    std::env::var_os("PATH").unwrap_or_else(|| "/usr/sbin:/usr/bin:/sbin:/bin".into())
}

/// The launcher says nothing there unless it breaks.
fn stderr(folder: &Folder) -> Stdio {
    File::create(folder.path().join("launcher.log")).map_or_else(|_| Stdio::null(), Stdio::from)
}
