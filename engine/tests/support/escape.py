"""Tries to get out of the sandbox, or at what it must not have. Prints {"check": "held" or what was possible}.

Argument: JSON {"refused": [numbers of system calls]}.
"""

import ctypes
import errno
import glob
import json
import mmap
import os
import pty
import select
import signal
import socket
import struct
import sys

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
given = json.loads(sys.argv[1])
results = {}


def check(function):
    try:
        found = function()
    except Exception as error:
        found = f"the check broke: {error!r}"
    results[function.__name__] = "held" if found is None else found


def syscall(number, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(value) for value in arguments])
    return result, errno.errorcode.get(ctypes.get_errno(), "0")


def in_child(function):
    """The exit status of a child that runs `function`."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(function())
        except BaseException:
            os._exit(99)
    return os.waitpid(child, 0)[1]


def opens(path, flags):
    try:
        os.close(os.open(path, flags))
        return f"{path} opened"
    except OSError:
        return None


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read(64)
    except OSError:
        return b""


def filtered(number):
    """What the sandbox's filter says to a system call: an error, or "let through".

    The kernel may well refuse the same call by itself. So a child loads a filter of its own beneath, which halts the
    call where the kernel would begin with it, and reports it; a refusal by the sandbox's filter comes before that.
    """

    def ask():
        instructions = (
            (0x20, 0, 0, 0),  # load the number of the call
            (0x15, 0, 1, number),  # if it is this one
            (0x06, 0, 0, 0x7FC00000),  # SECCOMP_RET_USER_NOTIF
            (0x06, 0, 0, 0x7FFF0000),  # SECCOMP_RET_ALLOW
        )
        code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *each) for each in instructions))
        program = ctypes.create_string_buffer(struct.pack("=H6xQ", 4, ctypes.addressof(code)))
        libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS, without which no filter may be loaded
        listener, _error = syscall(317, 1, 8, ctypes.addressof(program))
        if listener < 0:
            return 200
        child = os.fork()
        if child == 0:
            os._exit(getattr(errno, syscall(number, 0, 0, 0, 0, 0, 0)[1], 0))
        waiting = select.poll()
        waiting.register(listener, select.POLLIN)
        waiting.register(os.pidfd_open(child), select.POLLIN)
        if listener in dict(waiting.poll()):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return 201
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    status = os.waitstatus_to_exitcode(in_child(ask))
    other = {200: "no filter could be loaded", 201: "let through"}
    return errno.errorcode.get(status) or other.get(status) or f"status {status}"


@check
def refused_calls():
    allowed = [number for number in given["refused"] if filtered(number) != "EPERM"]
    return f"not refused: {allowed}" if allowed else None


@check
def unknown_calls():
    found = {number: filtered(number) for number in (400, 999, 1 << 20)}
    return None if set(found.values()) == {"ENOSYS"} else str(found)


@check
def clone3():
    found = filtered(435)
    return None if found == "ENOSYS" else found


NAMESPACES = {
    "user": 0x10000000,
    "pid": 0x20000000,
    "mount": 0x20000,
    "net": 0x40000000,
    "ipc": 0x8000000,
    "uts": 0x4000000,
    "cgroup": 0x2000000,
    "time": 0x80,
}


def unshare(flag):
    """The error of asking for a namespace, as a number; 0 when it was made."""
    return getattr(errno, syscall(272, flag)[1], 0)


def clone(flag):
    result, error = syscall(56, flag | signal.SIGCHLD, 0, 0, 0, 0)
    if result == 0:
        os._exit(0)
    if result > 0:
        os.waitpid(result, 0)
    return getattr(errno, error, 0)


def asked_for_namespaces():
    for name, flag in NAMESPACES.items():
        # clone(2) has no flag for time namespaces.
        for call in (unshare, clone) if name != "time" else (unshare,):
            status = os.waitstatus_to_exitcode(in_child(lambda call=call, flag=flag: call(flag)))
            yield f"{call.__name__} {name}", status


@check
def new_namespaces():
    made = [what for what, error in asked_for_namespaces() if error not in errno.errorcode]
    return ", ".join(made) or None


@check
def calls_for_namespaces():
    other = [f"{what}: {error}" for what, error in asked_for_namespaces() if error != errno.EPERM]
    return ", ".join(other) or None


@check
def socket_families():
    opened = []
    for family in range(1, 64):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
            for protocol in range(23) if family == 16 else (0,):
                result, _ = syscall(41, family, kind, protocol)
                if result >= 0:
                    os.close(result)
                    if family not in (1, 2, 10) and (family, protocol) != (16, 0):
                        opened.append((family, kind, protocol))
    return f"families opened: {opened}" if opened else None


@check
def raw_sockets():
    opened = [family for family in (2, 10) if syscall(41, family, socket.SOCK_RAW, 1)[0] >= 0]
    return f"raw sockets: {opened}" if opened else None


@check
def terminal_injection():
    _master, slave = pty.openpty()
    found = []
    for name, request in (("TIOCSTI", 0x5412), ("TIOCLINUX", 0x541C), ("TIOCSETD", 0x5423)):
        # The upper half of the register is not looked at by the kernel and must not matter.
        for value in (request, request | 1 << 32):
            buffer = ctypes.create_string_buffer(b"\n\0\0\0")
            _result, error = syscall(16, slave, value, ctypes.addressof(buffer))
            if error != "EPERM":
                found.append(f"{name}: {error}")
    return ", ".join(found) or None


@check
def calls_of_32_bits():
    def enter():
        code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        code.write(bytes.fromhex("b814000000cd80c3"))  # mov eax, 20 (getpid); int 0x80; ret
        address = ctypes.addressof(ctypes.c_char.from_buffer(code))
        return 1 if ctypes.CFUNCTYPE(ctypes.c_int)(address)() > 0 else 2

    status = in_child(enter)
    return None if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGSYS else f"status {status}"


@check
def x32_calls():
    found = filtered(0x40000000 | 39)
    return None if found == "ENOSYS" else found


def status_field(name):
    with open("/proc/self/status") as file:
        return next(line.split()[1] for line in file if line.startswith(name + ":"))


@check
def capabilities():
    kept = sum(1 << number for number in (0, 1, 3, 4, 5, 6, 7, 10))
    left = {name: int(status_field(name), 16) for name in ("CapBnd", "CapPrm", "CapEff", "CapInh", "CapAmb")}
    held = kept if os.geteuid() == 0 else 0
    expected = {"CapBnd": kept, "CapPrm": held, "CapEff": held, "CapInh": 0, "CapAmb": 0}
    return None if left == expected else str(left)


@check
def no_new_privs():
    return None if status_field("NoNewPrivs") == "1" else "not set"


@check
def seccomp_mode():
    return None if status_field("Seccomp") == "2" else "no filter"


@check
def masked_files():
    names = ("kcore", "keys", "timer_list", "sched_debug", "interrupts", "latency_stats", "kmsg")
    seen = [name for name in names if read(f"/proc/{name}")]
    folders = ["/proc/acpi", "/proc/scsi", "/proc/bus", "/sys/firmware", "/sys/kernel", "/sys/fs"]
    folders += glob.glob("/sys/devices/system/cpu/cpu*/thermal_throttle")
    seen += [name for name in folders if os.path.isdir(name) and os.listdir(name)]
    return f"readable: {seen}" if seen else None


@check
def masks_stay():
    for path in ("/proc/kcore", "/proc/sys", "/sys/firmware", "/proc/keys", "/dev/null"):
        name = ctypes.create_string_buffer(path.encode())
        for flags in (0, 2):
            if syscall(166, ctypes.addressof(name), flags)[0] == 0:
                return f"{path} unmounted"
    return None


@check
def mounting():
    target = ctypes.create_string_buffer(b"/tmp")
    for kind in (b"tmpfs", b"proc", b"cgroup", b"cgroup2", b"sysfs"):
        name = ctypes.create_string_buffer(kind)
        if syscall(165, ctypes.addressof(name), ctypes.addressof(target), ctypes.addressof(name), 0, 0)[0] == 0:
            return f"{kind} mounted"
    return None


@check
def kernel_settings():
    for path in (
        "/proc/sys/kernel/core_pattern",
        "/proc/sys/net/ipv4/ip_default_ttl",
        "/proc/sys/vm/drop_caches",
        "/proc/sys/kernel/modprobe",
    ):
        if opened := opens(path, os.O_WRONLY):
            return opened
    return None


@check
def settings_of_the_host():
    """Unlike the above, these belong to the host's root whatever namespace asks. Not every kernel has both."""
    found = [opens(path, os.O_WRONLY) for path in ("/proc/sysrq-trigger", "/proc/irq/default_smp_affinity")]
    return ", ".join(filter(None, found)) or None


