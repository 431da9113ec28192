//! Which shell runs a command, and how it gets the command.

use super::prepare::executable;
use super::{prepare, prepare::Vars};
use crate::init::Command;
use crate::state::App;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// Shells preferred over `$SHELL` where /etc/shells lists them, best first.
const PREFERRED: [&str; 4] = ["/usr/bin/zsh", "/bin/zsh", "/usr/bin/bash", "/bin/bash"];

/// The longest command given as an argument. The kernel takes 128 KiB less the terminating NUL.
const MAX_ARGUMENT: usize = 128 * 1024 - 1;

/// A shell about to run a command, and the script file that must outlive it when the command was too long
/// for an argument.
pub(super) struct Prepared {
    pub command: Command,
    pub script: Option<TempPath>,
}

/// Prepares the sandbox's shell to run `text`. The text is an argument and not the shell's input, so that a
/// command that reads its input gets the end of file instead of the rest of the text.
pub(super) fn prepare(app: &App, text: &str, vars: Option<&Vars>, cwd: &Path) -> io::Result<Prepared> {
    let shell = choose(app, vars);
    let mut command = prepare::command(app, &shell, vars, cwd);
    // Messages of the shell start with its name: `bash: line 1: ...` and not its whole path.
    if let Some(name) = shell.file_name() {
        command.arg0(name);
    }
    let script = if text.len() > MAX_ARGUMENT {
        let mut file = tempfile::Builder::new().prefix("daytona-command-").tempfile_in(app.temp_dir())?;
        file.write_all(text.as_bytes())?;
        let path = file.into_temp_path();
        command.arg(&path);
        Some(path)
    } else {
        // `--` because a command may start with a dash.
        command.args(["-c", "--", text]);
        None
    };
    Ok(Prepared { command, script })
}

pub(super) fn choose(app: &App, vars: Option<&Vars>) -> PathBuf {
    let listed = std::fs::read_to_string("/etc/shells").unwrap_or_default();
    let listed = |shell: &&&str| listed.lines().any(|line| line.trim() == **shell);
    if let Some(shell) = PREFERRED.iter().filter(listed).find(|shell| executable(Path::new(shell))) {
        return shell.into();
    }
    let set = vars.and_then(|vars| vars.get("SHELL")).map(PathBuf::from);
    let set = set.or_else(|| app.env().get(OsStr::new("SHELL")).map(PathBuf::from));
    let set = set.filter(|shell| executable(shell)).or_else(|| prepare::find_program(app, vars, "sh"));
    set.unwrap_or_else(|| "/bin/sh".into())
}
