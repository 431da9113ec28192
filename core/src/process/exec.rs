//! Shell commands.

use super::{ExecuteResponse, Process, whole_seconds};
use crate::{Result, Timeout};
use daytona_protocol::process::ExecuteRequest;
use std::collections::BTreeMap;

impl Process {
    /// Runs a shell command to its end. A non-zero exit code is no error.
    ///
    /// # Errors
    /// `ProcessExecution` when it could not be run to its end: killed at the timeout, too much output.
    pub async fn exec(
        &self,
        command: &str,
        cwd: Option<&str>,
        env: Option<BTreeMap<String, String>>,
        timeout: Timeout,
    ) -> Result<ExecuteResponse> {
        let verb = format!("execute the command in sandbox {}", self.sandbox.id());
        let request = ExecuteRequest {
            command: command.to_owned(),
            cwd: cwd.map(str::to_owned),
            envs: env,
            timeout: whole_seconds(timeout),
        };
        self.run(&verb, "execute", &request, timeout).await
    }
}
