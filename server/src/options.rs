//! What `serve` needs to be told. Nothing here is read from the environment: the command resolves it.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

/// How a local server is to run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServeOptions {
    /// Everything the server keeps; made with mode 0700 when missing.
    pub data_dir: PathBuf,
    /// The tools layer, which several servers may share; none: `tools` in the data folder.
    pub tools_dir: Option<PathBuf>,
    /// Where to listen. Loopback only: anything else would send keys in the clear.
    pub host: IpAddr,
    /// 0 takes any free port.
    pub port: u16,
    /// The form of the log on stderr.
    pub log_format: LogFormat,
    /// Started, unclaimed sandboxes to keep ready; 0 turns the pool off, none chooses by memory.
    pub warm_pool: Option<usize>,
    /// Upper bound of what running sandboxes are promised together, in bytes. None: 80 % of the machine's
    /// memory, or no bound where the kernel itself holds what they use below that.
    pub memory_limit: Option<u64>,
    /// Free space, in bytes, below which no sandbox is made on the data folder's disk. None: a tenth of the disk,
    /// 4 GiB at most.
    pub disk_reserve: Option<u64>,
    /// A request's head must have arrived by then, and an idle connection is closed after it. Longer than
    /// clients keep idle connections, lest one closes just as it is used.
    pub head_deadline: Duration,
    /// How long a call waits while a sandbox has as many under way as its toolbox takes.
    pub queueing: Duration,
    /// The `daytona-launcher` binary.
    pub launcher: PathBuf,
    /// The `daytona-toolbox` binary.
    pub toolbox: PathBuf,
}

impl ServeOptions {
    /// Options with the defaults: loopback, any port, text log, pool by memory.
    #[must_use]
    pub fn new(
        data_dir: impl Into<PathBuf>,
        launcher: impl Into<PathBuf>,
        toolbox: impl Into<PathBuf>,
    ) -> Self {
        Self {
            data_dir: data_dir.into(),
            tools_dir: None,
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            log_format: LogFormat::Text,
            warm_pool: None,
            memory_limit: None,
            disk_reserve: None,
            head_deadline: Duration::from_secs(70),
            queueing: Duration::from_secs(30),
            launcher: launcher.into(),
            toolbox: toolbox.into(),
        }
    }
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}
