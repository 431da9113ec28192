//! One command of a session: its files, its input, its log.

use super::log::{End, Log};
use crate::error::ApiError;
use daytona_protocol::session as wire;
use rustix::fs::{FileType, Mode, mknodat};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use tokio::net::unix::pipe::{self, Sender};
use tokio::sync::Mutex;

/// A longer text is shown shortened, since all texts of a session stay in memory.
const SHOWN: usize = 16 << 10;

/// A command, from its request until its session is deleted.
pub(super) struct Command {
    pub id: String,
    /// Tells it from the others of its session, to the shell.
    pub number: u64,
    pub files: Files,
    pub log: Log,
    /// Keep input in the log.
    pub echo: bool,
    /// The writing end of its input while it runs; none for a synchronous one, which has no input.
    pub input: Mutex<Option<Sender>>,
    shown: String,
}

/// Where its parts are. All but the log are removed when it has ended.
pub(super) struct Files {
    pub script: PathBuf,
    pub stdin: Option<PathBuf>,
    pub stdout: PathBuf,
    pub stderr: PathBuf,
}

impl Command {
    /// Makes the files of a command. Call in a file thread and within the runtime.
    pub(super) fn create(
        dir: &Path,
        number: u64,
        request: &wire::SessionExecuteRequest,
        with_input: bool,
    ) -> io::Result<Self> {
        let named = |kind: &str| dir.join(format!("{number}.{kind}"));
        let new = |path: &Path| OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let fifo = |path: &Path| {
            mknodat(rustix::fs::CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)
                .map_err(io::Error::from)
        };
        let stdin = with_input.then(|| named("in"));
        let files = Files { script: named("sh"), stdin, stdout: named("out"), stderr: named("err") };
        let made = (|| {
            new(&files.script)?.write_all(request.command.as_bytes())?;
            fifo(&files.stdout)?;
            fifo(&files.stderr)?;
            if let Some(stdin) = &files.stdin {
                fifo(stdin)?;
            }
            new(&named("log"))
        })();
        let log = made.inspect_err(|_| files.remove())?;
        // Opened both ways, so that the command sees no end of its input before its own.
        let input = match &files.stdin {
            Some(path) => {
                let sender = pipe::OpenOptions::new().read_write(true).open_sender(path);
                Some(sender.inspect_err(|_| files.remove())?)
            }
            None => None,
        };
        Ok(Self {
            id: uuid::Uuid::new_v4().to_string(),
            number,
            log: Log::new(named("log"), log),
            files,
            echo: request.suppress_input_echo != Some(true),
            input: Mutex::new(input),
            shown: shortened(&request.command),
        })
    }

    /// As clients see it.
    pub(super) fn describe(&self) -> wire::Command {
        let exit_code = match self.log.progress().end {
            Some(End::Exit(code)) => Some(code),
            Some(End::NotRun) => Some(-1),
            Some(End::Cancelled) | None => None,
        };
        wire::Command { id: self.id.clone(), command: self.shown.clone(), exit_code }
    }

    /// The command has ended: tells its readers, closes its input, removes its files.
    pub(super) async fn finish(&self, end: End) {
        self.log.finish(end).await;
        *self.input.lock().await = None;
        self.files.remove();
    }

    /// Resolves when it has ended.
    pub(super) async fn ended(&self) -> End {
        let mut progress = self.log.watch();
        let ended = progress.wait_for(|progress| progress.end.is_some()).await;
        // The sender is a part of `self`, so the other case is out of reach.
        ended.ok().and_then(|progress| progress.end).unwrap_or(End::Cancelled)
    }

    /// The log, opened for one reader.
    pub(super) async fn open_log(&self) -> Result<File, ApiError> {
        let path = self.log.path.clone();
        let opened = tokio::task::spawn_blocking(move || File::open(path)).await;
        let opened = opened.unwrap_or_else(|error| Err(io::Error::other(error)));
        opened.map_err(|error| ApiError::file("read the log", &self.log.path, &error))
    }
}

impl Files {
    fn remove(&self) {
        // Small and few; what the sandboxed code has removed already is no one's loss.
        for path in [Some(&self.script), self.stdin.as_ref(), Some(&self.stdout), Some(&self.stderr)] {
            let _ = path.map(std::fs::remove_file);
        }
    }
}

fn shortened(text: &str) -> String {
    if text.len() <= SHOWN {
        return text.to_owned();
    }
    format!("{}... ({} bytes)", &text[..text.floor_char_boundary(SHOWN)], text.len())
}
