//! `daytona status`: whether the local server runs, where, and what this machine cannot enforce in its sandboxes.

use crate::args::Status;
use crate::failure::Outcome;
use crate::output::{note, plain, print, print_json};
use crate::warnings;
use std::process::ExitCode;

pub(super) fn run(args: &Status) -> Outcome {
    let data_dir = args.data_dir.resolve()?;
    let server = crate::data_dir::running_server(&data_dir)?;
    let warnings = warnings::read(&data_dir, None);
    if args.json {
        print_json(&serde_json::json!({
            "running": server.is_some(),
            "dataDir": data_dir,
            "pid": server.as_ref().map(|server| server.pid),
            "url": server.as_ref().map(|server| server.url.clone()),
            "version": server.as_ref().map(|server| server.version.clone()),
            "warnings": warnings,
            "startedAt": server.as_ref().map(|server| server.started_at.clone()),
        }))?;
    } else if let Some(server) = &server {
        print(format!(
            "The local server runs.\n  url       {}\n  pid       {}\n  version   {}\n  since     {}\n  data      {}\n",
            server.url,
            server.pid,
            server.version,
            server.started_at,
            data_dir.display()
        ))?;
    } else {
        print(format!("No local server runs on {}.\n", data_dir.display()))?;
    }
    if !args.json {
        for warning in warnings {
            note(format!("warning: {}\n", plain(&warning)));
        }
    }
    Ok(if server.is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
