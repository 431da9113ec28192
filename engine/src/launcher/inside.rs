//! The child: builds the sandbox around itself, gives up what it could do, and becomes the sandbox's init.
//!
//! The order matters. Everything that needs privilege comes first; then ids and capabilities go, then the way to
//! get any back (no_new_privs), then most system calls, and then the toolbox replaces this program.

use super::failure::{Done, Failure, Step, fail};
use super::identity::{self, StandIn};
use super::trees::Trees;
use super::weaken::weakened;
use super::{rootfs, seccomp};
use crate::SandboxSpec;
use crate::spec::IdMap;
use rustix::fs::{Mode, OFlags};
use rustix::net::{RecvFlags, SendFlags};
use rustix::process::Signal;
use rustix::thread::UnshareFlags;
use std::convert::Infallible;
use std::ffi::{CString, OsStr};
use std::net::Ipv4Addr;
use std::os::fd::{AsFd, AsRawFd as _, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// The descriptor the toolbox finds its listening socket at.
const LISTENER: RawFd = 3;

/// What the child says to find out whether the monitor still lives; needs no answer.
pub(super) const ALIVE: &[u8] = b"a";

/// The first word to the child: its ids are mapped. The second is [`StandIn::word`].
pub(super) const BUILD: &[u8] = b"b";

/// What the child needs to know.
pub(super) struct Inside<'a> {
    pub(super) spec: &'a SandboxSpec,
    pub(super) toolbox: &'a Path,
    /// To the monitor. Closes by itself when the toolbox starts, which is how the monitor knows.
    pub(super) socket: OwnedFd,
    /// What the monitor alone must hold (its end of the socket, the lock on the network), and the child has copies of.
    pub(super) monitors: Vec<RawFd>,
    /// Where the toolbox listens.
    pub(super) listener: OwnedFd,
    /// Takes the output of the sandbox's init.
    pub(super) log: OwnedFd,
    /// Name servers, when there is a network.
    pub(super) resolvers: Option<Vec<Ipv4Addr>>,
}

/// Runs in the child and does not return. A failure is told to the monitor.
pub(super) fn run(inside: Inside<'_>) -> ! {
    let socket = inside.socket.try_clone();
    let Err(failure) = become_init(inside);
    if let Ok(socket) = socket {
        tell(&socket, &failure);
    }
    // No destructors: this process is a copy of the monitor, and what they undo is the monitor's.
    // SAFETY: ends the process; nothing runs after it.
    unsafe { libc::_exit(1) }
}

fn tell(socket: &OwnedFd, failure: &Failure) {
    let text = serde_json::to_vec(failure).unwrap_or_default();
    let _ = rustix::net::send(socket, &text, SendFlags::NOSIGNAL);
}

fn become_init(inside: Inside<'_>) -> Done<Infallible> {
    let Inside { spec, toolbox, socket, monitors, listener, log, resolvers } = inside;
    for fd in monitors {
        // SAFETY: the owner of this descriptor is a frame of the monitor's that never runs in this copy of it.
        unsafe { libc::close(fd) };
    }
    die_with_monitor(&socket)?;
    await_word(&socket)?;
    identity::become_builder(spec.ids)?;
    rustix::process::umask(Mode::from_raw_mode(0o022));
    let trees = match spec.ids {
        IdMap::Range { .. } => {
            Trees::receive(spec, &socket).step("take the root file system from the monitor")?
        }
        IdMap::Single => Trees::make(spec, toolbox, None, None)?,
    };
    identity::forbid_nesting();
    rustix::system::sethostname(spec.id.as_bytes()).step("set the host name")?;
    if !weakened("netns") {
        loopback_up().step("bring the loopback device up")?;
    }
    // Only a weakened launcher takes a descriptor of the host's root along, which the tests must notice.
    let _leak = weakened("fds").then(|| rustix::fs::open("/", OFlags::RDONLY, Mode::empty()));
    rootfs::enter(spec, trees)?;
    // Root inside may have put anything into these places. A sandbox that would not start for it would take its
    // files with it; one that starts without can be put right.
    let _ = rootfs::own_folder(&spec.user.home, &spec.user);
    let _ = rootfs::own_folder(Path::new("/workspace"), &spec.user);
    if let Some(resolvers) = resolvers {
        let _ = name_servers(&resolvers);
    }
    let (program, arguments, environment) = command(spec)?;
    let stand_in = StandIn::from_word(await_word(&socket)?);
    if !weakened("cgroupns") {
        // SAFETY: this flag touches no descriptors, and the launcher has one thread.
        unsafe { rustix::thread::unshare_unsafe(UnshareFlags::NEWCGROUP) }.step("make a cgroup namespace")?;
    }
    identity::limit(&spec.limits, stand_in)?;
    identity::become_user(&spec.user, spec.ids)?;
    // Changing ids took the death signal off again.
    die_with_monitor(&socket)?;
    standard_streams(&log, &listener)?;
    if !weakened("no_new_privs") {
        rustix::thread::set_no_new_privs(true).step("set no_new_privs")?;
    }
    if !weakened("seccomp") {
        seccomp::load()?;
    }
    exec(&program, &arguments, &environment)
}

/// Has the kernel kill this process, and with it the whole sandbox, when the monitor dies however it dies.
fn die_with_monitor(socket: &OwnedFd) -> Done<()> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).step("die with the monitor")?;
    // It may have died just before: this fails then.
    rustix::net::send(socket, ALIVE, SendFlags::NOSIGNAL).step("reach the monitor")?;
    Ok(())
}

