//! The monitor: makes what a sandbox needs outside of it, starts the child, and stays until it ends.
//!
//! It belongs to no one: it has a session of its own and outlives the server. Its lock on `monitor.lock` is how it
//! is found again. It takes two signals: SIGTERM is passed on to the sandbox's init, SIGQUIT kills the sandbox.
//! Whatever happens to it, the kernel kills the sandbox with it, and what it leaves is in the record it wrote first.

use super::child::Child;
use super::disk;
use super::failure::{Done, Failure, Outcome, Step, fail};
use super::identity::{self, StandIn};
use super::inside::{self, Inside};
use super::log::Log;
use super::trees::Trees;
use super::weaken::weakened;
use crate::cgroup::Groups;
use crate::folder::{Folder, Process, Report, Run};
use crate::network::{self, Plan};
use crate::spec::{IdMap, Network};
use crate::{Exit, SandboxSpec, leftovers};
use rustix::event::{PollFd, PollFlags};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};
use rustix::process::Signal;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, AsRawFd as _, FromRawFd as _, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;

/// Runs a sandbox to its end.
pub(super) fn run(folder: PathBuf, toolbox: PathBuf) -> ExitCode {
    let folder = Folder::new(folder);
    // Until the lock is taken, what is in the folder may be another monitor's.
    let lock = match quiet().and_then(|()| leftovers::begin(&folder).step("take the sandbox's lock")) {
        Ok(lock) => lock,
        Err(failure) => return fail_with(failure),
    };
    let mut held = Held::default();
    let mut running = match start(&folder, &toolbox, &mut held, lock) {
        Ok(running) => running,
        Err(failure) => {
            let _ = held.release(&folder);
            return fail_with(failure);
        }
    };
    say(&Outcome::Ready);
    let exit = running.watch(&held);
    // The record goes last: who reads it may rely on everything else being gone.
    match held.release(&folder).and_then(|()| folder.write_exit(&exit)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn fail_with(failure: Failure) -> ExitCode {
    say(&Outcome::Failed(failure));
    ExitCode::FAILURE
}

/// Prints the outcome and closes stdout, whose end the engine waits for.
fn say(outcome: &Outcome) {
    let text = serde_json::to_string(outcome).unwrap_or_default();
    let _ = writeln!(io::stdout(), "{text}");
    if let Ok(null) = File::options().write(true).open("/dev/null") {
        let _ = rustix::stdio::dup2_stdout(&null);
    }
}

/// What the sandbox holds outside of itself.
#[derive(Default)]
struct Held {
    child: Option<Rc<Child>>,
    groups: Groups,
    run: Run,
}

impl Held {
    fn oom(&self) -> bool {
        self.groups.oom_kills() > 0
    }

    /// Gives everything back; the child is dead after.
    fn release(&mut self, folder: &Folder) -> io::Result<()> {
        if let Some(child) = self.child.take() {
            child.end();
        }
        if !self.groups.remove() {
            return Err(io::Error::other("a control group still holds processes"));
        }
        if let Some(network) = self.run.network.take() {
            network.remove()?;
        }
        leftovers::await_disk(folder)?;
        folder.forget_run()
    }
}

/// A sandbox whose toolbox runs.
struct Running {
    child: Rc<Child>,
    signals: OwnedFd,
    log: Log,
    /// Rules that follow the host's addresses.
    network: Option<network::Watch>,
    /// Held until this process ends.
    lock: File,
}

fn start(folder: &Folder, toolbox: &Path, held: &mut Held, lock: File) -> Done<Running> {
    let spec = folder.read_spec().step("read the spec")?;
    check(&spec, folder)?;
    leftovers::clean(folder).step("clean up after the last run")?;
    folder.forget_records().step("clean up after the last run")?;
    let mut report = Report::default();
    let name = folder.name_outside().step("look at its folder")?;
    if !weakened("cgroups") {
        held.groups = Groups::plan(&name).step("look for control groups")?;
    }
    // On record before they are made: whoever kills this process, the next one knows what to look for.
    held.run.cgroups = held.groups.folders().map(Path::to_owned).collect();
    folder.write_run(&held.run).step("record the run")?;
    held.groups.create(&spec.limits, &mut report).step("make control groups")?;
    identity::allow_files(spec.limits.open_files, &mut report);
    let (listener, log) = (listen(folder)?, Log::open(folder)?);
    let disk = match spec.ids {
        IdMap::Range { base, .. } => disk::mount(folder, base)?,
        IdMap::Single => None,
    };
    let egress = egress(&spec, &name, &mut report);
    held.run.network = egress.as_ref().map(Plan::host_side);
    let (mine, theirs) =
        rustix::net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)
            .step("make a socket pair")?;
    let signals = signals()?;
    let socket = above_listener(theirs)?;
    let inside = Inside {
        spec: &spec,
        toolbox,
        socket,
        monitors: std::iter::once(mine.as_raw_fd()).chain(egress.as_ref().and_then(Plan::lock_fd)).collect(),
        resolvers: egress.as_ref().map(|plan| plan.resolvers.clone()),
        listener: above_listener(listener)?,
        log: above_listener(log.writer()?)?,
    };
    let on_disk = disk.is_some();
    let child = Rc::new(Child::clone(inside)?);
    held.child = Some(Rc::clone(&child));
    let raw = child.pid();
    held.run.init = Some(Process::of(raw).step("look at the sandbox's init")?);
    folder.write_run(&held.run).step("record the run")?;
    if !weakened("userns") {
        identity::map(raw, spec.ids, &spec.user)?;
    }
    rustix::net::send(&mine, inside::BUILD, SendFlags::NOSIGNAL).step("start building")?;
    if matches!(spec.ids, IdMap::Range { .. }) {
        let namespace =
            rustix::fs::open(format!("/proc/{raw}/ns/user"), OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
                .step("open the user namespace")?;
        let trees = Trees::make(&spec, toolbox, disk, Some(namespace.as_fd()))?;
        if trees.send(&mine).is_err() {
            // The child ended before it took them; what it said is the reason to give.
            await_toolbox(&mine)?;
        }
    }
    let mut network = None;
    if let Some(plan) = egress {
        let means = plan.means();
        match plan.make(raw, &mut report.warnings) {
            Ok((host_side, watch)) => {
                held.run.network = Some(host_side);
                network = watch;
                report.enforced.push(means.to_owned());
            }
            Err(error) => {
                let half = held.run.network.take().unwrap_or_default();
                half.remove().step("take the network back")?;
                report.warnings.push(format!("no egress to the internet: {error}"));
            }
        }
        folder.write_run(&held.run).step("record the run")?;
    }
    // Moving a process between groups takes the kernel ten milliseconds, in which the child builds on. It starts
    // nothing of the sandbox before the second word.
    held.groups.add(raw, &mut report);
    // Only now it is known what the groups do not hold.
    let stand_in = stand_in(&held.groups, on_disk, &spec, &mut report);
    let _ = rustix::net::send(&mine, &[stand_in.word()], SendFlags::NOSIGNAL);
    await_toolbox(&mine)?;
    if let Some(status) = child.ended().step("look at the init")? {
        return fail("start the toolbox", format!("it ended at once: {status:?}"));
    }
    folder.write_report(&report).step("write the report")?;
    Ok(Running { child, signals, log, network, lock })
}

/// Cuts the ties to whoever started this process.
fn quiet() -> Done<()> {
    // Fails only for a leader of a process group, which is as good.
    let _ = rustix::process::setsid();
    rustix::process::umask(Mode::from_raw_mode(0o077));
    // SAFETY: descriptors from 3 up are not ours: this process has opened none yet.
    unsafe { libc::close_range(3, libc::c_uint::MAX, 0) };
    let _ = rustix::thread::set_name(c"daytona-monitor");
    std::env::set_current_dir("/").step("enter /")
}

/// What a spec must not ask for, whoever wrote it.
fn check(spec: &SandboxSpec, folder: &Folder) -> Done<()> {
    let step = "check the spec";
    crate::spec::check_id(&spec.id).step(step)?;
    let same = std::fs::canonicalize(&spec.dir).ok() == std::fs::canonicalize(folder.path()).ok();
    if !same {
        return fail(step, format!("it is for the folder {}", spec.dir.display()));
    }
    let root = rustix::process::geteuid().is_root();
    match spec.ids {
        IdMap::Single if root => {
            fail(step, "as root a sandbox needs a range of ids, or root inside would be root outside")
        }
        IdMap::Range { .. } if !root => {
            fail(step, "a range of ids needs root; an ordinary user has a single one")
        }
        IdMap::Range { base, count }
            if (base < 65_536 && !weakened("ids")) || base.checked_add(count).is_none() =>
        {
            fail(step, format!("the range of {count} ids from {base} reaches into those of the host"))
        }
        IdMap::Range { count, .. } if spec.user.uid >= count || spec.user.gid >= count => {
            fail(step, format!("user {} is outside its range of {count} ids", spec.user.uid))
        }
        _ => Ok(()),
    }
}

/// Decides on the network. What is in the way costs the sandbox its egress and not its life, and is reported.
fn egress(spec: &SandboxSpec, name: &str, report: &mut Report) -> Option<Plan> {
    if spec.network == Network::None {
        return None;
    }
    let plan = Plan::new(name, spec.ids);
    plan.inspect_err(|error| report.warnings.push(format!("no egress to the internet: {error}"))).ok()
}

fn stand_in(groups: &Groups, disk: bool, spec: &SandboxSpec, report: &mut Report) -> StandIn {
    if disk {
        report.enforced.push("disk (ext4 image)".to_owned());
    } else {
        report.warnings.push(format!(
            "the disk limit holds for each file and not for the sandbox as a whole: {}",
            match spec.ids {
                IdMap::Range { .. } => "this machine has no loop device or no mkfs.ext4",
                IdMap::Single => "only root can mount a disk image",
            }
        ));
    }
    for (name, limited) in [("pids", groups.limits("pids")), ("memory", groups.limits("memory"))] {
        if !limited {
            report.enforced.push(format!("{name} (by process)"));
        }
    }
    StandIn { pids: !groups.limits("pids"), memory: !groups.limits("memory"), disk: !disk }
}

/// The toolbox's socket, made here, so that its listener has this user's credentials and it is there before the
/// sandbox is. Bound by a short name: a data folder may be deeper than a socket address is long.
fn listen(folder: &Folder) -> Done<OwnedFd> {
    let step = "make the toolbox's socket";
    let parent =
        rustix::fs::open(folder.path(), OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
            .step(step)?;
    let name = format!("/proc/self/fd/{}/toolbox.sock", parent.as_raw_fd());
    let address = rustix::net::SocketAddrUnix::new(name.as_str()).step(step)?;
    let flags = SocketFlags::CLOEXEC;
    let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None).step(step)?;
    rustix::net::bind(&socket, &address).step(step)?;
    rustix::net::listen(&socket, 1024).step(step)?;
    Ok(socket)
}

/// Moves a descriptor out of the way of those the toolbox is handed.
fn above_listener(fd: OwnedFd) -> Done<OwnedFd> {
    rustix::io::fcntl_dupfd_cloexec(&fd, 16).step("move a descriptor")
}

/// Blocks the signals this process acts on and opens a descriptor that reads them.
fn signals() -> Done<OwnedFd> {
    // SAFETY: a zeroed set is only ever passed to the functions that fill it.
    let mut set: libc::sigset_t = unsafe { std::mem::zeroed() };
    // SAFETY: `set` is a valid set throughout; the mask and the descriptor belong to this one thread.
    let fd = unsafe {
        libc::sigemptyset(&raw mut set);
        libc::sigaddset(&raw mut set, libc::SIGTERM);
        libc::sigaddset(&raw mut set, libc::SIGQUIT);
        libc::sigaddset(&raw mut set, libc::SIGINT);
        libc::sigprocmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut());
        libc::signalfd(-1, &raw const set, libc::SFD_CLOEXEC)
    };
    if fd < 0 {
        return Err(io::Error::last_os_error()).step("listen for signals");
    }
    // SAFETY: just opened, and owned by no one else.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Waits until the child has become the toolbox: its end of the socket then closes without a failure in it.
fn await_toolbox(socket: &OwnedFd) -> Done<()> {
    let mut message = vec![0; 16 << 10];
    loop {
        let length = match rustix::net::recv(socket, &mut message[..], RecvFlags::empty()) {
            Ok((_, length)) => length,
            // It ended before it read all it was sent, which is told first and once; its own words come after.
            Err(Errno::CONNRESET) => continue,
            Err(error) => return Err(error).step("wait for the toolbox to start"),
        };
        let message = &message[..length];
        match message {
            [] => return Ok(()),
            inside::ALIVE => {}
            _ => {
                return Err(serde_json::from_slice::<Failure>(message).unwrap_or_else(|error| Failure {
                    step: "build the sandbox".to_owned(),
                    reason: error.to_string(),
                }));
            }
        }
    }
}

impl Running {
    /// Waits for the end of the sandbox, doing as signals say.
    fn watch(&mut self, held: &Held) -> Exit {
        let mut asked = None;
        loop {
            let log = if self.log.wants_more() { PollFlags::IN } else { PollFlags::empty() };
            let mut fds = [
                PollFd::new(&*self.child, PollFlags::IN),
                PollFd::new(&self.signals, PollFlags::IN),
                PollFd::new(&self.log.reader, log),
                PollFd::new(
                    self.network.as_ref().map_or(&self.signals, network::Watch::changes),
                    PollFlags::IN,
                ),
            ];
            let woken = rustix::event::poll(&mut fds, Some(&self.log.patience()));
            let [child, signals, output, changes] = fds.map(|fd| fd.revents());
            if let Some(network) = self.network.as_mut().filter(|_| !changes.is_empty()) {
                network.renew();
            }
            if output.contains(PollFlags::IN) || !self.log.wants_more() {
                self.log.take();
            }
            if signals.contains(PollFlags::IN) {
                asked = self.obey().or(asked);
            }
            if woken == Ok(0) && self.abandoned() {
                self.child.signal(Signal::KILL);
            }
            if child.contains(PollFlags::IN) {
                self.log.take();
                return self.exit(held, asked);
            }
        }
    }

    /// Whether the sandbox's folder was deleted: no one can find the sandbox any more, so it must not run on. Asked
    /// now and then, since ending an inotify watch would cost every stop ten milliseconds.
    fn abandoned(&self) -> bool {
        rustix::fs::fstat(&self.lock).is_ok_and(|lock| lock.st_nlink == 0)
    }

    /// Passes a signal on.
    fn obey(&self) -> Option<Signal> {
        let mut buffer = [0_u8; size_of::<libc::signalfd_siginfo>()];
        rustix::io::read(&self.signals, &mut buffer).ok()?;
        let number = u32::from_ne_bytes([buffer[0], buffer[1], buffer[2], buffer[3]]);
        let signal = if number == libc::SIGQUIT.unsigned_abs() { Signal::KILL } else { Signal::TERM };
        self.child.signal(signal);
        Some(signal)
    }

    fn exit(&self, held: &Held, asked: Option<Signal>) -> Exit {
        let status = self.child.ended().ok().flatten();
        let code = status.and_then(|status| {
            status.exit_status().or_else(|| status.terminating_signal().map(|signal| 128 + signal))
        });
        let oom = held.oom();
        let reason = match (asked, code) {
            (Some(Signal::KILL), _) => "killed on request".to_owned(),
            (Some(_), _) => "stopped on request".to_owned(),
            (None, Some(137)) if oom => "killed by the kernel: out of memory (oom)".to_owned(),
            (None, Some(code)) if code > 128 => format!("its init was killed by signal {}", code - 128),
            (None, Some(code)) => format!("its init ended with code {code}"),
            (None, None) => "its init is gone".to_owned(),
        };
        Exit { code, oom, reason }
    }
}
