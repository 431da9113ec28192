//! Which interpreter runs a program text, and how it gets it.
//!
//! The text is never an argument, so it may be of any length. Python and Node read it as their input from
//! memory that has no name, so a program that reads its input meets the end of file, imports start at the
//! working folder, and nothing needs removal. TypeScript runners want a file: it stands in the working
//! folder, where imports resolve as users expect, and is removed when the run is over, however it ends,
//! or, after a toolbox that was killed, when the next one starts.

use super::prepare::{self, Vars, executable, find_program};
use super::run::{self, Job};
use crate::error::{ApiError, describe, is_full};
use crate::init::Command;
use crate::leftovers;
use crate::state::App;
use axum::http::StatusCode;
use daytona_protocol::error::toolbox as code;
use daytona_protocol::process::CodeRunRequest;
use rustix::fs::MemfdFlags;
use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempPath;

/// Where `daytona setup` puts the TypeScript runner.
const TOOLS_TSX: &str = "/opt/daytona/tools/node/node_modules/.bin/tsx";
/// Reads the program, runs it, and shows its errors without frames of our own.
const PYTHON_BOOTSTRAP: &str = include_str!("bootstrap.py");
/// Goes before a Python program, and is compiled when the program imports matplotlib.
const PYTHON_CHARTS: &str = include_str!("charts.py");
/// The first Node.js that runs TypeScript by itself.
const NODE_WITH_TYPES: (u32, u32) = (22, 6);

/// An interpreter about to run, and the source file that must outlive it, if any.
pub(super) struct Prepared {
    pub command: Command,
    pub source: Option<TempPath>,
}

/// Finds the interpreter for the request's language and gives it the program.
pub(super) async fn prepare(app: &App, request: &CodeRunRequest) -> Result<Prepared, ApiError> {
    let vars = request.envs.as_ref();
    let mut prepared = match request.language.as_str() {
        "python" => {
            let python = find_program(app, vars, "python3").ok_or_else(|| {
                missing("there is no python3 on the sandbox's PATH; use an image that has Python 3")
            })?;
            let length = format!("{}\n", PYTHON_CHARTS.len());
            let source = [&length, PYTHON_CHARTS, &request.code];
            from_memory(app, vars, &python, &["-u", "-c", PYTHON_BOOTSTRAP], &source)
        }
        "javascript" => from_memory(app, vars, &node(app, vars)?, &["-"], &[&request.code]),
        "typescript" => {
            let node = node(app, vars)?;
            let (runner, args) = typescript_runner(app, vars, node).await?;
            from_file(app, vars, &runner, args, &request.code)
        }
        other => {
            return Err(ApiError::bad_request(format!(
                "unsupported language: {other}; use python, javascript or typescript"
            )));
        }
    }
    .map_err(|error| unwritable(&error))?;
    prepared.command.args(request.argv.iter().flatten());
    Ok(prepared)
}

fn node(app: &App, vars: Option<&Vars>) -> Result<PathBuf, ApiError> {
    find_program(app, vars, "node")
        .ok_or_else(|| missing("there is no node on the sandbox's PATH; use an image that has Node.js"))
}

async fn typescript_runner(
    app: &App,
    vars: Option<&Vars>,
    node: PathBuf,
) -> Result<(PathBuf, &'static [&'static str]), ApiError> {
    if executable(Path::new(TOOLS_TSX)) {
        return Ok((TOOLS_TSX.into(), &[]));
    }
    if let Some(tsx) = find_program(app, vars, "tsx") {
        return Ok((tsx, &[]));
    }
    if let Some(ts_node) = find_program(app, vars, "ts-node") {
        return Ok((ts_node, &["--transpile-only", "--compilerOptions", r#"{"module":"commonjs"}"#]));
    }
    if version(app, &node).await.is_some_and(|version| version >= NODE_WITH_TYPES) {
        return Ok((node, &["--experimental-strip-types", "--disable-warning=ExperimentalWarning"]));
    }
    Err(missing(
        "the sandbox has neither tsx nor ts-node, nor a Node.js from 22.6 that runs TypeScript by itself; \
         `daytona setup` installs a runner for local sandboxes, `npm install -g tsx` does so in an image",
    ))
}

async fn version(app: &App, node: &Path) -> Option<(u32, u32)> {
    let mut command = prepare::command(app, node, None, Path::new("/"));
    command.arg("--version");
    let job = Job { command, split: true, charts: false, timeout: Some(Duration::from_secs(10)) };
    let text = run::run(app, job).await.ok()?.stdout_head().await?;
    let mut parts = text.strip_prefix('v')?.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

fn from_memory(
    app: &App,
    vars: Option<&Vars>,
    program: &Path,
    args: &[&str],
    source: &[&str],
) -> io::Result<Prepared> {
    let mut input = File::from(rustix::fs::memfd_create("program", MemfdFlags::CLOEXEC)?);
    for part in source {
        input.write_all(part.as_bytes())?;
    }
    input.rewind()?;
    let mut command = prepare::command(app, program, vars, &app.workdir);
    command.args(args).stdin(input);
    Ok(Prepared { command, source: None })
}

fn from_file(
    app: &App,
    vars: Option<&Vars>,
    program: &Path,
    args: &[&str],
    source: &str,
) -> io::Result<Prepared> {
    let mut name = tempfile::Builder::new();
    name.prefix(leftovers::PROGRAM).suffix(leftovers::PROGRAM_END).rand_bytes(leftovers::RANDOM);
    let make = |dir: &Path| name.tempfile_in(dir);
    let mut file = make(&app.workdir).or_else(|_| make(&app.temp_dir()))?;
    file.write_all(source.as_bytes())?;
    let path = file.into_temp_path();
    let mut command = prepare::command(app, program, vars, &app.workdir);
    command.args(args).arg(&path);
    Ok(Prepared { command, source: Some(path) })
}

fn missing(what: &str) -> ApiError {
    ApiError::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        code::INTERPRETER_MISSING,
        format!("interpreter missing: {what}"),
    )
}

fn unwritable(error: &io::Error) -> ApiError {
    if is_full(error) {
        return ApiError::no_space("cannot store the program");
    }
    ApiError::internal(format!("cannot store the program: {}", describe(error)))
}