@check
def control_groups():
    with open("/proc/self/mounts") as file:
        mounted = [line for line in file if " cgroup" in line]
    if mounted:
        return str(mounted)
    with open("/proc/self/cgroup") as file:
        outside = [line.strip() for line in file if not line.strip().endswith(":/")]
    # Where there are no groups of ours, the host's own paths show, as the namespace begins at the server's.
    return str(outside) if outside else None


@check
def release_agent():
    found = [os.path.join(folder, "release_agent") for folder, _, names in os.walk("/sys") if "release_agent" in names]
    return str(found) if found else None


@check
def toolbox_is_fixed():
    for path in ("/run/daytona/toolbox", "/proc/1/exe"):
        for flags in (os.O_WRONLY, os.O_RDWR | os.O_TRUNC):
            if opened := opens(path, flags):
                return opened
    for change in (
        lambda: os.unlink("/run/daytona/toolbox"),
        lambda: os.chmod("/run/daytona/toolbox", 0o777),
        lambda: os.rename("/run/daytona/toolbox", "/tmp/toolbox"),
    ):
        try:
            change()
            return "changed"
        except OSError:
            pass
    return None


@check
def root_folders_are_fixed():
    for name in ("/usr", "/proc", "/dev", "/sys"):
        try:
            os.rename(name, "/tmp/moved")
            return f"{name} moved"
        except OSError:
            pass
    for path in ("/usr/bin/probe", "/usr/local/probe", "/dev/probe", "/sys/probe", "/proc/probe"):
        if opened := opens(path, os.O_CREAT | os.O_WRONLY):
            return opened
    return None


