//! The server in a process of its own, which outlives this one. Returns when requests can be served.

use crate::args::{LogFormat, Serve};
use crate::failure::{Failure, Outcome};
use crate::output::print;
use daytona_core::local::{ServerFile, make_data_dir};
use daytona_server::{LOG_FILE, LOG_LIMIT};
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// A start finds what runs and may have much to find.
const PATIENCE: Duration = Duration::from_secs(50);
const POLL: Duration = Duration::from_millis(5);
/// As much of the log as an error repeats.
const TAIL: u64 = 4096;

pub(super) fn run(args: &Serve, data_dir: &Path) -> Outcome {
    // Before the log is written: the server would take an open folder that is not empty for someone else's.
    make_data_dir(data_dir).map_err(|error| Failure::new(format!("{}: {error}", data_dir.display())))?;
    let path = data_dir.join(LOG_FILE);
    let fail = |error: std::io::Error| Failure::new(format!("{}: {error}", path.display()));
    let log = open_log(&path).map_err(fail)?;
    let start = log.metadata().map_err(fail)?.len();
    let mut child = spawn(args, data_dir, &log)?;
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(server) =
            ServerFile::read(data_dir).ok().flatten().filter(|server| server.pid == child.id())
        {
            print(format!(
                "Daytona listens on {} (pid {})\nThe API key is in {}\nThe log is in {}\n",
                server.url,
                server.pid,
                data_dir.join("api-key").display(),
                path.display()
            ))?;
            return Ok(ExitCode::SUCCESS);
        }
        if let Some(status) = child.try_wait()? {
            let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1).max(1);
            return Err(explain("the server could not start", &path, start).code(code));
        }
        if Instant::now() >= until {
            end(&mut child)?;
            return Err(explain(
                &format!("the server was not ready within {} s", PATIENCE.as_secs()),
                &path,
                start,
            ));
        }
        std::thread::sleep(POLL);
    }
}

fn spawn(args: &Serve, data_dir: &Path, log: &File) -> Outcome<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["serve", "--own-session", "--port", &args.port.to_string(), "--data-dir"]).arg(data_dir);
    if let Some(tools) = args.tools_dir.given()? {
        command.arg("--tools-dir").arg(tools);
    }
    if let Some(count) = args.warm_pool {
        command.args(["--warm-pool", &count.to_string()]);
    }
    if let Some(gib) = args.memory_limit {
        command.args(["--memory-limit", &gib.to_string()]);
    }
    if let Some(gib) = args.disk_reserve {
        command.args(["--disk-reserve", &gib.to_string()]);
    }
    command.args([
        "--log-format",
        match args.log_format {
            LogFormat::Text => "text",
            LogFormat::Json => "json",
        },
    ]);
    // It must not keep the folder it was started from busy.
    Ok(command
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log.try_clone()?)
        .spawn()?)
}

fn open_log(path: &Path) -> std::io::Result<File> {
    // The server does the same while it runs.
    if std::fs::metadata(path).is_ok_and(|meta| meta.len() > LOG_LIMIT) {
        std::fs::rename(path, path.with_extension("log.1"))?;
    }
    OpenOptions::new().create(true).read(true).append(true).mode(0o600).open(path)
}

/// The server's last words since `start`, which say more than an exit code.
fn explain(what: &str, path: &Path, start: u64) -> Failure {
    let mut said = Vec::new();
    if let Ok(mut log) = File::open(path) {
        let length = log.metadata().map(|meta| meta.len()).unwrap_or(start);
        let from = start.max(length.saturating_sub(TAIL));
        if log.seek(SeekFrom::Start(from)).is_ok() {
            // What cannot be read is missing from the message, which stands without it.
            let _ = log.take(TAIL).read_to_end(&mut said);
        }
    }
    let said = String::from_utf8_lossy(&said);
    // The last error line is the reason; the rest is in the log.
    let reason = said.lines().rev().find_map(|line| line.strip_prefix("error: "));
    match reason {
        Some(reason) => {
            Failure::new(format!("{what}: {reason}")).hint(format!("the log is {}", path.display()))
        }
        None => {
            Failure::new(format!("{what}\n{}", said.trim())).hint(format!("the log is {}", path.display()))
        }
    }
}

fn end(child: &mut Child) -> Outcome<()> {
    child.kill()?;
    child.wait()?;
    Ok(())
}
