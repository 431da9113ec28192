//! One run of git from start to end.
//!
//! Dropping the future of `run` kills git and everything it started, as a client that goes away does.

use super::credentials::{Access, HELPER, WRAPPER};
use super::failure;
use crate::error::{ApiError, describe};
use crate::init::Command;
use crate::process::{find_program, prepared_command};
use crate::state::App;
use axum::http::StatusCode;
use daytona_protocol::error::toolbox as code;
use rustix::fs::MemfdFlags;
use std::ffi::{OsStr, OsString};
use std::io::{self, Seek, Write, pipe};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::net::unix::pipe::Receiver;

/// The most that git may print, of which an answer is made in memory.
const MAX_STDOUT: usize = 32 << 20;
/// What is kept of its messages: the end, where it says why it failed.
const MAX_STDERR: usize = 64 << 10;
/// After git's end: how long output of processes that its hooks left is waited for.
const LINGER: Duration = Duration::from_millis(500);

/// Variables that would point git elsewhere, ask someone, or write down what it sends.
const REMOVED: [&str; 18] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_ASKPASS",
    "GIT_COMMON_DIR",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CURL_VERBOSE",
    "GIT_DIR",
    "GIT_EDITOR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REDIRECT_STDERR",
    "GIT_REDIRECT_STDOUT",
    "GIT_WORK_TREE",
    "LANGUAGE",
    "SSH_ASKPASS",
    "SSH_ASKPASS_REQUIRE",
];

/// Git in a folder.
pub(super) struct Git<'a> {
    app: &'a App,
    program: PathBuf,
    pub dir: PathBuf,
}

/// What to run besides the arguments.
#[derive(Default)]
pub(super) struct Extras<'a> {
    /// Its input.
    pub stdin: Option<Vec<u8>>,
    /// Added to its environment.
    pub env: Vec<(&'static str, String)>,
    /// Credentials it may ask for.
    pub access: Option<&'a Access>,
}

/// A run that came to its end.
#[derive(Debug)]
pub(super) struct Output {
    pub status: i32,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Output {
    pub(super) fn ok(&self) -> bool {
        self.status == 0
    }

    /// What it printed, without the final newline.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).trim_end_matches('\n').to_owned()
    }
}

impl<'a> Git<'a> {
    /// Git in any folder.
    pub(super) fn in_dir(app: &'a App, dir: PathBuf) -> Result<Self, ApiError> {
        let program = find_program(app, None, "git").ok_or_else(|| {
            ApiError::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                code::GIT_MISSING,
                "there is no git on the sandbox's PATH; use an image that has git",
            )
        })?;
        Ok(Self { app, program, dir })
    }

    /// Git in the repository that a client named.
    pub(super) fn in_repository(app: &'a App, path: &str) -> Result<Self, ApiError> {
        let dir = resolve(app, path)?;
        match dir.canonicalize() {
            Ok(dir) if dir.is_dir() => Self::in_dir(app, dir),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                Err(ApiError::file("open the repository", &dir, &error))
            }
            Ok(_) | Err(_) => Err(ApiError::new(
                StatusCode::NOT_FOUND,
                code::GIT_REPO_NOT_FOUND,
                format!("repository not found: there is no folder {}", dir.display()),
            )),
        }
    }

    /// Waits until this is the only change of the repository.
    pub(super) async fn lock(&self) -> tokio::sync::OwnedMutexGuard<()> {
        self.app.git.lock(&self.dir).await
    }

    /// Runs it; that it succeeds is up to the caller to check.
    pub(super) async fn run<S: AsRef<OsStr>>(
        &self,
        args: &[S],
        extras: Extras<'_>,
    ) -> Result<Output, ApiError> {
        let (stdout, stdout_end) = pipe().map_err(|error| self.cannot_start(&error))?;
        let (stderr, stderr_end) = pipe().map_err(|error| self.cannot_start(&error))?;
        let (mut command, served) = self.command(args, extras).map_err(|error| self.cannot_start(&error))?;
        command.stdout(stdout_end).stderr(stderr_end);
        let started = self.app.reaper.spawn(&command);
        // `command` holds this side's copies of the child's ends; dropping it lets their end be seen.
        drop(command);
        let mut child = started.map_err(|error| self.cannot_start(&error))?;
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let status = {
            let reading = async {
                let both = tokio::try_join!(
                    read(stdout, &mut out, Bound::Fail(MAX_STDOUT)),
                    read(stderr, &mut err, Bound::KeepEnd(MAX_STDERR))
                );
                both.map(|_| ())
            };
            let (mut reading, mut serving) = (std::pin::pin!(reading), std::pin::pin!(served));
            let mut read_all = false;
            let status = loop {
                tokio::select! {
                    read = &mut reading, if !read_all => {
                        read.map_err(|error| self.cannot_read(&error))?;
                        read_all = true;
                    }
                    () = &mut serving => {}
                    status = &mut child.exit => break status,
                }
            };
            if !read_all && let Ok(read) = tokio::time::timeout(LINGER, reading).await {
                read.map_err(|error| self.cannot_read(&error))?;
            }
            // The sender lives in the reaper until it sends, so the other case is out of reach.
            status.map_err(|_| ApiError::internal("git was lost"))?
        };
        let status = status.exit_status().unwrap_or(-1);
        Ok(Output { status, stdout: out, stderr: String::from_utf8_lossy(&err).into_owned() })
    }

    /// Runs it and makes of its failure the answer that says what could not be done.
    pub(super) async fn must<S: AsRef<OsStr>>(
        &self,
        doing: &str,
        args: &[S],
        extras: Extras<'_>,
    ) -> Result<Output, ApiError> {
        let access = extras.access;
        let output = self.run(args, extras).await?;
        if output.ok() { Ok(output) } else { Err(failure::explain(doing, &output, access)) }
    }

    /// The command, and what answers its questions for credentials while it runs.
    fn command<S: AsRef<OsStr>>(
        &self,
        args: &[S],
        extras: Extras<'_>,
    ) -> io::Result<(Command, impl Future<Output = ()> + use<S>)> {
        let mut options: Vec<OsString> =
            ["-c", "advice.detachedHead=false", "-c", "core.askPass="].map(OsString::from).into();
        let mut serving = None;
        let mut command = match extras.access {
            None => prepared_command(self.app, &self.program, &self.dir),
            Some(access) => {
                let (socket, future) = access.serve()?;
                serving = Some(future);
                // The empty value forgets the helpers of all configuration files, who would store the password.
                for option in ["credential.helper=", HELPER, "core.fsmonitor=false"] {
                    options.extend(["-c".into(), option.into()]);
                }
                if access.without_hooks {
                    options.extend(["-c".into(), "core.hooksPath=/dev/null".into()]);
                }
                let mut command = prepared_command(self.app, Path::new("/bin/sh"), &self.dir);
                command.args(["-c", WRAPPER, "git"]).arg(&self.program).stdin(socket);
                command
            }
        };
        if let (None, Some(data)) = (extras.access, extras.stdin) {
            command.stdin(memory(&data)?);
        }
        command.args(options).args(args);
        for name in REMOVED {
            command.env_remove(name);
        }
        for name in self.app.env().keys().filter(|name| name.as_encoded_bytes().starts_with(b"GIT_TRACE")) {
            command.env_remove(name);
        }
        command.env("HOME", &self.app.home);
        // English, for the mapping of messages; UTF-8, for names.
        command.env("LC_ALL", "C.UTF-8").env("GIT_TERMINAL_PROMPT", "0").env("GIT_EDITOR", "true");
        command.env("GIT_LITERAL_PATHSPECS", "1");
        // A remote that says nothing for five minutes is dead.
        command.env("GIT_HTTP_LOW_SPEED_LIMIT", "1").env("GIT_HTTP_LOW_SPEED_TIME", "300");
        command.envs(extras.env);
        let serving = async move {
            if let Some(serving) = serving {
                serving.await;
            }
            // Git's end is what ends the run.
            std::future::pending().await
        };
        Ok((command, serving))
    }

    fn cannot_start(&self, error: &io::Error) -> ApiError {
        match error.kind() {
            io::ErrorKind::PermissionDenied => ApiError::file("run git in", &self.dir, error),
            _ => ApiError::internal(format!("cannot start git: {}", describe(error))),
        }
    }

    fn cannot_read(&self, error: &io::Error) -> ApiError {
        if error.kind() != io::ErrorKind::FileTooLarge {
            return ApiError::internal(format!("cannot read what git prints: {}", describe(error)));
        }
        ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            code::OUTPUT_TOO_LARGE,
            format!(
                "git printed more than {} MiB about {}, so it was killed; run git as a command for a part of it",
                MAX_STDOUT >> 20,
                self.dir.display()
            ),
        )
    }
}

