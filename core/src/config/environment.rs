//! The surroundings a configuration is resolved from, as a value.
//!
//! Nothing in `config` asks the process for anything: what it may see is in an [`Environment`], so a test
//! can state a whole machine in three lines and two clients in one process cannot disturb each other.

use super::env_vars;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// Environment variables and the working directory.
#[derive(Clone, Default)]
pub struct Environment {
    vars: BTreeMap<String, String>,
    cwd: PathBuf,
}

impl Environment {
    /// An environment made of exactly these variables and this working directory.
    #[must_use]
    pub fn new(vars: impl IntoIterator<Item = (String, String)>, cwd: impl Into<PathBuf>) -> Self {
        Self { vars: vars.into_iter().collect(), cwd: cwd.into() }
    }

    /// The environment of this process, as it is now. Variables that are not Unicode are left out.
    #[must_use]
    pub fn from_process() -> Self {
        let vars = std::env::vars_os()
            .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)));
        // Without a working directory (it was removed) there are no .env files; everything else still works.
        Self::new(vars, std::env::current_dir().unwrap_or_default())
    }

    /// Sets a variable in this value; the process's own stays as it is.
    pub fn set(&mut self, name: &str, value: &str) {
        self.vars.insert(name.to_owned(), value.to_owned());
    }

    /// A variable, trimmed; empty counts as unset.
    #[must_use]
    pub fn var(&self, name: &str) -> Option<&str> {
        super::non_empty(self.vars.get(name).map(String::as_str))
    }

    /// Where `.env.local` and `.env` are looked for; none when the working directory is gone.
    #[must_use]
    pub fn cwd(&self) -> Option<&Path> {
        (!self.cwd.as_os_str().is_empty()).then_some(self.cwd.as_path())
    }

    /// The folder of the CLI's `config.json`.
    #[must_use]
    pub fn config_dir(&self) -> Option<PathBuf> {
        if let Some(dir) = self.var(env_vars::CONFIG_DIR) {
            return Some(dir.into());
        }
        let user = if cfg!(windows) {
            PathBuf::from(self.var(env_vars::APPDATA)?)
        } else if cfg!(target_os = "macos") {
            self.home()?.join("Library/Application Support")
        } else {
            self.xdg(env_vars::XDG_CONFIG_HOME).or_else(|| Some(self.home()?.join(".config")))?
        };
        Some(user.join("daytona"))
    }

    /// The state folder of the local server.
    #[must_use]
    pub fn data_dir(&self) -> Option<PathBuf> {
        if let Some(dir) = self.var(env_vars::DATA_DIR) {
            // The server is started elsewhere than here, so a relative path is pinned down now.
            return Some(self.cwd.join(dir));
        }
        let data = self.xdg(env_vars::XDG_DATA_HOME).or_else(|| Some(self.home()?.join(".local/share")))?;
        Some(data.join("daytona"))
    }

    fn home(&self) -> Option<PathBuf> {
        self.var(env_vars::HOME).map(PathBuf::from)
    }

    /// The XDG rule: relative values are invalid and ignored.
    fn xdg(&self, name: &str) -> Option<PathBuf> {
        self.var(name).map(PathBuf::from).filter(|path| path.is_absolute())
    }
}

impl fmt::Debug for Environment {
    /// Names only: values may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("vars", &self.vars.keys().collect::<Vec<_>>())
            .field("cwd", &self.cwd)
            .finish()
    }
}
