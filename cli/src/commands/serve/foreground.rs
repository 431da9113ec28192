//! The server in this process, until SIGTERM or SIGINT.

use super::beside;
use crate::args::{LogFormat, Serve};
use crate::failure::{Failure, Outcome};
use crate::output::print;
use daytona_server::{Error, ServeOptions};
use std::path::PathBuf;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

pub(super) fn run(args: &Serve, data_dir: PathBuf) -> Outcome {
    if args.own_session {
        // Away from the terminal: its hang-up and its Ctrl-C are not for a server in the background.
        rustix::process::setsid().map_err(|error| Failure::new(format!("no session of its own: {error}")))?;
    }
    let key = data_dir.join("api-key");
    let mut options = ServeOptions::new(data_dir, beside("daytona-launcher")?, beside("daytona-toolbox")?);
    options.tools_dir = args.tools_dir.given()?;
    options.port = args.port;
    options.warm_pool = args.warm_pool;
    options.memory_limit = args.memory_limit.map(|gib| gib << 30);
    options.disk_reserve = args.disk_reserve.map(|gib| gib << 30);
    options.log_format = match args.log_format {
        LogFormat::Text => daytona_server::LogFormat::Text,
        LogFormat::Json => daytona_server::LogFormat::Json,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let shutdown = async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        };
        let announce = |info: &daytona_server::ServerInfo| {
            let text = format!("Daytona listens on {}\nThe API key is in {}\n", info.url, key.display());
            // The server runs, whoever reads this.
            drop(print(text));
        };
        daytona_server::serve(options, shutdown, announce).await.map_err(|error| {
            let code = match error {
                Error::AlreadyRunning { .. } => daytona_core::local::EXIT_ALREADY_RUNNING,
                _ => 1,
            };
            Failure::new(error).code(code)
        })
    })?;
    // Sandboxes' calls may still be under way in blocking threads; nothing of theirs is worth waiting for.
    runtime.shutdown_background();
    Ok(ExitCode::SUCCESS)
}
