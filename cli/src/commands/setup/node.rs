//! The part that npm installs: the TypeScript runner and the language server of TypeScript and JavaScript.

use super::versions::NODE;
use crate::failure::{Failure, Outcome};
use std::path::Path;
use std::process::{Command, Stdio};

pub(super) fn packages() -> Vec<String> {
    NODE.map(str::to_owned).to_vec()
}

pub(super) fn install(into: &Path) -> Outcome<()> {
    let done = Command::new("npm")
        .arg("install")
        .arg("--prefix")
        .arg(into)
        // Install scripts would run a stranger's code as the user, and nothing here needs one.
        .args(["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--save-exact"])
        .args(NODE)
        .current_dir(into)
        .stdin(Stdio::null())
        .output();
    let done = done.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Failure::new("npm was not found, and installs the TypeScript runner and language server").hint(
                "install Node.js 20 or newer with npm (Debian: apt-get install nodejs npm); Python and JavaScript \
                 sandboxes work without this part",
            )
        }
        _ => Failure::new(format!("npm could not be run: {error}")),
    })?;
    if done.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&done.stderr);
    Err(Failure::new(format!("npm could not install {} ({})\n{}", NODE.join(", "), done.status, said.trim())).hint(
        "check the network, the free disk and npm's registry (`npm config get registry`), then run `daytona setup` \
         again: parts that are there are not installed again",
    ))
}
