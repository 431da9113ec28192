//! The states a sandbox passes through, as the database keeps them.
//!
//! `destroyed` is the absence of a row. Each change is one compare-and-set in the database, so that of two
//! racing operations exactly one wins; the loser learns the state that beat it.

use daytona_protocol::sandbox::SandboxState;

/// Where a sandbox is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(rename_all = "lowercase")]
pub(crate) enum State {
    /// Being made; not acknowledged yet.
    Creating,
    /// Running.
    Started,
    /// On the way from started to stopped.
    Stopping,
    /// Not running; its files are kept.
    Stopped,
    /// On the way from stopped to started.
    Starting,
    /// Being removed.
    Destroying,
    /// Unusable until it is removed; the row has the reason.
    Error,
}

impl State {
    /// The text on the wire and in the database.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Started => "started",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Starting => "starting",
            Self::Destroying => "destroying",
            Self::Error => "error",
        }
    }

    /// Where it is meant to go.
    pub(crate) const fn desired(self) -> Option<&'static str> {
        match self {
            Self::Creating | Self::Starting | Self::Started => Some("started"),
            Self::Stopping | Self::Stopped => Some("stopped"),
            Self::Destroying => Some("destroyed"),
            Self::Error => None,
        }
    }

    /// Somebody is working on it just now.
    pub(crate) const fn in_flight(self) -> bool {
        matches!(self, Self::Creating | Self::Starting | Self::Stopping | Self::Destroying)
    }
}

impl From<State> for SandboxState {
    fn from(state: State) -> Self {
        Self::from(state.as_str())
    }
}
