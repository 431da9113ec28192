//! Finding a sandbox's egress on the host by its name, for who has lost the record of it.

use super::{HostSide, rules};
use std::process::{Command, Stdio};

impl HostSide {
    /// What there is under a name. Where rules cannot be listed none could be made either: without the program, without
    /// being root, with a kernel that has no such thing. The device goes with the sandbox's network namespace anyway.
    #[must_use]
    pub fn found(name: &str) -> Option<Self> {
        let table = rules::table(name);
        let mut command = Command::new(crate::doctor::find("nft")?);
        command.args(["list", "table", "inet", &table]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let there = command.status().is_ok_and(|status| status.success());
        there.then(|| Self { table, ..Self::default() })
    }
}
