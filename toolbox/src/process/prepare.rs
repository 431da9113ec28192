//! What both kinds of runs check and set up before a process is started.

use crate::error::ApiError;
use crate::init::Command;
use crate::state::App;
use daytona_protocol::process::is_env_name;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Variables a request adds to the environment.
pub(crate) type Vars = BTreeMap<String, String>;

/// Refuses names that a shell could not read back and values that no process can be given.
pub(crate) fn check_env(vars: &Vars) -> Result<(), ApiError> {
    for (key, value) in vars {
        if !is_env_name(key) {
            return Err(ApiError::bad_request(format!("invalid environment variable name: '{key}'")));
        }
        if value.contains('\0') {
            return Err(ApiError::bad_request(format!(
                "environment variable {key} contains a NUL character"
            )));
        }
    }
    Ok(())
}

/// `program` with the sandbox's environment, `vars` over it, in `cwd`.
pub(super) fn command(app: &App, program: &Path, vars: Option<&Vars>, cwd: &Path) -> Command {
    let mut command = Command::new(program, cwd);
    command.envs(app.env().iter()).envs(vars.into_iter().flatten());
    command
}

/// `program` with the sandbox's environment in `cwd`, for what the toolbox itself needs.
pub(crate) fn prepared_command(app: &App, program: &Path, cwd: &Path) -> Command {
    command(app, program, None, cwd)
}

/// The folder to run in: as asked, relative to the working folder, or the working folder.
pub(super) fn cwd(app: &App, asked: Option<&str>) -> PathBuf {
    app.workdir.join(asked.unwrap_or_default())
}

/// The deadline of a request; 0 means none, as absent does.
pub(super) fn deadline(seconds: Option<u64>) -> Option<Duration> {
    seconds.filter(|seconds| *seconds > 0).map(Duration::from_secs)
}

/// The first executable file called `name` on the PATH that a command with `vars` would have.
pub(crate) fn find_program(app: &App, vars: Option<&Vars>, name: &str) -> Option<PathBuf> {
    let set = vars.and_then(|vars| vars.get("PATH")).map(Into::into);
    let path = set.or_else(|| app.env().get(OsStr::new("PATH")).cloned());
    let path = path.unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into());
    std::env::split_paths(&path).map(|dir| app.workdir.join(dir).join(name)).find(|file| executable(file))
}

/// Whether `file` is a file that this user may execute.
pub(crate) fn executable(file: &Path) -> bool {
    file.is_file() && rustix::fs::access(file, rustix::fs::Access::EXEC_OK).is_ok()
}
