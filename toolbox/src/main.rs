//! `daytona-toolbox`: the first process of every sandbox, and its HTTP API.
//!
//! One static binary that must run on any image, so nothing here may need a library, a locale or the name
//! service of the image. One thread serves; a small pool does file I/O. The sandboxed code runs as the same
//! user and is hostile: nothing it prints, names or sends may crash this process or fill its memory.
//!
//! `router` is the table of contents of the API; a handler lives at `noun/verb.rs`.

mod args;
mod error;
mod files;
mod git;
mod init;
mod leftovers;
mod lsp;
mod ports;
mod process;
mod router;
mod serve;
mod state;
mod system;
mod unread;
mod wire;

use args::Action;
use std::process::ExitCode;

/// Exit code for arguments or surroundings that cannot work.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let options = match args::parse(std::env::args_os()) {
        Ok(Action::Serve(options)) => options,
        Ok(Action::Print(text)) => {
            println!("{text}");
            return ExitCode::SUCCESS;
        }
        Err(message) => {
            eprintln!("daytona-toolbox: {message}\nTry 'daytona-toolbox --help'.");
            return ExitCode::from(USAGE);
        }
    };
    match start(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("daytona-toolbox: {message}");
            ExitCode::from(USAGE)
        }
    }
}

fn start(options: args::Options) -> Result<(), String> {
    init::harden()
        .map_err(|error| format!("cannot protect this process from the code it will run: {error}"))?;
    init::keep_buffers();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        // Threads count against the sandbox's process limit; file I/O needs few and small ones.
        .max_blocking_threads(8)
        .thread_stack_size(256 * 1024)
        .thread_keep_alive(std::time::Duration::from_secs(2))
        .build()
        .map_err(|error| format!("cannot start the runtime: {error}"))?;
    runtime.block_on(serve::run(options))
}
