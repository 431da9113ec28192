//! The `daytona` command.
//!
//! `args` says what can be typed, `commands` has one file per command, `failure` and `output` say how
//! outcomes look. Commands for sandboxes are thin over `daytona-core`; those for the local server need
//! Linux and say so elsewhere.

mod args;
mod commands;
mod data_dir;
mod failure;
mod output;
mod warnings;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = match args::Args::try_parse() {
        Ok(args) => args,
        // clap prints help and version to stdout, mistakes to stderr, and knows the code of each.
        Err(error) => error.exit(),
    };
    match commands::run(args.command) {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}
