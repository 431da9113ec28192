//! Runs a local server until SIGTERM or SIGINT: what `daytona serve` does, without the command around it.
//! The crash tests start it as a child process and kill it.
//!
//!     cargo run -p daytona-server --example serve -- DATA_DIR LAUNCHER TOOLBOX [WARM_POOL]

use daytona_server::{ServeOptions, serve};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(data_dir), Some(launcher), Some(toolbox)) =
        (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("usage: serve DATA_DIR LAUNCHER TOOLBOX [WARM_POOL]".into());
    };
    let mut options = ServeOptions::new(data_dir, launcher, toolbox);
    if let Some(size) = arguments.next() {
        options.warm_pool = Some(size.to_string_lossy().parse()?);
    }
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let shutdown = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    serve(options, shutdown, |info| println!("{}", info.url)).await?;
    Ok(())
}
