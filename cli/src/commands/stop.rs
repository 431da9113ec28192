//! `daytona stop`: ends the local server. Sandboxes keep running unless `--all`.

use super::{delete, local_client};
use crate::args::Stop;
use crate::data_dir;
use crate::failure::{Failure, Outcome};
use crate::output::print;
use std::fs::File;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// A clean end lets running requests finish, so it may take a moment.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(20);

pub(super) fn run(args: &Stop) -> Outcome {
    let data_dir = args.data_dir.resolve()?;
    delete_sandboxes(args, &data_dir)?;
    end_server(&data_dir)?;
    if args.all {
        sweep(&data_dir)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Sandboxes outlive their server, so it is started if need be: only it can remove them from its books.
fn delete_sandboxes(args: &Stop, data_dir: &Path) -> Outcome<()> {
    if args.all && data_dir.join("daytona.db").exists() {
        let client = local_client(data_dir)?;
        let count = delete::everything(&client)?;
        print(format!("Deleted {count} sandboxes.\n"))?;
    }
    Ok(())
}

fn end_server(data_dir: &Path) -> Outcome<()> {
    let Some(server) = data_dir::running_server(data_dir)? else {
        return print(format!("No local server runs on {}.\n", data_dir.display()));
    };
    terminate(server.pid)?;
    let until = Instant::now() + PATIENCE;
    while data_dir::is_held(data_dir) {
        if Instant::now() >= until {
            return Err(Failure::new(format!(
                "the local server (pid {}) did not end within {} s",
                server.pid,
                PATIENCE.as_secs()
            ))
            .hint(format!(
                "look at {}, or end it with `kill -9 {}`",
                data_dir.join("server.log").display(),
                server.pid
            )));
        }
        std::thread::sleep(POLL);
    }
    print(format!("Stopped the local server (pid {}).\n", server.pid))
}

/// Removes what no server knows of: warm sandboxes that belong to nobody, leftovers of one that was killed.
#[cfg(target_os = "linux")]
fn sweep(data_dir: &Path) -> Outcome<()> {
    use daytona_engine::{Engine, EngineOptions, NamespaceEngine};
    let sandboxes_dir = data_dir.join("sandboxes");
    // Holding the lock keeps a server from starting in the middle of this.
    let Ok(lock) = File::open(data_dir.join("server.lock")) else { return Ok(()) };
    if lock.try_lock().is_err() || !sandboxes_dir.exists() {
        return Ok(());
    }
    let engine = NamespaceEngine::new(EngineOptions {
        sandboxes_dir,
        launcher: super::serve::beside("daytona-launcher")?,
        toolbox: super::serve::beside("daytona-toolbox")?,
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        for id in engine.list().await.map_err(Failure::new)? {
            engine.destroy(&id).await.map_err(Failure::new)?;
        }
        Ok(())
    })
}

#[cfg(not(target_os = "linux"))]
fn sweep(_data_dir: &Path) -> Outcome<()> {
    Ok(())
}

#[cfg(unix)]
fn terminate(pid: u32) -> Outcome<()> {
    let process = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
    let process =
        process.ok_or_else(|| Failure::new(format!("server.json names {pid}, which is no process")))?;
    rustix::process::kill_process(process, rustix::process::Signal::TERM).map_err(|error| {
        Failure::new(format!("the local server (pid {pid}) could not be signalled: {error}"))
    })
}

#[cfg(not(unix))]
fn terminate(_pid: u32) -> Outcome<()> {
    Err(Failure::new("the local server needs Linux"))
}
