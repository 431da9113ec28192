//! Programs in the sandbox's language.

use super::{ExecuteResponse, Process, whole_seconds};
use crate::sandbox::DEFAULT_LANGUAGE;
use crate::{Result, Timeout};
use daytona_protocol::process::CodeRunRequest;
use std::collections::BTreeMap;

/// What a program is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeRunParams {
    /// Its arguments, each passed on as it is.
    pub argv: Option<Vec<String>>,
    /// Added to the sandbox's environment.
    pub env: Option<BTreeMap<String, String>>,
}

impl Process {
    /// Runs source text in the sandbox's language to its end. A non-zero exit code is no error.
    ///
    /// # Errors
    /// `ProcessExecution` when it could not be run to its end: killed at the timeout, interpreter missing.
    pub async fn code_run(
        &self,
        code: &str,
        params: CodeRunParams,
        timeout: Timeout,
    ) -> Result<ExecuteResponse> {
        let verb = format!("run code in sandbox {}", self.sandbox.id());
        let request = CodeRunRequest {
            code: code.to_owned(),
            language: self.sandbox.language().unwrap_or_else(|| DEFAULT_LANGUAGE.into()),
            argv: params.argv,
            envs: params.env,
            timeout: whole_seconds(timeout),
        };
        self.run(&verb, "code-run", &request, timeout).await
    }
}
