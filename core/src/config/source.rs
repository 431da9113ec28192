//! Where a setting came from, in order of precedence.

use std::fmt;
use std::path::PathBuf;

/// The origin of a resolved setting. The order of the variants is the order of precedence, highest first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Source {
    /// Passed by the caller.
    Argument,
    /// A variable of the process environment.
    Environment(&'static str),
    /// A variable in `.env.local`.
    DotEnvLocal(&'static str),
    /// A variable in `.env`.
    DotEnv(&'static str),
    /// The active profile of the CLI's configuration file.
    ConfigFile(PathBuf),
    /// Built in.
    Default,
}

impl Source {
    /// 0 for the highest precedence.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Self::Argument => 0,
            Self::Environment(_) => 1,
            Self::DotEnvLocal(_) => 2,
            Self::DotEnv(_) => 3,
            Self::ConfigFile(_) => 4,
            Self::Default => 5,
        }
    }

    /// Whether it lies in the working directory, where someone else's repository may have put it.
    pub(crate) fn is_working_directory(&self) -> bool {
        matches!(self, Self::DotEnvLocal(_) | Self::DotEnv(_))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument => f.write_str("the configuration passed in code"),
            Self::Environment(name) => write!(f, "{name} in the environment"),
            Self::DotEnvLocal(name) => write!(f, "{name} in .env.local"),
            Self::DotEnv(name) => write!(f, "{name} in .env"),
            Self::ConfigFile(path) => write!(f, "the active profile in {}", path.display()),
            Self::Default => f.write_str("the default"),
        }
    }
}
