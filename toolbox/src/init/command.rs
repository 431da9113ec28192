//! A program that is about to be started, as the leader of a session of its own.
//!
//! With `posix_spawn`, which does not copy this process first: that copy is a third of what a short command costs.
//! The standard library's commands use it too, but not for those that lead a session.

use rustix::process::Pid;
use std::collections::BTreeMap;
use std::ffi::{CStr, CString, OsStr, OsString, c_char, c_int};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::ptr;

/// A program with its arguments, environment, folder and standard streams, which are empty unless set.
#[derive(Debug)]
pub(crate) struct Command {
    program: PathBuf,
    /// The name that the program is told it has comes first.
    args: Vec<OsString>,
    env: BTreeMap<OsString, OsString>,
    dir: PathBuf,
    /// Input, output and errors.
    streams: [Option<OwnedFd>; 3],
}

impl Command {
    /// `program`, a path, in the folder `dir`, without arguments and environment.
    pub(crate) fn new(program: &Path, dir: &Path) -> Self {
        Self {
            program: program.to_owned(),
            args: vec![program.into()],
            env: BTreeMap::new(),
            dir: dir.to_owned(),
            streams: [const { None }; 3],
        }
    }

    /// Tells the program another name than its path.
    pub(crate) fn arg0(&mut self, name: &OsStr) -> &mut Self {
        name.clone_into(&mut self.args[0]);
        self
    }

    /// Adds an argument.
    pub(crate) fn arg(&mut self, arg: impl AsRef<OsStr>) -> &mut Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    pub(crate) fn args(&mut self, args: impl IntoIterator<Item: AsRef<OsStr>>) -> &mut Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Sets a variable of the environment.
    pub(crate) fn env(&mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> &mut Self {
        self.env.insert(name.as_ref().to_owned(), value.as_ref().to_owned());
        self
    }

    /// Sets variables of the environment.
    pub(crate) fn envs<K, V>(&mut self, vars: impl IntoIterator<Item = (K, V)>) -> &mut Self
    where
        K: AsRef<OsStr>,
        V: AsRef<OsStr>,
    {
        for (name, value) in vars {
            self.env(name, value);
        }
        self
    }

    /// Takes a variable out of the environment.
    pub(crate) fn env_remove(&mut self, name: impl AsRef<OsStr>) -> &mut Self {
        self.env.remove(name.as_ref());
        self
    }

    /// What it reads.
    pub(crate) fn stdin(&mut self, file: impl Into<OwnedFd>) -> &mut Self {
        self.streams[0] = Some(file.into());
        self
    }

    /// Where it writes.
    pub(crate) fn stdout(&mut self, file: impl Into<OwnedFd>) -> &mut Self {
        self.streams[1] = Some(file.into());
        self
    }

    /// Where it writes errors.
    pub(crate) fn stderr(&mut self, file: impl Into<OwnedFd>) -> &mut Self {
        self.streams[2] = Some(file.into());
        self
    }

    /// Starts it. Returns when the program has taken the place of this one, or could not.
    pub(super) fn spawn(&self) -> io::Result<Pid> {
        let program = CString::new(self.program.as_os_str().as_bytes())?;
        let args = self.args.iter().map(|arg| CString::new(arg.as_bytes())).collect::<Result<Vec<_>, _>>()?;
        let env = self
            .env
            .iter()
            .map(|(name, value)| CString::new([name.as_bytes(), b"=", value.as_bytes()].concat()));
        let env = env.collect::<Result<Vec<_>, _>>()?;
        let mut actions = Actions::new()?;
        for (number, file) in (0..).zip(&self.streams) {
            match file {
                Some(file) => actions.duplicate(file, number)?,
                None => actions.open_null(number)?,
            }
        }
        actions.enter(&CString::new(self.dir.as_os_str().as_bytes())?)?;
        let attributes = Attributes::leader()?;
        let mut pid = 0;
        // SAFETY: everything passed lives until the call returns; both lists end with a null pointer.
        check(unsafe {
            libc::posix_spawn(
                &raw mut pid,
                program.as_ptr(),
                &raw const actions.0,
                &raw const attributes.0,
                pointers(&args).as_ptr(),
                pointers(&env).as_ptr(),
            )
        })?;
        Pid::from_raw(pid).ok_or_else(|| io::Error::other("the system gave an impossible process id"))
    }
}

/// A list as the system takes it. It must not outlive `strings`.
fn pointers(strings: &[CString]) -> Vec<*mut c_char> {
    strings.iter().map(|string| string.as_ptr().cast_mut()).chain([ptr::null_mut()]).collect()
}

/// What the new process does with its files before it becomes the program.
struct Actions(libc::posix_spawn_file_actions_t);

impl Actions {
    fn new() -> io::Result<Self> {
        let mut actions = MaybeUninit::uninit();
        // SAFETY: initializes `actions`, or says that it did not.
        check(unsafe { libc::posix_spawn_file_actions_init(actions.as_mut_ptr()) })?;
        // SAFETY: initialized above.
        Ok(Self(unsafe { actions.assume_init() }))
    }

    /// `file`, which stays open until the start, as `number`.
    fn duplicate(&mut self, file: &OwnedFd, number: c_int) -> io::Result<()> {
        // SAFETY: `self` is initialized; the call only takes down two numbers.
        check(unsafe { libc::posix_spawn_file_actions_adddup2(&raw mut self.0, file.as_raw_fd(), number) })
    }

    /// Nothing to read, and nowhere to write, as `number`.
    fn open_null(&mut self, number: c_int) -> io::Result<()> {
        let (path, flags) = (c"/dev/null".as_ptr(), libc::O_RDWR);
        // SAFETY: `self` is initialized; the call copies the path.
        check(unsafe { libc::posix_spawn_file_actions_addopen(&raw mut self.0, number, path, flags, 0) })
    }