@check
def device_nodes():
    made = []
    for name, kind, major, minor in (("disk", 0o060000, 254, 0), ("mem", 0o020000, 1, 1), ("null", 0o020000, 1, 3)):
        for folder in ("/tmp", "/dev/shm", "/home/daytona"):
            try:
                os.mknod(f"{folder}/{name}", kind | 0o666, os.makedev(major, minor))
                made.append(f"{folder}/{name}")
            except OSError:
                pass
    return f"made: {made}" if made else None


@check
def opened_devices():
    """What came of `device_nodes`: only the one that is harmless is tried."""
    found = [opens(f"{folder}/null", os.O_RDONLY) for folder in ("/tmp", "/dev/shm", "/home/daytona")]
    return str(found) if any(found) else None


@check
def devices():
    expected = {
        "null",
        "zero",
        "full",
        "random",
        "urandom",
        "tty",
        "ptmx",
        "pts",
        "shm",
        "mqueue",
        "fd",
        "stdin",
        "stdout",
        "stderr",
    }
    extra = set(os.listdir("/dev")) - expected
    return f"extra: {sorted(extra)}" if extra else None


@check
def open_files():
    """What the init was started with: the stand-in closes what it has for its children, which would hide it.

    The toolbox shows its own to no one.
    """
    try:
        os.listdir("/proc/1/fd")
    except PermissionError:
        return None if given["init"] == "toolbox" else "unseen"
    links = {fd: os.readlink(f"/proc/1/fd/{fd}") for fd in os.listdir("/proc/1/fd")}
    strange = {fd: to for fd, to in links.items() if not to.startswith(("/dev/null", "pipe:", "socket:"))}
    return f"{strange}" if strange or not {"0", "1", "2", "3"} <= set(links) else None


@check
def folders_of_open_files():
    for process in ("self", "1"):
        try:
            numbers = os.listdir(f"/proc/{process}/fd")
        except OSError:
            continue
        for fd in numbers:
            try:
                os.chdir(f"/proc/{process}/fd/{fd}")
            except OSError:
                continue
            try:
                where = os.getcwd()
            except OSError:
                where = "(unreachable)"
            if where.startswith("(unreachable)") or os.path.exists("boot"):
                return f"{process}/{fd}: {where}"
    os.chdir("/")
    return None


@check
def processes():
    seen = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        seen[int(pid)] = read(f"/proc/{pid}/comm").decode().strip()
    strange = {
        pid: name for pid, name in seen.items() if not name.startswith(("python3", "toolbox", "daytona-toolbox"))
    }
    return f"{strange}" if strange or 1 not in seen else None


@check
def set_user_id():
    """A program that root inside marked set-user-id gives nothing to another user."""
    if os.geteuid() != 0:
        return None
    copy = "/tmp/suid"
    with open(os.path.realpath("/usr/bin/python3"), "rb") as source, open(copy, "wb") as target:
        target.write(source.read())
    os.chmod(copy, 0o4755)

    def run():
        os.setresgid(1000, 1000, 1000)
        os.setresuid(1000, 1000, 1000)
        os.execv(copy, [copy, "-IS", "-c", "import os; os._exit(0 if os.geteuid() == 1000 else 1)"])

    status = in_child(run)
    return None if status == 0 else f"status {status}"


json.dump(results, sys.stdout)
