//! A session's shell as a process: the line that makes it run a command, and the codes it reports.

use super::super::run::exit_code;
use super::super::{prepare, shell};
use super::command::Command;
use crate::init::{Child, Tree};
use crate::state::App;
use rustix::process::WaitStatus;
use std::io::{self, pipe};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use tokio::io::AsyncWriteExt;
use tokio::net::unix::pipe::{Receiver, Sender};

/// No report is longer.
const MAX_REPORT: usize = 64;

/// A running shell that reads commands.
pub(super) struct Shell {
    child: Child,
    /// Its input.
    control: Sender,
    /// Its output, which its commands do not have.
    reports: Option<Receiver>,
    report: Vec<u8>,
    /// How it ended, as an exit code.
    gone: Option<i32>,
    /// What makes a built-in of this shell one that no error in it can end the shell.
    builtin: &'static str,
}

impl Shell {
    /// Starts the sandbox's shell in `cwd`.
    pub(super) fn start(app: &App, cwd: &Path) -> io::Result<Self> {
        let program = shell::choose(app, None);
        let name = program.file_name().unwrap_or(program.as_os_str());
        let mut command = prepare::command(app, &program, None, cwd);
        let ((control_end, control), (reports, reports_end)) = (pipe()?, pipe()?);
        command.arg0(name).stdin(control_end).stdout(reports_end);
        let control = Sender::from_owned_fd(OwnedFd::from(control))?;
        let reports = Receiver::from_owned_fd(OwnedFd::from(reports))?;
        let child = app.reaper.spawn(&command)?;
        // `builtin` is unknown to plain shells; `command` of zsh means programs.
        let builtin = if name == "bash" || name == "zsh" { "builtin" } else { "command" };
        Ok(Self { child, control, reports: Some(reports), report: Vec::new(), gone: None, builtin })
    }

    /// Whether it has ended.
    pub(super) fn is_gone(&self) -> bool {
        self.gone.is_some()
    }

    /// Makes it run `command`. When it is gone, `code` will tell.
    pub(super) async fn begin(&mut self, command: &Command) {
        let files = &command.files;
        let stdin = files.stdin.as_deref().unwrap_or(Path::new("/dev/null"));
        let mut line = Vec::new();
        // `>|` in case a command has set noclobber.
        for (before, path) in
            [(". ", &*files.script), (" <", stdin), (" >|", &files.stdout), (" 2>|", &files.stderr)]
        {
            if line.is_empty() {
                line.extend_from_slice(self.builtin.as_bytes());
                line.push(b' ');
            }
            line.extend_from_slice(before.as_bytes());
            quote(path, &mut line);
        }
        let number = command.number;
        line.extend_from_slice(format!("; {} printf '{number} %d\\n' \"$?\"\n", self.builtin).as_bytes());
        let _ = self.control.write_all(&line).await;
    }

    /// The exit code of the command of that number: as reported, or the shell's own if it has ended.
    pub(super) async fn code(&mut self, number: u64) -> i32 {
        loop {
            if let Some(code) = self.gone {
                return code;
            }
            tokio::select! {
                biased;
                () = readable(self.reports.as_ref()) => {
                    if let Some(code) = self.read_report(number) {
                        return code;
                    }
                }
                status = &mut self.child.exit => {
                    self.gone = Some(ended_with(status.ok()));
                    // It may have reported before it ended.
                    if let Some(code) = self.last_reports(number) {
                        return code;
                    }
                }
            }
        }
    }

    /// Resolves when it has ended.
    pub(super) async fn ended(&mut self) {
        if self.gone.is_none() {
            let status = (&mut self.child.exit).await;
            self.gone = Some(ended_with(status.ok()));
        }
    }

    /// The shell and all that it will have started. Call when it was just started.
    pub(super) fn tree(&self) -> Tree {
        self.child.tree()
    }

    /// Reads once; the code when that completed the report on command `number`.
    fn read_report(&mut self, number: u64) -> Option<i32> {
        let mut buffer = [0; MAX_REPORT];
        match self.reports.as_ref()?.try_read(&mut buffer) {
            Ok(got) if got > 0 => self.reported(number, &buffer[..got]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
            Ok(_) | Err(_) => {
                self.reports = None;
                None
            }
        }
    }

    /// Reads all that is left, of which the runtime may not have heard yet.
    fn last_reports(&mut self, number: u64) -> Option<i32> {
        let reports = self.reports.take()?;
        let mut buffer = [0; MAX_REPORT];
        // As much as a pipe holds and no more, should something left behind keep writing.
        for _ in 0..(64 << 10) / MAX_REPORT {
            let got = rustix::io::read(&reports, &mut buffer).ok().filter(|got| *got > 0)?;
            if let Some(code) = self.reported(number, &buffer[..got]) {
                return Some(code);
            }
        }
        None
    }

    fn reported(&mut self, number: u64, bytes: &[u8]) -> Option<i32> {
        for byte in bytes {
            if *byte != b'\n' {
                // Commands can reach this pipe if they try hard; they fool no one but themselves.
                if self.report.len() < MAX_REPORT {
                    self.report.push(*byte);
                }
                continue;
            }
            let line = std::mem::take(&mut self.report);
            let code = std::str::from_utf8(&line).ok().and_then(|line| {
                let (reported, code) = line.split_once(' ')?;
                (reported.parse() == Ok(number)).then(|| code.parse().ok())?
            });
            if code.is_some() {
                return code;
            }
        }
        None
    }
}

fn ended_with(status: Option<WaitStatus>) -> i32 {
    // The sender lives in the reaper until it sends, so none is out of reach.
    status.map_or(-1, exit_code)
}

fn quote(path: &Path, line: &mut Vec<u8>) {
    line.push(b'\'');
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'\'' => line.extend_from_slice(b"'\\''"),
            byte => line.push(*byte),
        }
    }
    line.push(b'\'');
}

async fn readable(pipe: Option<&Receiver>) {
    match pipe {
        // An error is found again, and handled, by the read that follows.
        Some(pipe) => drop(pipe.readable().await),
        None => std::future::pending().await,
    }
}