/// The absolute path of a repository that a client named.
pub(super) fn resolve(app: &App, path: &str) -> Result<PathBuf, ApiError> {
    check("the path of the repository", path)?;
    Ok(app.workdir.join(path))
}

/// Refuses what cannot be an argument.
pub(super) fn check(what: &str, value: &str) -> Result<(), ApiError> {
    match value {
        "" => Err(ApiError::bad_request(format!("{what} is empty"))),
        value if value.contains('\0') => {
            Err(ApiError::bad_request(format!("{what} contains a NUL character")))
        }
        _ => Ok(()),
    }
}

/// Refuses what cannot name a branch, tag, commit or remote and could be read as something else.
pub(super) fn check_name(what: &str, value: &str) -> Result<(), ApiError> {
    check(what, value)?;
    let odd = value.starts_with('-') || value.chars().any(|c| c.is_control() || c == ' ');
    if odd { Err(ApiError::bad_request(format!("{value:?} cannot be {what}"))) } else { Ok(()) }
}

/// Whether a path is there as a folder with something in it; none when nothing is there.
pub(super) fn occupied(path: &Path) -> io::Result<Option<bool>> {
    match std::fs::read_dir(path) {
        Ok(mut entries) => Ok(Some(entries.next().is_some())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(Some(true)),
        Err(error) => Err(error),
    }
}

/// A file without a name that holds `data`.
fn memory(data: &[u8]) -> io::Result<OwnedFd> {
    let mut file = std::fs::File::from(rustix::fs::memfd_create("git", MemfdFlags::CLOEXEC)?);
    file.write_all(data)?;
    file.rewind()?;
    Ok(file.into())
}

enum Bound {
    Fail(usize),
    KeepEnd(usize),
}

async fn read(pipe: io::PipeReader, kept: &mut Vec<u8>, bound: Bound) -> io::Result<()> {
    let pipe = Receiver::from_owned_fd(OwnedFd::from(pipe))?;
    let mut buffer = vec![0; 64 << 10];
    loop {
        pipe.readable().await?;
        match pipe.try_read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(got) => kept.extend_from_slice(&buffer[..got]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        match bound {
            Bound::Fail(limit) if kept.len() > limit => return Err(io::ErrorKind::FileTooLarge.into()),
            Bound::KeepEnd(limit) if kept.len() > limit => drop(kept.drain(..kept.len() - limit)),
            Bound::Fail(_) | Bound::KeepEnd(_) => {}
        }
    }
}