    fn enter(&mut self, dir: &CStr) -> io::Result<()> {
        // SAFETY: `self` is initialized; the call copies the path.
        check(unsafe { libc::posix_spawn_file_actions_addchdir_np(&raw mut self.0, dir.as_ptr()) })
    }
}

impl Drop for Actions {
    fn drop(&mut self) {
        // SAFETY: initialized, and not used after this.
        unsafe { libc::posix_spawn_file_actions_destroy(&raw mut self.0) };
    }
}

/// What the new process is.
struct Attributes(libc::posix_spawnattr_t);

impl Attributes {
    /// The leader of a session, with no signal blocked, nor ignored that this process ignores: that is SIGPIPE.
    fn leader() -> io::Result<Self> {
        let mut attributes = MaybeUninit::uninit();
        // SAFETY: initializes `attributes`, or says that it did not.
        check(unsafe { libc::posix_spawnattr_init(attributes.as_mut_ptr()) })?;
        // SAFETY: initialized above.
        let mut attributes = Self(unsafe { attributes.assume_init() });
        let mut signals = MaybeUninit::uninit();
        let flags = libc::POSIX_SPAWN_SETSID as libc::c_short
            | libc::POSIX_SPAWN_SETSIGMASK as libc::c_short
            | libc::POSIX_SPAWN_SETSIGDEF as libc::c_short;
        // SAFETY: `attributes` is initialized and `signals` becomes so first; the calls copy the set.
        unsafe {
            libc::sigemptyset(signals.as_mut_ptr());
            check(libc::posix_spawnattr_setsigmask(&raw mut attributes.0, signals.as_ptr()))?;
            libc::sigaddset(signals.as_mut_ptr(), libc::SIGPIPE);
            check(libc::posix_spawnattr_setsigdefault(&raw mut attributes.0, signals.as_ptr()))?;
            check(libc::posix_spawnattr_setflags(&raw mut attributes.0, flags))?;
        }
        Ok(attributes)
    }
}

impl Drop for Attributes {
    fn drop(&mut self) {
        // SAFETY: initialized, and not used after this.
        unsafe { libc::posix_spawnattr_destroy(&raw mut self.0) };
    }
}

/// These functions return the error's number.
fn check(number: c_int) -> io::Result<()> {
    if number == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(number)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::process::{WaitOptions, waitpid};
    use std::fs::File;
    use std::io::{Read, pipe};

    /// What a shell prints that runs `script`, told by `change` what else it is given.
    fn printed(script: &str, change: impl FnOnce(&mut Command)) -> String {
        let (mut output, end) = pipe().expect("a pipe");
        let mut command = Command::new(Path::new("/bin/sh"), Path::new("/"));
        command.arg("-c").arg(script).env("PATH", "/usr/bin:/bin").stdout(end);
        change(&mut command);
        let pid = command.spawn().expect("a shell");
        drop(command);
        let mut text = String::new();
        output.read_to_string(&mut text).expect("text");
        waitpid(Some(pid), WaitOptions::empty()).expect("a child");
        text
    }

    #[test]
    fn the_program_gets_what_it_was_given_and_nothing_else() {
        let text = printed("echo $0 $1 $A$B; pwd; cat; env | grep -c .", |command| {
            command.arg0("name".as_ref()).args(["zero", "one"]);
            command.envs([("A", "a"), ("B", "b"), ("C", "c")]).env("B", "d").env_remove("C");
            let file = std::env::temp_dir().join(format!("input-{}", std::process::id()));
            std::fs::write(&file, "read\n").expect("written");
            command.stdin(File::open(&file).expect("open"));
            std::fs::remove_file(file).expect("removed");
        });
        // The shell sets PWD itself.
        assert_eq!(text, "zero one ad\n/\nread\n4\n");
    }

    #[test]
    fn streams_that_were_not_given_are_empty() {
        assert_eq!(
            printed("cat; readlink /proc/self/fd/0 /proc/self/fd/2", |_| ()),
            "/dev/null\n/dev/null\n"
        );
    }

    #[test]
    fn it_leads_a_session_with_no_signal_ignored_or_blocked() {
        let text =
            printed("echo $$; cut -d' ' -f6 /proc/$$/stat; grep -E 'Sig(Blk|Ign)' /proc/self/status", |_| ());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], lines[1], "its session is its own");
        for line in &lines[2..] {
            let signals = line.rsplit('\t').next().and_then(|mask| u64::from_str_radix(mask, 16).ok());
            // Two above are the C library's own, which it leaves ignored.
            assert_eq!(signals.map(|mask| mask & 0x7fff_ffff), Some(0), "{line}");
        }
    }

    #[test]
    fn what_cannot_be_started_says_why() {
        let failed = |program: &str, dir: &str, arg: &str| {
            let mut command = Command::new(Path::new(program), Path::new(dir));
            command.arg(arg).spawn().expect_err("not started").kind()
        };
        assert_eq!(failed("/bin/none", "/", ""), io::ErrorKind::NotFound);
        assert_eq!(failed("/bin/sh", "/none", ""), io::ErrorKind::NotFound);
        assert_eq!(failed("/etc/passwd", "/", ""), io::ErrorKind::PermissionDenied);
        assert_eq!(failed("/bin/sh", "/etc/passwd", ""), io::ErrorKind::NotADirectory);
        assert_eq!(failed("/bin/sh", "/", "a\0b"), io::ErrorKind::InvalidInput);
    }
}
