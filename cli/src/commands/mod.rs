//! One file per command, and what several of them need.

mod completion;
mod create;
mod delete;
mod doctor;
mod exec;
mod list;
mod run;
mod serve;
mod setup;
mod status;
mod stop;

use crate::args::Command;
use crate::failure::{Failure, Outcome};
use daytona_core::{Client, ClientOptions, ConfigOptions, Environment, ExecuteResponse, Timeout};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

/// Runs what was typed.
pub(crate) fn run(command: Command) -> Outcome {
    match command {
        Command::Create(args) => create::run(args),
        Command::List(args) => list::run(args),
        Command::Exec(args) => exec::run(args),
        Command::Run(args) => run::run(args),
        Command::Delete(args) => delete::run(args),
        Command::Serve(args) => serve::run(&args),
        Command::Status(args) => status::run(&args),
        Command::Stop(args) => stop::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Setup(args) => setup::run(&args),
        Command::Completion(args) => completion::run(&args),
    }
}

/// A client for commands about sandboxes, configured as a script's would be.
fn client(target: Option<String>) -> Outcome<Client> {
    let options = ConfigOptions { target, ..ConfigOptions::default() };
    connect(options, &Environment::from_process())
}

/// A client of the local server of one state folder.
fn local_client(data_dir: &Path) -> Outcome<Client> {
    let mut environment = Environment::from_process();
    environment.set(daytona_core::config::env_vars::DATA_DIR, &data_dir.to_string_lossy());
    let target = Some(daytona_core::config::LOCAL_TARGET.to_owned());
    connect(ConfigOptions { target, ..ConfigOptions::default() }, &environment)
}

fn connect(config: ConfigOptions, environment: &Environment) -> Outcome<Client> {
    let options = ClientOptions {
        config,
        source: "cli",
        sdk_version: daytona_core::VERSION.to_owned(),
        // Whatever other `daytona` lies about, the one that was typed serves.
        daytona_binary: std::env::current_exe().ok(),
    };
    let client = Client::with_environment(options, environment)?;
    for warning in client.config().warnings().iter().chain(client.config().deprecations()) {
        crate::output::note(format!("warning: {warning}\n"));
    }
    Ok(client)
}

/// Runs async work to its end, or until the user has had enough.
fn block_on<T>(client: &Client, work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    block_on_whole(interruptible(client, work))
}

/// Runs async work that sees to interrupts itself, having something to put away.
fn block_on_whole<T>(work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(work)
}

async fn interruptible<T>(client: &Client, work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    let failure = tokio::select! {
        result = work => match result {
            Ok(outcome) => return Ok(outcome),
            Err(failure) => failure,
        },
        code = interrupt() => Failure::new("interrupted").code(code?),
    };
    // Said at once; a sandbox that was being made is removed before the process ends.
    failure.say();
    client.settle(daytona_core::SETTLING).await;
    Err(failure)
}

/// Resolves at Ctrl-C or SIGTERM, with the exit code that says so.
#[cfg(unix)]
async fn interrupt() -> std::io::Result<u8> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result.map(|()| 130),
        _ = terminate.recv() => Ok(143),
    }
}

#[cfg(not(unix))]
async fn interrupt() -> std::io::Result<u8> {
    tokio::signal::ctrl_c().await.map(|()| 130)
}

fn timeout(seconds: Option<f64>) -> Outcome<Timeout> {
    Ok(Timeout::from_seconds(seconds)?)
}

fn map(pairs: Vec<(String, String)>) -> Option<BTreeMap<String, String>> {
    (!pairs.is_empty()).then(|| pairs.into_iter().collect())
}

/// What a command says where its part of the work does not exist.
fn needs_linux(what: &str) -> Failure {
    Failure::new(format!("{what} needs Linux, whose kernel isolates the sandboxes"))
        .hint("use a Linux machine, a virtual machine or WSL 2; with DAYTONA_API_KEY set, a Daytona API works from here")
}

/// Prints what a process printed, each stream to its own, and ends as it ended.
fn finish(response: &ExecuteResponse) -> Outcome {
    crate::output::print(&response.stdout)?;
    crate::output::note(&response.stderr);
    // Codes beyond a byte do not exist here; they must not become success.
    Ok(ExitCode::from(u8::try_from(response.exit_code).unwrap_or(255)))
}
