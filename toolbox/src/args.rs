//! The command line. Parsing only; nothing is opened here.

use std::ffi::OsString;
use std::os::fd::RawFd;
use std::path::PathBuf;

const HELP: &str = "\
The agent inside a Daytona sandbox: its init process and its HTTP API on a unix socket.

Usage: daytona-toolbox (--listen-fd FD | --listen PATH) [--workdir DIR]

  --listen-fd FD   serve on the listening unix socket that was inherited as FD (3 or more)
  --listen PATH    make a unix socket at PATH and serve on it
  --workdir DIR    where commands run and relative paths start (default: the current folder)
  --version        print the version
  --help           print this text

As process 1 it also reaps every orphan, and ends all processes on SIGTERM or SIGINT.";

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Action {
    /// Serve the API.
    Serve(Options),
    /// Print this and end.
    Print(String),
}

/// How to serve.
#[derive(Debug)]
pub(crate) struct Options {
    /// Where requests come in.
    pub listen: Listen,
    /// Where commands run; the current folder when absent.
    pub workdir: Option<PathBuf>,
}

/// Where requests come in.
#[derive(Debug, PartialEq)]
pub(crate) enum Listen {
    /// A listening socket inherited under this number.
    Fd(RawFd),
    /// A socket to be made at this path.
    Path(PathBuf),
}

/// Reads the command line, program name included.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Action, String> {
    use lexopt::prelude::*;
    let mut parser = lexopt::Parser::from_iter(args);
    let (mut listen, mut workdir) = (None, None);
    while let Some(arg) = parser.next().map_err(|error| error.to_string())? {
        match arg {
            Long("listen-fd") => {
                let value = parser.value().map_err(|error| error.to_string())?;
                let fd = value.to_str().and_then(|text| text.parse().ok()).filter(|fd| *fd > 2);
                let fd = fd.ok_or_else(|| format!("--listen-fd takes a number from 3, not {value:?}"))?;
                set_once(&mut listen, Listen::Fd(fd))?;
            }
            Long("listen") => {
                let value = parser.value().map_err(|error| error.to_string())?;
                set_once(&mut listen, Listen::Path(value.into()))?;
            }
            Long("workdir") => {
                let dir = PathBuf::from(parser.value().map_err(|error| error.to_string())?);
                if !dir.is_absolute() {
                    return Err(format!("--workdir takes an absolute path, not {}", dir.display()));
                }
                workdir = Some(dir);
            }
            Long("version") => {
                return Ok(Action::Print(format!("daytona-toolbox {}", env!("CARGO_PKG_VERSION"))));
            }
            Short('h') | Long("help") => return Ok(Action::Print(HELP.to_owned())),
            other => return Err(other.unexpected().to_string()),
        }
    }
    let listen = listen.ok_or("say where to listen: --listen-fd FD or --listen PATH")?;
    Ok(Action::Serve(Options { listen, workdir }))
}

fn set_once(slot: &mut Option<Listen>, value: Listen) -> Result<(), String> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err("give one of --listen-fd and --listen, once".to_owned()),
    }
}
