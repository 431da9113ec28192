//! `daytona doctor`: what this machine can give to sandboxes, check by check, and how to get what is missing.

use crate::args::Doctor;
use crate::failure::Outcome;

#[cfg(target_os = "linux")]
pub(super) fn run(args: &Doctor) -> Outcome {
    use crate::output::{plain, print, print_json};
    use daytona_engine::doctor::CheckStatus;
    use std::process::ExitCode;

    let data_dir = args.data_dir.resolve()?;
    let mut checks = daytona_engine::doctor(&super::serve::beside("daytona-launcher")?);
    checks.push(tools(&args.tools_dir.resolve(&data_dir)?));
    let works = checks.iter().all(|check| check.status != CheckStatus::Missing);
    if args.json {
        print_json(&serde_json::json!({ "works": works, "checks": checks }))?;
    } else {
        let width = checks.iter().map(|check| check.name.chars().count()).max().unwrap_or(0);
        let mut text = String::new();
        for check in &checks {
            let mark = match check.status {
                CheckStatus::Ok => "ok     ",
                CheckStatus::Degraded => "limited",
                CheckStatus::Missing => "MISSING",
            };
            text.push_str(&format!("{mark}  {:<width$}  {}\n", check.name, plain(&check.found)));
            if !check.remedy.is_empty() {
                text.push_str(&format!("         {:<width$}  -> {}\n", "", check.remedy));
            }
        }
        text.push_str(match works {
            true => "\nSandboxes run on this machine.\n",
            false => "\nSandboxes cannot run on this machine until what is MISSING is there.\n",
        });
        print(text)?;
    }
    Ok(if works { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What `daytona setup` prepared; the engine knows nothing of how the layer is made.
#[cfg(target_os = "linux")]
fn tools(layer: &std::path::Path) -> daytona_engine::doctor::Check {
    use super::setup::Part;
    use daytona_engine::doctor::{Check, CheckStatus};
    let titles = |parts: Vec<Part>| parts.into_iter().map(Part::title).collect::<Vec<_>>().join(", ");
    let (there, missing): (Vec<_>, Vec<_>) = Part::ALL.into_iter().partition(|part| part.is_installed(layer));
    let (status, found, remedy) = match missing.is_empty() {
        true => (CheckStatus::Ok, titles(there), ""),
        false => (
            CheckStatus::Degraded,
            format!("missing or of another version: {}", titles(missing)),
            "run `daytona setup`; plain Python and JavaScript sandboxes do without",
        ),
    };
    Check { name: "tools layer".to_owned(), status, found, remedy: remedy.to_owned() }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn run(_args: &Doctor) -> Outcome {
    Err(super::needs_linux("running sandboxes"))
}
