//! The names of things in a sandbox's folder, and the records that outlive the processes that wrote them.
//!
//! The launcher writes, the engine reads, and after a crash whoever comes next cleans up by what is recorded.
//! Every record is replaced as a whole (written beside, then renamed), so a reader never sees half of one.
//!
//! None is synced to the disk, which would make a start a third slower (five records at some milliseconds each). What
//! a record tells of is gone with the power anyway: processes, groups, rules. So a machine that lost power may find an
//! empty or garbled record, and readers do without: a spec is written anew at each start, a run is told by its
//! name, an exit or a report that says nothing is none.

use crate::{Exit, SandboxSpec};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// A sandbox's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder(PathBuf);

impl Folder {
    /// Names a folder; touches nothing.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// What the sandbox's things on the machine are called (control groups, rules): its id, which is only unique
    /// among those of one server, and what tells this folder from every other of the machine.
    ///
    /// # Errors
    /// When the folder is not there.
    pub fn name_outside(&self) -> io::Result<String> {
        let found = fs::metadata(&self.0)?;
        let hash = Sha256::new()
            .chain_update(found.dev().to_ne_bytes())
            .chain_update(found.ino().to_ne_bytes())
            .finalize();
        let id = self.0.file_name().unwrap_or_default().to_string_lossy();
        Ok(format!("{id}-{}", hex::encode(&hash[..4])))
    }

    /// What the sandbox is made of; mode 0600, since its environment may hold secrets.
    #[must_use]
    pub fn spec(&self) -> PathBuf {
        self.0.join("spec.json")
    }

    /// The unix socket the toolbox listens on.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.0.join("toolbox.sock")
    }

    /// Locked by the monitor for as long as it lives; the kernel tells who holds it.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.0.join("monitor.lock")
    }

    /// Sparse ext4 image that holds the writable layer, where the machine allows it.
    #[must_use]
    pub fn disk(&self) -> PathBuf {
        self.0.join("disk.img")
    }

    /// Plain folder that holds the writable layer otherwise.
    #[must_use]
    pub fn writable(&self) -> PathBuf {
        self.0.join("writable")
    }

    /// The first output of the sandbox's init, for people who debug it; bounded.
    #[must_use]
    pub fn init_log(&self) -> PathBuf {
        self.0.join("init.log")
    }

    fn run(&self) -> PathBuf {
        self.0.join("run.json")
    }

    fn exit(&self) -> PathBuf {
        self.0.join("exit.json")
    }

    fn report(&self) -> PathBuf {
        self.0.join("report.json")
    }

    /// The spec as last written.
    ///
    /// # Errors
    /// When it cannot be read or is not a spec.
    pub fn read_spec(&self) -> io::Result<SandboxSpec> {
        read(&self.spec())
    }

    /// Replaces the spec.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_spec(&self, spec: &SandboxSpec) -> io::Result<()> {
        write(&self.spec(), spec)
    }

    /// What the present or last run holds outside the folder. A record that is no record (of a disk that was full, or
    /// a machine that lost power) is an error of kind `InvalidData`.
    ///
    /// # Errors
    /// When there is a record and it cannot be read.
    pub fn read_run(&self) -> io::Result<Option<Run>> {
        optional(read(&self.run()))
    }

    /// Replaces the record of what the run holds.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_run(&self, run: &Run) -> io::Result<()> {
        write(&self.run(), run)
    }

    /// How the last run ended, if it left word that can be understood.
    ///
    /// # Errors
    /// When there is a record and it cannot be read.
    pub fn read_exit(&self) -> io::Result<Option<Exit>> {
        legible(read(&self.exit()))
    }

    /// Leaves word of how the run ended.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_exit(&self, exit: &Exit) -> io::Result<()> {
        write(&self.exit(), exit)
    }

    /// What is enforced in the present or last run, if there is a report that can be understood.
    ///
    /// # Errors
    /// When there is a report and it cannot be read.
    pub fn read_report(&self) -> io::Result<Option<Report>> {
        legible(read(&self.report()))
    }

    /// Replaces the report.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_report(&self, report: &Report) -> io::Result<()> {
        write(&self.report(), report)
    }

    /// Forgets the run and its socket, once nothing of it is left.
    ///
    /// # Errors
    /// When a file is there and cannot be removed.
    pub fn forget_run(&self) -> io::Result<()> {
        for path in [self.socket(), self.run()] {
            optional(fs::remove_file(path))?;
        }
        Ok(())
    }

    /// Removes what a former run left for readers, before a new one starts.
    ///
    /// # Errors
    /// When a file is there and cannot be removed.
    pub fn forget_records(&self) -> io::Result<()> {
        for path in [self.exit(), self.report(), self.init_log()] {
            optional(fs::remove_file(path))?;
        }
        Ok(())
    }
}

/// What a run holds that the kernel does not take back by itself when the monitor is killed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The sandbox's init, as the host sees it.
    pub init: Option<Process>,
    /// Control groups made for it.
    pub cgroups: Vec<PathBuf>,
    /// Its network on the host's side.
    pub network: Option<crate::network::HostSide>,
}

/// A process told apart from a later one with the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Its number.
    pub pid: i32,
    /// When it started, in clock ticks since boot (`/proc/<pid>/stat`, field 22).
    pub started: u64,
}

impl Process {
    /// Describes a process that runs now.
    ///
    /// # Errors
    /// When there is none of that number.
    pub fn of(pid: i32) -> io::Result<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        // The command's name may hold spaces and brackets; what follows the last bracket is field 3 onwards.
        let started = stat
            .rsplit_once(')')
            .and_then(|(_, rest)| rest.split_ascii_whitespace().nth(19))
            .and_then(|field| field.parse().ok())
            .ok_or_else(|| io::Error::other(format!("/proc/{pid}/stat has no start time")))?;
        Ok(Self { pid, started })
    }

    /// Whether it still is that process.
    #[must_use]
    pub fn alive(&self) -> bool {
        Self::of(self.pid).is_ok_and(|now| now == *self)
    }
}

/// What a running sandbox is held to, and what this machine could not give.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Controls in force, in words: `memory (cgroup v1)`.
    pub enforced: Vec<String>,
    /// What is not in force, why, and what would help. Shown to people.
    pub warnings: Vec<String>,
}

fn read<T: DeserializeOwned>(path: &Path) -> io::Result<T> {
    let text = fs::read(path)?;
    serde_json::from_slice(&text)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display())))
}

fn write<T: Serialize>(path: &Path, value: &T) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = create_private(&beside)?;
    file.write_all(&serde_json::to_vec(value)?)?;
    fs::rename(&beside, path)
}

fn create_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

/// For records that people are told of: one that says nothing is as good as none, and must not be in the way of a
/// stop or a removal.
fn legible<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(None),
        other => optional(other),
    }
}

fn optional<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