/// Waits for the monitor: first until it has mapped ids, then until it has put this process into its groups.
fn await_word(socket: &OwnedFd) -> Done<u8> {
    let mut word = [0];
    match rustix::net::recv(socket, &mut word, RecvFlags::empty()) {
        Ok((_, 1)) => Ok(word[0]),
        Ok(_) => fail("wait for the monitor", "it gave up"),
        Err(error) => Err(error).step("wait for the monitor"),
    }
}

/// Sets the flag that the one device of a new network namespace lacks.
fn loopback_up() -> std::io::Result<()> {
    let socket = rustix::net::socket(rustix::net::AddressFamily::INET, rustix::net::SocketType::DGRAM, None)?;
    // SAFETY: all fields are plain numbers, for which zero is a value.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(b"lo") {
        *to = (*from).cast_signed();
    }
    request.ifr_ifru.ifru_flags = libc::IFF_UP as libc::c_short;
    // SAFETY: the request reads an `ifreq`, which `request` is and which outlives the call.
    match unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS, &raw const request) } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error()),
    }
}

/// Names the name servers. This process is already in the sandbox's root: a link there leads nowhere else.
fn name_servers(resolvers: &[Ipv4Addr]) -> std::io::Result<()> {
    let path = Path::new("/etc/resolv.conf");
    let lines: String = resolvers.iter().map(|resolver| format!("nameserver {resolver}\n")).collect();
    std::fs::create_dir_all("/etc")?;
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => std::fs::write(path, lines),
    }
}

/// The toolbox's path, arguments and environment.
fn command(spec: &SandboxSpec) -> Done<(CString, Vec<CString>, Vec<CString>)> {
    let text = |bytes: &[u8]| CString::new(bytes).step("prepare the toolbox's command line and environment");
    let program = text(format!("/{}", rootfs::TOOLBOX).as_bytes())?;
    let home = spec.user.home.as_os_str();
    let workdir = if spec.user.home.is_dir() { home } else { OsStr::new("/") };
    let number = LISTENER.to_string();
    let arguments = [
        OsStr::new("daytona-toolbox"),
        OsStr::new("--listen-fd"),
        number.as_ref(),
        OsStr::new("--workdir"),
        workdir,
    ]
    .iter()
    .map(|argument| text(argument.as_bytes()))
    .collect::<Done<_>>()?;
    let shell = if Path::new("/bin/bash").exists() { "/bin/bash" } else { "/bin/sh" };
    let mut environment = std::collections::BTreeMap::from([
        ("HOME", home),
        ("LANG", OsStr::new("C.UTF-8")),
        ("LOGNAME", OsStr::new(&spec.user.name)),
        ("PATH", OsStr::new(PATH)),
        ("SHELL", OsStr::new(shell)),
        ("USER", OsStr::new(&spec.user.name)),
    ]);
    environment.extend(spec.env.iter().map(|(name, value)| (name.as_str(), OsStr::new(value))));
    environment.insert("DAYTONA_SANDBOX_ID", OsStr::new(&spec.id));
    let environment = environment
        .into_iter()
        .map(|(name, value)| text(&[name.as_bytes(), b"=", value.as_bytes()].concat()))
        .collect::<Done<_>>()?;
    Ok((program, arguments, environment))
}

/// The tools layer's `python` comes first: it is the image's own, which finds the documented packages besides.
/// The rest of the layer comes last: what users install and what an image brings goes before it.
const PATH: &str = "/opt/daytona/tools/python/bin:\
                    /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:\
                    /opt/daytona/tools/node/node_modules/.bin:/opt/daytona/tools/python-lsp/bin:\
                    /opt/daytona/tools/python/packages/bin";

/// Leaves the toolbox with descriptors 0 to 3 and lets every other one close when it starts.
fn standard_streams(log: &OwnedFd, listener: &OwnedFd) -> Done<()> {
    let null = rustix::fs::open("/dev/null", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
        .step("open /dev/null")?;
    // SAFETY: the descriptors above 3 stay open until the toolbox starts; what was at 0 to 3 is not used again,
    // since the monitor moved everything the child uses above 3.
    let copied = unsafe {
        libc::dup2(null.as_raw_fd(), 0) >= 0
            && libc::dup2(log.as_raw_fd(), 1) >= 0
            && libc::dup2(log.as_raw_fd(), 2) >= 0
            && libc::dup2(listener.as_fd().as_raw_fd(), LISTENER) >= 0
            && (weakened("fds")
                || libc::close_range(4, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC as libc::c_int) == 0)
    };
    if copied { Ok(()) } else { Err(std::io::Error::last_os_error()).step("hand over descriptors") }
}

fn exec(program: &CString, arguments: &[CString], environment: &[CString]) -> Done<Infallible> {
    let pointers = |strings: &[CString]| {
        strings.iter().map(|string| string.as_ptr()).chain([std::ptr::null()]).collect::<Vec<_>>()
    };
    let (argv, envp) = (pointers(arguments), pointers(environment));
    // SAFETY: all strings are terminated, both arrays end in null, and all outlive the call, which returns only
    // on failure.
    unsafe { libc::execve(program.as_ptr(), argv.as_ptr(), envp.as_ptr()) };
    let error = std::io::Error::last_os_error();
    fail("start the toolbox", format!("{error} (is it a static binary, or an image with its libraries?)"))
}
