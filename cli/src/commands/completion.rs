//! `daytona completion`: a script for the shell.

use crate::args::{Args, Completion};
use crate::failure::Outcome;
use clap::CommandFactory;
use std::process::ExitCode;

pub(super) fn run(args: &Completion) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "daytona", &mut script);
    crate::output::print(script)?;
    Ok(ExitCode::SUCCESS)
}
