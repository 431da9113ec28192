//! What the code in a sandbox cannot get from the toolbox, which runs as the same user.

use crate::harness::Toolbox;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;

#[tokio::test]
async fn code_of_the_same_user_cannot_look_into_the_toolbox() {
    let toolbox = Toolbox::start_as_ordinary_user().await;
    let pid = toolbox.process.id();
    for file in ["environ", "mem", "maps", "auxv"] {
        let answer = toolbox.execute(&format!("cat /proc/{pid}/{file}")).await;
        assert_ne!(answer["exitCode"], 0, "{file}: {answer}");
    }
    assert_ne!(toolbox.execute(&format!("ls -l /proc/{pid}/fd")).await["exitCode"], 0);
    assert_ne!(toolbox.execute(&format!("readlink /proc/{pid}/cwd")).await["exitCode"], 0);
    let attach = format!(
        "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n\
         assert libc.ptrace(16, {pid}, None, None) == -1\nprint(ctypes.get_errno())"
    );
    assert_eq!(toolbox.run("python", &attach).await["result"], "1\n", "EPERM");
    // The same looks work on a process that does not protect itself, so the checks above can fail.
    let own = toolbox
        .execute("sleep 1000 & cat /proc/$!/environ >/dev/null && ls /proc/$!/fd >/dev/null; kill $!")
        .await;
    assert_eq!(own["exitCode"], 0, "{own}");
}

#[tokio::test]
async fn processes_get_three_descriptors_and_no_terminal() {
    // A descriptor that whoever starts the toolbox has left open must not reach the code.
    let leak = std::fs::File::open("/").expect("a folder");
    let fd = leak.as_raw_fd();
    let toolbox = Toolbox::start_with(|command| {
        // SAFETY: dup2 is async-signal-safe.
        unsafe {
            command.pre_exec(move || {
                if libc::dup2(fd, 77) == 77 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
            })
        }
    })
    .await;
    let code = "import os\nopen_ones = []\nfor fd in range(1000):\n  try:\n    os.fstat(fd)\n    open_ones.append(fd)\n  \
                except OSError: pass\nprint(open_ones)";
    assert_eq!(toolbox.run("python", code).await["result"], "[0, 1, 2]\n");
    std::fs::write(toolbox.dir.join("fds.py"), code).expect("a file");
    assert_eq!(toolbox.output("python3 fds.py").await, "[0, 1, 2]\n");
    assert_ne!(toolbox.execute("echo x > /dev/tty").await["exitCode"], 0);
    let session = toolbox.output("ps -o pid=,sid=,pgid= -p $$ | tr -s ' '").await;
    let ids: Vec<&str> = session.split_whitespace().collect();
    assert!(ids.len() == 3 && ids[0] == ids[1] && ids[0] == ids[2], "{session}");
}

#[tokio::test]
async fn the_socket_may_be_inherited() {
    let temp = tempfile::tempdir().expect("a folder");
    let socket = temp.path().join("socket");
    let listener = UnixListener::bind(&socket).expect("a socket");
    let fd = listener.as_raw_fd();
    let mut command = std::process::Command::new(crate::harness::BINARY);
    command.args(["--listen-fd", "3", "--workdir"]).arg(temp.path());
    // SAFETY: dup2 and fcntl are async-signal-safe; when the number is 3 already it only loses CLOEXEC.
    unsafe {
        command.pre_exec(move || {
            let ok = if fd == 3 { libc::fcntl(3, libc::F_SETFD, 0) == 0 } else { libc::dup2(fd, 3) == 3 };
            if ok { Ok(()) } else { Err(std::io::Error::last_os_error()) }
        });
    }
    let mut process = command.spawn().expect("the toolbox starts");
    // The socket listens before the toolbox does, so that no one has to wait for it.
    let mut stream = tokio::net::UnixStream::connect(&socket).await.expect("a connection");
    let exchange = async {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        stream.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.map(|_| answer)
    };
    let answer = crate::harness::in_time(exchange).await.expect("an answer");
    let pid = rustix::process::Pid::from_child(&process);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("a signal");
    assert_eq!(process.wait().expect("an end").code(), Some(0));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
